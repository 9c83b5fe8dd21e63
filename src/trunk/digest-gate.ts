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
import { digestSecret } from './digest.ts';
import { createFailureCounter, type FailureLimits } from './failure-counter.ts';
import { createNonceBook } from './nonce-book.ts';
import {
  challengesFor,
  countOf,
  credentialsFor,
  provesSecret,
  type SentCredentials,
} from './sent-credentials.ts';
import type { DigestPolicy, TrunkCredentials } from './trunk.ts';

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

export function createDigestGate(deps: DigestGateDeps): DigestGate {
  const { policy, random, maxRememberedNonces } = deps;
  const failures = createFailureCounter(deps.failureLimits);
  const nonces = createNonceBook({
    random,
    lifeMs: () => policy().nonceLifeMs,
    ...(maxRememberedNonces === undefined ? {} : { maxRemembered: maxRememberedNonces }),
  });

  function challenge(now: number, source: string, stale: boolean): DigestVerdict {
    const { status } = policy();
    const name = status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate';
    const values = challengesFor(policy(), nonces.issue(now, source), stale);
    return { kind: 'challenge', status, headers: values.map((value) => ({ name, value })) };
  }

  function isRight(
    sent: SentCredentials,
    method: string,
    known: readonly TrunkCredentials[],
  ): boolean {
    const found = known.find(({ user }) => user === sent.user);
    const { password } = found ?? nobody;
    const { user, algorithm } = sent;
    const secret = digestSecret(algorithm, { user, realm: policy().realm, password });
    return provesSecret(sent, method, secret) && found !== undefined;
  }

  return {
    check(now, { method, source, authorization }, known) {
      if (failures.isShut(now, source)) return { kind: 'shut' };
      const sent = credentialsFor(policy(), authorization);
      if (sent === undefined) return challenge(now, source, false);
      const state = nonces.check(now, sent.nonce, source);
      // Anybody can write a nonce and an address that are not theirs: neither counts against one.
      if (state === 'forged') return challenge(now, source, false);
      if (!isRight(sent, method, known)) {
        failures.count(now, source);
        return challenge(now, source, false);
      }
      if (state === 'stale' || !nonces.use(now, sent.nonce, countOf(sent)))
        return challenge(now, source, true);
      return { kind: 'user', user: sent.user };
    },
  };
}
