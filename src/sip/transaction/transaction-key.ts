/** How messages find their transaction: RFC 3261 §17.1.3 and §17.2.3. */
import { cseq, fromOf, header, toOf, topVia } from '../message/message-headers.ts';
import { transactionBranch } from '../message/via.ts';
import type { SipRequest, SipResponse, Via } from '../message/sip-message.ts';

export const branchCookie = 'z9hG4bK';

/** RFC 3261 §17.1.3: the branch and the CSeq method (CANCEL shares its INVITE's branch). */
export const clientTransactionKey = (branch: string, method: string): string =>
  `${branch}|${method}`;

/** Undefined where the response has no branch of a client transaction in it. */
export const keyOfResponse = (response: SipResponse): string | undefined => {
  const branch = topVia(response)?.params.get('branch');
  const method = cseq(response)?.method;
  if (branch === undefined || method === undefined) return undefined;
  return clientTransactionKey(branch, method);
};

const sentBy = (via: Via): string => `${via.host.toLowerCase()}:${via.port ?? 5060}`;

/**
 * RFC 3261 §17.2.3: branch, sent-by and method, where ACK counts as INVITE. Requests of RFC 2543
 * clients (no magic cookie) are matched by Request-URI, From tag, Call-ID, CSeq and top Via.
 * `method` stands in for the request's own: that of the INVITE which a CANCEL is for.
 */
export const serverTransactionKey = (
  request: SipRequest,
  method: string = request.method === 'ACK' ? 'INVITE' : request.method,
): string | undefined => {
  const via = topVia(request);
  if (via === undefined) return undefined;
  const branch = transactionBranch(via);
  if (branch !== undefined) return `${branch}|${sentBy(via)}|${method}`;
  return [
    'rfc2543',
    request.requestUri,
    fromOf(request)?.tag ?? '',
    header(request, 'Call-ID') ?? '',
    String(cseq(request)?.seq ?? ''),
    `${sentBy(via)};${via.params.get('branch') ?? ''}`,
    method,
  ].join('|');
};

/**
 * Equal for copies of one request that came by several ways (RFC 3261 §8.2.2.2); undefined for
 * requests inside a dialog.
 */
export const mergeKey = (request: SipRequest): string | undefined => {
  if (toOf(request)?.tag !== undefined) return undefined;
  const { seq, method } = cseq(request) ?? { seq: 0, method: '' };
  return [fromOf(request)?.tag ?? '', header(request, 'Call-ID') ?? '', `${seq} ${method}`].join(
    '|',
  );
};
