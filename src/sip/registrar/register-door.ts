/**
 * Whether a REGISTER comes from whom it says: digest with SHA-256 or MD5 (RFC 8760), checked against
 * what the password was hashed to. Its verdicts are those of `src/trunk/digest-gate.ts`; here the
 * secret is looked up in the store.
 */
import type { RoomSystemSecret } from '../../call/ports/room-systems.ts';
import { createFailureCounter, type FailureLimits } from '../../trunk/failure-counter.ts';
import { createNonceBook } from '../../trunk/nonce-book.ts';
import {
  challengesFor,
  countOf,
  credentialsFor,
  provesSecret,
  type SentCredentials,
} from '../../trunk/sent-credentials.ts';
import type { DigestAlgorithm } from '../../trunk/trunk.ts';
import type { SipHeader } from '../message/sip-message.ts';

export interface DoorKnock {
  readonly now: number;
  readonly method: string;
  /** The true source address. */
  readonly source: string;
  readonly user: string;
  /** The domain is the realm. */
  readonly domain: string;
  /** The values of Authorization. */
  readonly authorization: readonly string[];
}

export type DoorAnswer =
  | { readonly kind: 'open' }
  | { readonly kind: 'challenge'; readonly headers: readonly SipHeader[] }
  /** Too many wrong ones from this address. */
  | { readonly kind: 'shut' };

export interface RegisterDoorDeps {
  readonly random: (bytes: number) => Uint8Array;
  /** Rejects where the store fails. */
  readonly secretOf: (address: string) => Promise<RoomSystemSecret | undefined>;
  readonly failureLimits?: FailureLimits | undefined;
}

/** A nonce is this node's own: what is played back at another one is a nonce that it never gave. */
const nonceLifeMs = 300_000;
/**
 * Strongest first: devices take the first that they know (RFC 8760 §2.4). Some old ones know MD5 alone
 * and give up where anything else is asked for: then nothing else is kept of their password.
 */
const algorithms: readonly DigestAlgorithm[] = ['SHA-256', 'MD5'];
/** For addresses that nobody has, so that the work is the same. */
const nobody: RoomSystemSecret = { sha256: '0'.repeat(64), md5: '0'.repeat(32) };

const secretFor = (algorithm: DigestAlgorithm, secret: RoomSystemSecret): string | undefined =>
  algorithm === 'MD5' ? secret.md5 : secret.sha256;

export const createRegisterDoor = ({ random, secretOf, failureLimits }: RegisterDoorDeps) => {
  const failures = createFailureCounter(failureLimits);
  const nonces = createNonceBook({ random, lifeMs: () => nonceLifeMs });

  const challenge = (
    { now, source, domain }: DoorKnock,
    secret: RoomSystemSecret,
    stale: boolean,
  ): DoorAnswer => {
    const asked = algorithms.filter((algorithm) => secretFor(algorithm, secret) !== undefined);
    const demand = { realm: domain, algorithms: asked };
    const headers = challengesFor(demand, nonces.issue(now, source), stale).map((value) => ({
      name: 'WWW-Authenticate',
      value,
    }));
    return { kind: 'challenge', headers };
  };

  const isRight = (
    { method }: DoorKnock,
    sent: SentCredentials,
    secret: RoomSystemSecret,
  ): boolean => {
    const kept = secretFor(sent.algorithm, secret);
    return provesSecret(sent, method, kept ?? '') && secret !== nobody && kept !== undefined;
  };

  return {
    /** Rejects where the store fails. */
    knock: async (knock: DoorKnock): Promise<DoorAnswer> => {
      const { now, source, user, domain } = knock;
      if (failures.isShut(now, source)) return { kind: 'shut' };
      const sent = credentialsFor({ realm: domain, algorithms }, knock.authorization);
      const state = sent && nonces.check(now, sent.nonce, source);
      const secret = (await secretOf(`${user}@${domain}`)) ?? nobody;
      // Anybody can write a nonce that is not theirs: that counts against nobody.
      if (sent === undefined || state === 'forged') return challenge(knock, secret, false);
      // Credentials are for the address that is registered, and for no other.
      if (sent.user.toLowerCase() !== user || !isRight(knock, sent, secret)) {
        failures.count(now, source);
        return challenge(knock, secret, false);
      }
      const isFresh = state === 'fresh' && nonces.use(now, sent.nonce, countOf(sent));
      return isFresh ? { kind: 'open' } : challenge(knock, secret, true);
    },
  };
};
