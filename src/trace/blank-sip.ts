/**
 * A SIP message as it may be shown: numbers, IDs and PINs hashed, digits and secrets blanked. What is
 * shown is chosen: a header that is not in the list below loses its value.
 */
import { createHmac } from 'node:crypto';

/** Values that say nothing of anybody. */
const shownHeaders = new Set([
  'allow',
  'allow-events',
  'accept',
  'accept-encoding',
  'content-length',
  'content-type',
  'cseq',
  'expires',
  'max-forwards',
  'min-se',
  'proxy-require',
  'rack',
  'require',
  'retry-after',
  'rseq',
  'server',
  'session-expires',
  'supported',
  'unsupported',
  'user-agent',
  'warning',
  'reason',
]);

/** Addresses: the host and the parameters of routing are kept, who it is is not. */
const addressHeaders = new Set([
  'contact',
  'from',
  'to',
  'p-asserted-identity',
  'p-preferred-identity',
  'remote-party-id',
  'diversion',
  'history-info',
  'referred-by',
  'refer-to',
  'record-route',
  'route',
  'via',
]);

/** A short mark, the same for the same text in one trace and of no use in another. */
export type HashText = (text: string) => string;

const markLetters = 'abcdefghijklmnop';
/** Letters alone, so that no digit of a mark is taken for one of a number. */
export const createHash =
  (key: Uint8Array): HashText =>
  (text) =>
    Array.from(
      createHmac('sha256', key).update(text).digest().subarray(0, 5),
      (byte) => `${markLetters[byte >> 4] ?? ''}${markLetters[byte & 15] ?? ''}`,
    ).join('');

/** Parameters of addresses that say where, not who. */
const shownParams = new Set(['transport', 'lr', 'rport', 'received', 'expires', 'q']);

/** Users of SIP URIs, tel URIs and what parameters say become marks; display names and URI headers go. */
const blankAddresses = (text: string, hash: HashText): string =>
  text
    .replace(/"(?:[^"\\]|\\.)*"\s*/g, '')
    .replace(/(^|,)[^<>:;,"]*</g, '$1<')
    .replace(
      /\b(sips?:)([^@>,\s]*)@/gi,
      (_all, scheme: string, user: string) => `${scheme}${hash(user)}@`,
    )
    .replace(/\btel:[^>,\s]*/gi, (all) => `tel:${hash(all)}`)
    .replace(/\?[^>\s]*/g, '')
    .replace(/;([^=;>,\s]+)=([^;>,\s]*)/g, (all, name: string, value: string) =>
      shownParams.has(name.toLowerCase()) && !/\d{6}/.test(value)
        ? all
        : `;${name.replaceAll(/\d/g, '')}=${hash(value)}`,
    )
    // What is left of digits is part of IP addresses and ports.
    .replace(/\+?\d{6,}/g, (digits) => hash(digits));

/** Runs of digits that could be a number, an ID or a PIN; addresses and ports keep theirs. */
const looksLikeNumber = /(?<![\d.:])\+?\d{4,}(?![\d.])/;

const blankHeader = (name: string, value: string, hash: HashText): string => {
  const lower = name.toLowerCase();
  if (lower === 'call-id') return hash(value);
  if (addressHeaders.has(lower)) return blankAddresses(value, hash);
  return shownHeaders.has(lower) && !looksLikeNumber.test(value) ? value : 'blanked';
};

/** Of SDP: what decides whether there is sound, without names, keys and fingerprints. */
const shownSdpLine =
  /^(?:v=|c=|t=|m=|a=(?:rtpmap|fmtp|ptime|maxptime|sendrecv|sendonly|recvonly|inactive|rtcp|setup|group|mid))/;

const blankSdp = (sdp: string): string =>
  sdp
    .split(/\r?\n/)
    .filter((line) => shownSdpLine.test(line))
    .map((line) => `${line}\r\n`)
    .join('');

export interface BlankableMessage {
  readonly kind: 'request' | 'response';
  readonly method?: string;
  readonly requestUri?: string;
  readonly status?: number;
  readonly reason?: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly body: Buffer;
}

/** The bytes of a message with the same meaning for whoever looks for a fault. */
export const blankSip = (message: BlankableMessage, hash: HashText): Buffer => {
  const isSdp = message.headers.some(
    ({ name, value }) => /^content-type$/i.test(name) && /application\/sdp/i.test(value),
  );
  const body = isSdp ? blankSdp(message.body.toString('latin1')) : '';
  const first =
    message.kind === 'request'
      ? `${message.method ?? ''} ${blankAddresses(message.requestUri ?? '', hash)} SIP/2.0`
      : `SIP/2.0 ${message.status ?? 0} ${looksLikeNumber.test(message.reason ?? '') ? '' : (message.reason ?? '')}`;
  const lines = message.headers
    .filter(({ name }) => !/^content-length$/i.test(name))
    .map(({ name, value }) => `${name}: ${blankHeader(name, value, hash)}`);
  return Buffer.from(
    [first, ...lines, `Content-Length: ${body.length}`, '', body].join('\r\n'),
    'latin1',
  );
};
