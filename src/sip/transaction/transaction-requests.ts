/** The two requests that are made from an INVITE by its transaction: ACK and CANCEL. */
import { cseq, header } from '../message/message-headers.ts';
import type { SipHeader, SipRequest, SipResponse } from '../message/sip-message.ts';

const from = (invite: SipRequest, method: string, to: string): SipRequest => {
  const copied = (name: string): readonly SipHeader[] =>
    invite.headers.filter((header) => header.name === name);
  return {
    kind: 'request',
    method,
    requestUri: invite.requestUri,
    headers: [
      // Exactly one Via, the INVITE's top one.
      ...copied('Via').slice(0, 1),
      ...copied('Route'),
      { name: 'Max-Forwards', value: '70' },
      ...copied('From'),
      { name: 'To', value: to },
      ...copied('Call-ID'),
      { name: 'CSeq', value: `${cseq(invite)?.seq ?? 0} ${method}` },
    ],
    body: Buffer.alloc(0),
  };
};

/** The ACK of a final response other than 2xx. RFC 3261 §17.1.1.3 */
export const ackForRefusal = (invite: SipRequest, response: SipResponse): SipRequest =>
  from(invite, 'ACK', header(response, 'To') ?? '');

/** RFC 3261 §9.1 */
export const cancelFor = (invite: SipRequest): SipRequest =>
  from(invite, 'CANCEL', header(invite, 'To') ?? '');
