/** What an INVITE of ours says: whom it is for and who calls. No I/O. */
import type { DialRequest } from '../../call/ports/sip-engine.ts';
import type { Trunk } from '../../trunk/trunk.ts';
import type { SipHeader } from '../message/sip-message.ts';
import { formatUri, parseUri } from '../message/sip-uri.ts';
import { hostText } from '../transaction/flow.ts';
import type { DigestCredentials } from './digest-authentication.ts';

export interface DialPlan {
  /** Request-URI and To. */
  readonly target: string;
  readonly from: string;
  readonly headers: readonly SipHeader[];
  readonly contactUser: string | undefined;
  readonly credentials: DigestCredentials | undefined;
}

/** RFC 3323 §4.1.1.3 */
const anonymous = '"Anonymous" <sip:anonymous@anonymous.invalid>';

/**
 * A number through a trunk: in the provider's domain, the caller's number in From and asserted
 * (RFC 3325 §9.1, as SIPconnect has it). Withheld, From is anonymous and the assertion, our account,
 * carries `Privacy: id`: the provider has to know whose call it is, the one called does not.
 */
export const trunkDialPlan = (request: DialRequest, trunk: Trunk): DialPlan | undefined => {
  const { registration, peer } = trunk;
  const domain = parseUri(registration?.registrar ?? peer ?? '');
  if (domain === undefined || !/^\+?[0-9*#]{1,32}$/.test(request.to)) return undefined;
  const at = (user: string): string => `<${domain.scheme}:${user}@${hostText(domain.host)}>`;
  const user = request.to.replaceAll('#', '%23');
  const identity = request.callerNumber ?? registration?.account;
  return {
    target: `${domain.scheme}:${user}@${hostText(domain.host)};user=phone`,
    from: request.callerNumber === undefined ? anonymous : at(request.callerNumber),
    headers: [
      ...(identity === undefined ? [] : [{ name: 'P-Asserted-Identity', value: at(identity) }]),
      ...(request.callerNumber === undefined ? [{ name: 'Privacy', value: 'id' }] : []),
    ],
    contactUser: registration?.contactUser,
    credentials: registration && { user: registration.user, password: registration.password },
  };
};

/** An address of its own; nothing is asserted towards a peer that has no reason to believe us. */
export const directDialPlan = (request: DialRequest, ownHost: string): DialPlan | undefined => {
  const uri = parseUri(request.to);
  if (uri === undefined || uri.opaque !== undefined) return undefined;
  // Headers in a URI would go into the request, RFC 3261 §19.1.5: ours are not the caller's to write.
  const target = formatUri({ ...uri, headers: new Map(), password: undefined });
  const { callerNumber } = request;
  return {
    target,
    from: callerNumber === undefined ? anonymous : `<sip:${callerNumber}@${hostText(ownHost)}>`,
    headers: [],
    contactUser: undefined,
    credentials: undefined,
  };
};
