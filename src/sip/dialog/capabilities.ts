/** What this user agent can do, as it says so in its headers. RFC 3261 §11.2, §20.5 */
import { gatewayAbilities } from '../message/validate-request.ts';
import type { SipHeader } from '../message/sip-message.ts';

const mediaTypes = new Set([...gatewayAbilities.bodyTypes.values()].flat());

export const allowHeader: SipHeader = {
  name: 'Allow',
  value: gatewayAbilities.methods.join(', '),
};
export const supportedHeader: SipHeader = {
  name: 'Supported',
  value: gatewayAbilities.extensions.join(', '),
};
export const acceptHeader: SipHeader = { name: 'Accept', value: [...mediaTypes].join(', ') };
export const sdpContentType: SipHeader = { name: 'Content-Type', value: 'application/sdp' };
