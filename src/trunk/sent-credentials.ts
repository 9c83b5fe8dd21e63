/** Digest credentials that a request brings, RFC 7616 §3.4 as SIP uses it (RFC 8760): read and proved. */
import { timingSafeEqual } from 'node:crypto';
import { digestParams, digestResponseOf } from './digest.ts';
import type { DigestAlgorithm } from './trunk.ts';

/** What a challenge asks for; qop is auth. */
export interface DigestDemand {
  readonly realm: string;
  /** In order of preference, one challenge each. RFC 8760 §2.3 */
  readonly algorithms: readonly DigestAlgorithm[];
}

export interface SentCredentials {
  readonly algorithm: DigestAlgorithm;
  readonly user: string;
  readonly nonce: string;
  readonly uri: string;
  readonly nc: string;
  readonly cnonce: string;
  /** Lower case. */
  readonly response: string;
}

/** More than anybody needs who answers each algorithm once. */
const mostTried = 4;
const maxLength = 2048;

/** The values of a challenge's headers. */
export const challengesFor = (
  { realm, algorithms }: DigestDemand,
  nonce: string,
  stale: boolean,
): readonly string[] =>
  algorithms.map(
    (algorithm) =>
      `Digest realm="${realm}", nonce="${nonce}", algorithm=${algorithm}, qop="auth"` +
      (stale ? ', stale=true' : ''),
  );

/**
 * The first credentials that answer this demand. `uri` is not held against the Request-URI: what lies
 * between may have rewritten that one (RFC 3261 §22.4), and the count already forbids a second use.
 *
 * @param values of Authorization and Proxy-Authorization
 */
export const credentialsFor = (
  demand: DigestDemand,
  values: readonly string[],
): SentCredentials | undefined =>
  values
    .slice(0, mostTried)
    .map((value) => read(value, demand))
    .find((sent) => sent !== undefined);

const read = (value: string, demand: DigestDemand): SentCredentials | undefined => {
  if (!/^digest\s/i.test(value) || value.length > maxLength) return undefined;
  const params = digestParams(value.slice(7));
  const text = (name: string): string => params.get(name) ?? '';
  const named = (params.get('algorithm') ?? 'MD5').toUpperCase();
  const algorithm = demand.algorithms.find((each) => each === named);
  const [nc, cnonce] = [text('nc'), text('cnonce')];
  const isCounted = /^[0-9a-fA-F]{8}$/.test(nc) && cnonce !== '' && text('qop') === 'auth';
  if (text('realm') !== demand.realm || algorithm === undefined || !isCounted) return undefined;
  return {
    algorithm,
    ...{ user: text('username'), nonce: text('nonce'), uri: text('uri'), nc, cnonce },
    response: text('response').toLowerCase(),
  };
};

/** How often its nonce was used. */
export const countOf = ({ nc }: SentCredentials): number => Number.parseInt(nc, 16);

/** @param secret as `digestSecret` makes it, for the algorithm of the credentials */
export const provesSecret = (sent: SentCredentials, method: string, secret: string): boolean => {
  const counted = { nc: sent.nc, cnonce: sent.cnonce };
  const own = Buffer.from(digestResponseOf(secret, { ...sent, method, counted }));
  const theirs = Buffer.from(sent.response);
  return own.length === theirs.length && timingSafeEqual(own, theirs);
};
