/** From bytes to a message (RFC 3261 §7), or to the reason why not. Nothing here throws. */
import { digitsUpTo, isCallId, isToken, splitOutsideQuotes, trimLws } from './grammar.ts';
import { isSameHeader, singleHeaders } from './header-names.ts';
import { endOfHead, messageLimits, readHead } from './message-head.ts';
import { maxCSeq, parseCSeq } from './message-headers.ts';
import { parseNameAddr } from './name-addr.ts';
import { parseUri } from './sip-uri.ts';
import { formatVia, parseVia, parseViaForAnswer } from './via.ts';
import type { HeadProblem, MessageHead } from './message-head.ts';
import type { SipHeader, SipMessage, SipRequest } from './sip-message.ts';
import type { SipParseError, SipParseErrorCode } from './sip-parse-error.ts';

export type ParsedMessage =
  | {
      readonly ok: true;
      readonly message: SipMessage;
      /** Bytes after the body that Content-Length names: discarded. RFC 3261 §18.3 */
      readonly extraBytes: number;
    }
  | { readonly ok: false; readonly error: SipParseError };

/** One datagram, or one message cut out of a stream. Without Content-Length the body is the rest. */
export const parseMessage = (bytes: Buffer): ParsedMessage => {
  // RFC 3261 §7.5: line ends before the start line are ignored.
  const start = bytes.findIndex((octet) => octet !== 13 && octet !== 10);
  if (start < 0) return refuse({ code: 'sip/empty', reason: 'Empty message' });
  const message = bytes.subarray(start, start + messageLimits.messageBytes);
  const headEnd = endOfHead(message);
  const head = readHead(headEnd < 0 ? message : message.subarray(0, headEnd));
  const startLine = readStartLine(head.startLine);
  const body = headEnd < 0 ? Buffer.alloc(0) : message.subarray(headEnd);
  const tooLarge = bytes.length - start > messageLimits.messageBytes;
  const problem = tooLarge
    ? { code: 'sip/too-large' as const, reason: 'Message too large' }
    : (startLine.problem ??
      head.problem ??
      (headEnd < 0 ? { code: 'sip/truncated' as const, reason: 'No empty line' } : undefined) ??
      headersProblem(head.headers, startLine) ??
      bodyProblem(head.headers, body));
  if (problem) return refuse(problem, answerable(startLine, head));
  return accept(startLine, head.headers, body);
};

const accept = (
  startLine: StartLine,
  headers: readonly SipHeader[],
  rest: Buffer,
): ParsedMessage => {
  const body = rest.subarray(0, contentLength(headers) ?? rest.length);
  const { method, requestUri, status, reason } = startLine;
  const message: SipMessage =
    method === undefined
      ? { kind: 'response', status: status ?? 0, reason, headers, body }
      : { kind: 'request', method, requestUri, headers, body };
  return { ok: true, message, extraBytes: rest.length - body.length };
};

// ---------------------------------------------------------------- start line

interface StartLine {
  /** Set for requests. */
  readonly method: string | undefined;
  readonly requestUri: string;
  /** Set for responses. */
  readonly status: number | undefined;
  readonly reason: string;
  readonly problem: HeadProblem | undefined;
}
const noStartLine: StartLine = {
  method: undefined,
  requestUri: '',
  status: undefined,
  reason: '',
  problem: { code: 'sip/bad-start-line', reason: 'Malformed start line' },
};

const readStartLine = (line: string): StartLine => {
  if (/^SIP\//i.test(line)) return readStatusLine(line);
  const parts = splitRequestLine(line);
  if (!parts) return noStartLine;
  const { method, requestUri, version } = parts;
  const read = { ...noStartLine, method, requestUri };
  if (version !== '2.0') {
    return { ...read, problem: { code: 'sip/bad-version', reason: 'Version Not Supported' } };
  }
  if (line.length > messageLimits.lineBytes) {
    return {
      ...read,
      problem: { code: 'sip/request-uri-too-long', reason: 'Request-URI Too Long' },
    };
  }
  // Exactly one space between, none after. RFC 3261 §7.1, RFC 4475 §3.1.2.8-10
  if (line.toUpperCase() !== `${method} ${requestUri} SIP/2.0`.toUpperCase()) return read;
  return { ...read, problem: requestUriProblem(requestUri) };
};

/** Looser than the RFC, to tell what was meant and answer it. No pattern: this line may be 64 KiB of spaces. */
const splitRequestLine = (
  line: string,
):
  | { readonly method: string; readonly requestUri: string; readonly version: string }
  | undefined => {
  const trimmed = trimLws(line);
  const methodEnd = trimmed.search(/[ \t]/);
  const versionStart = Math.max(trimmed.lastIndexOf(' '), trimmed.lastIndexOf('\t')) + 1;
  const method = trimmed.slice(0, Math.max(methodEnd, 0));
  const version = /^SIP\/([0-9]+\.[0-9]+)$/i.exec(trimmed.slice(versionStart))?.[1];
  if (!isToken(method) || version === undefined) return undefined;
  return { method, requestUri: trimLws(trimmed.slice(methodEnd, versionStart)), version };
};

const readStatusLine = (line: string): StartLine => {
  const match = /^SIP\/2\.0 ([1-6][0-9]{2})(?: (.*))?$/is.exec(line);
  return match
    ? { ...noStartLine, status: Number(match[1]), reason: match[2] ?? '', problem: undefined }
    : noStartLine;
};

const requestUriProblem = (requestUri: string): HeadProblem | undefined => {
  const uri = parseUri(requestUri);
  // A Request-URI carries no headers. RFC 3261 §19.1.1, RFC 4475 §3.1.2.11
  return uri && uri.headers.size === 0
    ? undefined
    : { code: 'sip/bad-request-uri', reason: 'Malformed Request-URI' };
};

// ---------------------------------------------------------------- headers

const values = (headers: readonly SipHeader[], name: string): readonly string[] =>
  headers.filter((field) => isSameHeader(field.name, name)).map(({ value }) => value);

const bad = (code: SipParseErrorCode, reason: string): HeadProblem => ({ code, reason });

const headersProblem = (
  headers: readonly SipHeader[],
  startLine: StartLine,
): HeadProblem | undefined => {
  for (const name of ['Via', 'From', 'To', 'Call-ID', 'CSeq']) {
    if (values(headers, name).length === 0) return bad('sip/missing-header', `Missing ${name}`);
  }
  // Which of two contradicting values another element would take, nobody knows. RFC 4475 §3.3.8-9
  for (const name of singleHeaders) {
    if (values(headers, name).length > 1) return bad('sip/repeated-header', `Repeated ${name}`);
  }
  const [callId = ''] = values(headers, 'Call-ID');
  if (!isCallId(callId)) return bad('sip/bad-header', 'Malformed Call-ID');
  return (
    cseqProblem(headers, startLine.method) ??
    listProblem(headers, 'Via', (value) => parseVia(value) !== undefined) ??
    listProblem(headers, 'Contact', (value) => value === '*' || isNameAddr(value)) ??
    listProblem(headers, 'Route', isNameAddr) ??
    listProblem(headers, 'Record-Route', isNameAddr) ??
    addressProblem(headers, 'From') ??
    addressProblem(headers, 'To') ??
    maxForwardsProblem(headers)
  );
};

const isNameAddr = (value: string): boolean => parseNameAddr(value) !== undefined;

const cseqProblem = (
  headers: readonly SipHeader[],
  method: string | undefined,
): HeadProblem | undefined => {
  const cseq = parseCSeq(values(headers, 'CSeq')[0] ?? '');
  if (!cseq) return bad('sip/bad-cseq', `Malformed CSeq, or above ${maxCSeq}`);
  // RFC 3261 §8.1.1.5: the method must match that of the request.
  return method !== undefined && cseq.method !== method
    ? bad('sip/bad-cseq', 'CSeq method does not match')
    : undefined;
};

const listProblem = (
  headers: readonly SipHeader[],
  name: string,
  isGood: (value: string) => boolean,
): HeadProblem | undefined =>
  values(headers, name).every((list) => splitOutsideQuotes(list, ',').every(isGood))
    ? undefined
    : bad('sip/bad-header', `Malformed ${name}`);

const addressProblem = (
  headers: readonly SipHeader[],
  name: 'From' | 'To',
): HeadProblem | undefined =>
  values(headers, name).every(isNameAddr) ? undefined : bad('sip/bad-header', `Malformed ${name}`);

const maxForwardsProblem = (headers: readonly SipHeader[]): HeadProblem | undefined =>
  values(headers, 'Max-Forwards').every((value) => digitsUpTo(value, 255) !== undefined)
    ? undefined
    : bad('sip/bad-header', 'Malformed Max-Forwards');

// ---------------------------------------------------------------- body

/** The value of a sound Content-Length; undefined where there is none. */
export const contentLength = (headers: readonly SipHeader[]): number | undefined =>
  digitsUpTo(values(headers, 'Content-Length')[0] ?? '', Number.MAX_SAFE_INTEGER);

const bodyProblem = (headers: readonly SipHeader[], body: Buffer): HeadProblem | undefined => {
  const [text] = values(headers, 'Content-Length');
  if (text === undefined) return undefined;
  const length = contentLength(headers);
  if (length === undefined) return bad('sip/bad-content-length', 'Malformed Content-Length');
  return length > body.length
    ? bad('sip/bad-content-length', 'Content-Length exceeds the body')
    : undefined;
};

// ---------------------------------------------------------------- what to answer

export type RefusedMessage = ParsedMessage & { readonly ok: false };

/** A head whose message is refused for what is known before it is parsed: its framing. */
export const refuseHead = (bytes: Buffer, problem: HeadProblem): RefusedMessage => {
  const head = readHead(bytes);
  return refuse(problem, answerable(readStartLine(head.startLine), head));
};

const refuse = (problem: HeadProblem, request?: SipRequest): RefusedMessage => ({
  ok: false,
  error: { ...problem, answer: request && { status: statusFor(problem.code), request } },
});

const statusFor = (code: SipParseErrorCode): number => {
  switch (code) {
    case 'sip/bad-version':
      return 505;
    case 'sip/too-large':
      return 513;
    case 'sip/request-uri-too-long':
      return 414;
    default:
      return 400;
  }
};

/** The parts an answer is made of. Nothing is sent without a Via, or to an ACK. RFC 3261 §8.2.6, §17 */
const answerable = (startLine: StartLine, head: MessageHead): SipRequest | undefined => {
  const { method, requestUri } = startLine;
  const topVia = answerVia(head.headers);
  if (method === undefined || method === 'ACK' || topVia === undefined) return undefined;
  const kept = ['From', 'To', 'Call-ID', 'CSeq'].flatMap((name) =>
    values(head.headers, name)
      .slice(0, 1)
      .map((value) => ({ name, value })),
  );
  const headers = [{ name: 'Via', value: topVia }, ...kept];
  return { kind: 'request', method, requestUri, headers, body: Buffer.alloc(0) };
};

/** The Via line as it stood where it is sound, else what of its first value is. */
const answerVia = (headers: readonly SipHeader[]): string | undefined => {
  const lists = values(headers, 'Via').map((list) => splitOutsideQuotes(list, ','));
  const all = lists.flat();
  const [top = ''] = all;
  const read = parseViaForAnswer(top);
  const rest = all.slice(1).filter((value) => parseVia(value) !== undefined);
  return read && [parseVia(top) ? top : formatVia(read), ...rest].join(', ');
};
