/** Requests and responses made, and messages changed: always a new message, the old one stays. */
import { splitOutsideQuotes } from './grammar.ts';
import { isSameHeader } from './header-names.ts';
import { toOf } from './message-headers.ts';
import { formatNameAddr } from './name-addr.ts';
import { reasonPhraseOf } from './reason-phrases.ts';
import { formatUri } from './sip-uri.ts';
import { formatVia } from './via.ts';
import type { NameAddr, SipHeader, SipMessage, SipRequest, SipResponse } from './sip-message.ts';
import type { SipUri, Via } from './sip-message.ts';

export interface ResponseOptions {
  /** Put on To where it has none. RFC 3261 §8.2.6.2 asks for one in all but 100. */
  readonly toTag?: string | undefined;
  /** Added after the copied ones, in this order. */
  readonly headers?: readonly SipHeader[];
  readonly body?: Buffer | string;
}

/**
 * A response with what RFC 3261 §8.2.6 copies from its request: Via, From, To, Call-ID, CSeq,
 * Timestamp in a 100, and Record-Route where a dialog is formed (§12.1.1).
 */
export const createResponse = (
  request: SipRequest,
  status: number,
  reason: string = reasonPhraseOf(status),
  options: ResponseOptions = {},
): SipResponse => {
  const copied = ['Via', 'From', 'To', 'Call-ID', 'CSeq'];
  if (status === 100) copied.push('Timestamp');
  if (status > 100 && status < 300 && dialogForming.has(request.method))
    copied.push('Record-Route');
  const headers = request.headers
    .filter(({ name }) => copied.some((wanted) => isSameHeader(name, wanted)))
    .map((field) =>
      isSameHeader(field.name, 'To') ? withTag(request, field, options.toTag) : field,
    );
  return {
    kind: 'response',
    status,
    reason,
    headers: [...headers, ...(options.headers ?? [])],
    body: Buffer.from(options.body ?? ''),
  };
};

const dialogForming: ReadonlySet<string> = new Set(['INVITE', 'SUBSCRIBE', 'REFER']);

// A parameter after either form of address is the header's, so appending text is enough.
const withTag = (request: SipRequest, to: SipHeader, tag: string | undefined): SipHeader =>
  tag === undefined || toOf(request)?.tag !== undefined
    ? to
    : { ...to, value: `${to.value};tag=${tag}` };

export interface RequestFields {
  readonly method: string;
  readonly requestUri: SipUri | string;
  readonly via?: Via;
  /** RFC 3261 §8.1.1.6 recommends 70. */
  readonly maxForwards?: number;
  readonly routes?: readonly NameAddr[];
  readonly from: NameAddr;
  readonly to: NameAddr;
  readonly sipCallId: string;
  readonly cseq: number;
  readonly contact?: NameAddr;
  /** Added after the others, in this order. */
  readonly headers?: readonly SipHeader[];
  readonly body?: Buffer | string;
}

/** A request with all that RFC 3261 §8.1.1 asks for; Via may be put on top later. */
export const createRequest = (fields: RequestFields): SipRequest => {
  const { method, requestUri, via, contact } = fields;
  return {
    kind: 'request',
    method,
    requestUri: typeof requestUri === 'string' ? requestUri : formatUri(requestUri),
    headers: [
      ...(via ? [{ name: 'Via', value: formatVia(via) }] : []),
      { name: 'Max-Forwards', value: String(fields.maxForwards ?? 70) },
      ...(fields.routes ?? []).map((route) => ({ name: 'Route', value: formatNameAddr(route) })),
      { name: 'From', value: formatNameAddr(fields.from) },
      { name: 'To', value: formatNameAddr(fields.to) },
      { name: 'Call-ID', value: fields.sipCallId },
      { name: 'CSeq', value: `${fields.cseq} ${method}` },
      ...(contact ? [{ name: 'Contact', value: formatNameAddr(contact) }] : []),
      ...(fields.headers ?? []),
    ],
    body: Buffer.from(fields.body ?? ''),
  };
};

/** The message with exactly one header of this name, where the first one stood or at the end. */
export const withHeader = <M extends SipMessage>(message: M, name: string, value: string): M => {
  const first = message.headers.findIndex((field) => isSameHeader(field.name, name));
  if (first < 0) return { ...message, headers: [...message.headers, { name, value }] };
  const headers = message.headers.flatMap((field, at) => {
    if (at === first) return [{ name: field.name, value }];
    return isSameHeader(field.name, name) ? [] : [field];
  });
  return { ...message, headers };
};

export const withoutHeader = <M extends SipMessage>(message: M, name: string): M => ({
  ...message,
  headers: message.headers.filter((field) => !isSameHeader(field.name, name)),
});

/** The message with one more value of this name, above the others. */
export const prependHeader = <M extends SipMessage>(message: M, name: string, value: string): M => {
  const first = message.headers.findIndex((field) => isSameHeader(field.name, name));
  return { ...message, headers: message.headers.toSpliced(Math.max(first, 0), 0, { name, value }) };
};

/** The message with its top Via value replaced, the others kept: for `received` and `rport`. */
export const withTopVia = <M extends SipMessage>(message: M, via: Via): M => {
  const at = message.headers.findIndex((field) => isSameHeader(field.name, 'Via'));
  const below = splitOutsideQuotes(message.headers[at]?.value ?? '', ',').slice(1);
  const field = { name: 'Via', value: [formatVia(via), ...below].join(', ') };
  return { ...message, headers: message.headers.toSpliced(Math.max(at, 0), at < 0 ? 0 : 1, field) };
};
