/** Digest, RFC 7616 §3.4, as SIP uses it (RFC 8760): parameters and the response, for both sides. */
import { createHash } from 'node:crypto';
import type { DigestAlgorithm } from './trunk.ts';

const hashNames: Readonly<Record<DigestAlgorithm, string>> = { 'SHA-256': 'sha256', MD5: 'md5' };

/** Parameters of credentials or a challenge: names in lower case, values unquoted. */
export function digestParams(text: string): ReadonlyMap<string, string> {
  const pairs = text.matchAll(/(?<![\w-])([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g);
  return new Map(
    Array.from(pairs, ([, name = '', quoted, token = '']): [string, string] => [
      name.toLowerCase(),
      quoted?.replace(/\\(.)/g, '$1') ?? token,
    ]),
  );
}

export interface DigestInput {
  readonly algorithm: DigestAlgorithm;
  readonly user: string;
  readonly realm: string;
  readonly password: string;
  readonly method: string;
  /** The `uri` parameter, as it was sent. */
  readonly uri: string;
  readonly nonce: string;
  /** undefined: the form of RFC 2069, without qop. */
  readonly counted: { readonly nc: string; readonly cnonce: string } | undefined;
}

const hashWith =
  (algorithm: DigestAlgorithm) =>
  (text: string): string =>
    createHash(hashNames[algorithm]).update(text).digest('hex');

/** H(A1): all of a password that a server needs to keep. */
export const digestSecret = (
  algorithm: DigestAlgorithm,
  { user, realm, password }: Pick<DigestInput, 'user' | 'realm' | 'password'>,
): string => hashWith(algorithm)(`${user}:${realm}:${password}`);

/** The `response` parameter in lower-case hexadecimal; with `counted`, qop is auth. */
export const digestResponse = (input: DigestInput): string =>
  digestResponseOf(digestSecret(input.algorithm, input), input);

/** The same of `digestSecret`. */
export function digestResponseOf(
  a1: string,
  input: Omit<DigestInput, 'user' | 'realm' | 'password'>,
): string {
  const hash = hashWith(input.algorithm);
  const a2 = hash(`${input.method}:${input.uri}`);
  const { counted, nonce } = input;
  return counted === undefined
    ? hash(`${a1}:${nonce}:${a2}`)
    : hash(`${a1}:${nonce}:${counted.nc}:${counted.cnonce}:auth:${a2}`);
}
