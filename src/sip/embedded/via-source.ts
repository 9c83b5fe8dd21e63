/** What a server adds to the top Via of a request: RFC 3261 §18.2.1 and RFC 3581 §4. */
import { withTopVia } from '../message/build-message.ts';
import { topVia } from '../message/message-headers.ts';
import type { SipRequest } from '../message/sip-message.ts';
import type { Endpoint } from '../transaction/flow.ts';

/** The request with `received` (and `rport`, if asked for) of its true source. */
export const withViaSource = (request: SipRequest, source: Endpoint): SipRequest => {
  const via = topVia(request);
  if (via === undefined) return request;
  const asksForPort = via.params.has('rport');
  if (!asksForPort && via.host === source.address && !via.params.has('received')) return request;
  const params = new Map(via.params);
  // What the peer itself wrote there does not count.
  params.set('received', source.address);
  if (asksForPort) params.set('rport', String(source.port));
  return withTopVia(request, { ...via, params });
};
