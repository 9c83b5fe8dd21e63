/**
 * Challenges callers and checks their credentials, RFC 3261 §22 with RFC 7616 and RFC 8760.
 *
 *   no credentials, or of another realm ----------------> challenge
 *   nonce not ours ------------------------------------> challenge
 *   response wrong, user unknown ----------------------> challenge (counted; all look alike)
 *   response right, but nonce too old or count used ---> challenge, stale=true
 *   response right ------------------------------------> the user
 *   too many wrong ones from this address -------------> shut
 */
import { timingSafeEqual } from 'node:crypto';
import { digestParams, digestResponse } from './digest.ts';
import { createFailureCounter, type FailureLimits } from './failure-counter.ts';
import { createNonceBook } from './nonce-book.ts';
import type { DigestAlgorithm, DigestPolicy, TrunkCredentials } from './trunk.ts';

export interface DigestRequest {
  readonly method: string;
  /** The address it came from. A nonce is good for the address it was given to. */
  readonly source: string;
  /** The values of Authorization and Proxy-Authorization. */
  readonly authorization: readonly string[];
}

export type DigestVerdict =
  | { readonly kind: 'user'; readonly user: string }
  | {
      readonly kind: 'challenge';
      readonly status: 401 | 407;
      readonly headers: readonly { readonly name: string; readonly value: string }[];
    }
  | { readonly kind: 'shut' };

export interface DigestGateDeps {
  readonly policy: () => DigestPolicy;
  readonly random: (bytes: number) => Uint8Array;
  readonly failureLimits?: FailureLimits;
  readonly maxRememberedNonces?: number;
}

export interface DigestGate {
  /** @param credentials those that may pass here */
  check(
    now: number,
    request: DigestRequest,
    credentials: readonly TrunkCredentials[],
  ): DigestVerdict;
}

/** What stands in for the password of a user that is not there, so that the work is the same. */
const nobody: TrunkCredentials = { user: '', password: 'a password that nobody has' };

interface Credentials {
  readonly user: string;
  readonly nonce: string;
  readonly uri: string;
  readonly nc: string;
  readonly cnonce: string;
  readonly response: string;
  readonly algorithm: DigestAlgorithm;
}

export function createDigestGate(deps: DigestGateDeps): DigestGate {
  const { policy, random, maxRememberedNonces } = deps;
  const failures = createFailureCounter(deps.failureLimits);
  const nonces = createNonceBook({
    random,
    lifeMs: () => policy().nonceLifeMs,
    ...(maxRememberedNonces === undefined ? {} : { maxRemembered: maxRememberedNonces }),
  });

  function challenge(now: number, source: string, stale: boolean): DigestVerdict {
    const { realm, algorithms, status } = policy();
    const name = status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate';
    const nonce = nonces.issue(now, source);
    const headers = algorithms.map((algorithm) => ({
      name,
      value:
        `Digest realm="${realm}", nonce="${nonce}", algorithm=${algorithm}, qop="auth"` +
        (stale ? ', stale=true' : ''),
    }));
    return { kind: 'challenge', status, headers };
  }

  function isRight(sent: Credentials, method: string, known: readonly TrunkCredentials[]): boolean {
    const found = known.find(({ user }) => user === sent.user);
    const { password } = found ?? nobody;
    const { algorithm, user, nonce, uri, nc, cnonce } = sent;
    const counted = { nc, cnonce };
    const { realm } = policy();
    const own = digestResponse({ algorithm, user, realm, password, method, uri, nonce, counted });
    const same =
      own.length === sent.response.length &&
      timingSafeEqual(Buffer.from(own), Buffer.from(sent.response));
    return same && found !== undefined;
  }

  return {
    check(now, { method, source, authorization }, known) {
      if (failures.isShut(now, source)) return { kind: 'shut' };
      const sent = authorization
        .slice(0, 4)
        .map((value) => credentialsIn(value, policy()))
        .find((each) => each !== undefined);
      if (sent === undefined) return challenge(now, source, false);
      const state = nonces.check(now, sent.nonce, source);
      // Anybody can write a nonce and an address that are not theirs: neither counts against one.
      if (state === 'forged') return challenge(now, source, false);
      if (!isRight(sent, method, known)) {
        failures.count(now, source);
        return challenge(now, source, false);
      }
      if (state === 'stale' || !nonces.use(now, sent.nonce, Number.parseInt(sent.nc, 16)))
        return challenge(now, source, true);
      return { kind: 'user', user: sent.user };
    },
  };
}

/**
 * Credentials for our realm, with qop auth and an algorithm that we asked for. `uri` is not held
 * against the Request-URI: what lies between may have rewritten that one (RFC 3261 §22.4), and the
 * count already forbids a second use.
 */
function credentialsIn(value: string, policy: DigestPolicy): Credentials | undefined {
  if (!/^digest\s/i.test(value) || value.length > 2048) return undefined;
  const params = digestParams(value.slice(7));
  const algorithm = (params.get('algorithm') ?? 'MD5').toUpperCase();
  const offered = policy.algorithms.find((each) => each === algorithm);
  const [nc = '', cnonce = ''] = [params.get('nc'), params.get('cnonce')];
  const isCounted = /^[0-9a-fA-F]{8}$/.test(nc) && cnonce !== '' && params.get('qop') === 'auth';
  if (params.get('realm') !== policy.realm || offered === undefined || !isCounted) return undefined;
  return {
    user: params.get('username') ?? '',
    nonce: params.get('nonce') ?? '',
    uri: params.get('uri') ?? '',
    nc,
    cnonce,
    response: (params.get('response') ?? '').toLowerCase(),
    algorithm: offered,
  };
}
