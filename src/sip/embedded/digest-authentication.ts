/** Answers to 401 and 407: Digest with MD5 or SHA-256, RFC 7616 and RFC 8760, qop auth or none. */
import { createHash } from 'node:crypto';
import { headers } from '../message/message-headers.ts';
import type { SipHeader, SipRequest, SipResponse } from '../message/sip-message.ts';

export interface DigestCredentials {
  readonly user: string;
  readonly password: string;
}

const algorithms: ReadonlyMap<string, string> = new Map([
  ['SHA-256', 'sha256'],
  ['MD5', 'md5'],
]);

/** The parameters of a challenge; names in lower case, values unquoted. */
const paramsOf = (challenge: string): ReadonlyMap<string, string> =>
  new Map(
    [...challenge.matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g)].map(
      ([, name = '', quoted, token = '']) => [
        name.toLowerCase(),
        quoted?.replace(/\\(.)/g, '$1') ?? token,
      ],
    ),
  );

const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** The challenge we answer: the strongest algorithm that we have. */
const choose = (
  challenges: readonly string[],
): { readonly params: ReadonlyMap<string, string>; readonly algorithm: string } | undefined => {
  const known = challenges
    .filter((challenge) => /^digest\s/i.test(challenge))
    .map((challenge) => paramsOf(challenge.slice(7)))
    .map((params) => ({ params, algorithm: (params.get('algorithm') ?? 'MD5').toUpperCase() }));
  for (const name of algorithms.keys()) {
    const found = known.find(({ algorithm }) => algorithm === name);
    if (found !== undefined) return found;
  }
  return undefined;
};

/**
 * The header that answers a challenge, or undefined where there is none that we can answer.
 * `cnonce` is fresh for each answer; a nonce is used once.
 */
export const answerChallenge = (
  request: SipRequest,
  challenge: SipResponse,
  credentials: DigestCredentials,
  cnonce: string,
): SipHeader | undefined => {
  const isProxy = challenge.status === 407;
  const values = headers(challenge, isProxy ? 'Proxy-Authenticate' : 'WWW-Authenticate');
  const chosen = choose(values);
  const hashName = algorithms.get(chosen?.algorithm ?? '');
  if (chosen === undefined || hashName === undefined) return undefined;
  const { params, algorithm } = chosen;
  const hash = (text: string): string => createHash(hashName).update(text).digest('hex');
  const [realm = '', nonce = ''] = [params.get('realm'), params.get('nonce')];
  const qops = params
    .get('qop')
    ?.split(',')
    .map((qop) => qop.trim().toLowerCase());
  if (qops !== undefined && !qops.includes('auth')) return undefined;
  const a1 = hash(`${credentials.user}:${realm}:${credentials.password}`);
  const a2 = hash(`${request.method}:${request.requestUri}`);
  const response =
    qops === undefined
      ? hash(`${a1}:${nonce}:${a2}`)
      : hash(`${a1}:${nonce}:00000001:${cnonce}:auth:${a2}`);
  const opaque = params.get('opaque');
  const parts = [
    `username=${quote(credentials.user)}`,
    `realm=${quote(realm)}`,
    `nonce=${quote(nonce)}`,
    `uri=${quote(request.requestUri)}`,
    `response="${response}"`,
    `algorithm=${algorithm}`,
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
    ...(qops === undefined ? [] : [`qop=auth`, `nc=00000001`, `cnonce="${cnonce}"`]),
  ];
  const name = isProxy ? 'Proxy-Authorization' : 'Authorization';
  return { name, value: `Digest ${parts.join(', ')}` };
};
