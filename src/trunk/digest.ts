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

/** The `response` parameter in lower-case hexadecimal; with `counted`, qop is auth. */
export function digestResponse(input: DigestInput): string {
  const hash = (text: string): string =>
    createHash(hashNames[input.algorithm]).update(text).digest('hex');
  const a1 = hash(`${input.user}:${input.realm}:${input.password}`);
  const a2 = hash(`${input.method}:${input.uri}`);
  const { counted, nonce } = input;
  return counted === undefined
    ? hash(`${a1}:${nonce}:${a2}`)
    : hash(`${a1}:${nonce}:${counted.nc}:${counted.cnonce}:auth:${a2}`);
}
