/**
 * Whether a REGISTER comes from whom it says: digest with SHA-256 or MD5 (RFC 8760), checked against
 * what the password was hashed to. Its verdicts are those of `src/trunk/digest-gate.ts`; here the
 * secret is looked up in the store.
 */
import { timingSafeEqual } from 'node:crypto';
import type { RoomSystemSecret } from '../../call/ports/room-systems.ts';
import { digestParams, digestResponseOf } from '../../trunk/digest.ts';
import { createFailureCounter, type FailureLimits } from '../../trunk/failure-counter.ts';
import { createNonceBook } from '../../trunk/nonce-book.ts';
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
    const nonce = nonces.issue(now, source);
    const rest = `nonce="${nonce}", qop="auth"${stale ? ', stale=true' : ''}`;
    const asked = algorithms.filter((algorithm) => secretFor(algorithm, secret) !== undefined);
    const headers = asked.map((algorithm) => ({
      name: 'WWW-Authenticate',
      value: `Digest realm="${domain}", algorithm=${algorithm}, ${rest}`,
    }));
    return { kind: 'challenge', headers };
  };

  const isRight = ({ method }: DoorKnock, sent: Credentials, secret: RoomSystemSecret): boolean => {
    const own = digestResponseOf(secretFor(sent.algorithm, secret) ?? '', {
      ...sent,
      method,
      counted: { nc: sent.nc, cnonce: sent.cnonce },
    });
    const same =
      own.length === sent.response.length &&
      timingSafeEqual(Buffer.from(own), Buffer.from(sent.response));
    return same && secret !== nobody && secretFor(sent.algorithm, secret) !== undefined;
  };

  return {
    /** Rejects where the store fails. */
    knock: async (knock: DoorKnock): Promise<DoorAnswer> => {
      const { now, source, user, domain } = knock;
      if (failures.isShut(now, source)) return { kind: 'shut' };
      const sent = knock.authorization
        .slice(0, 4)
        .map((value) => credentialsIn(value, domain))
        .find((each) => each !== undefined);
      const state = sent && nonces.check(now, sent.nonce, source);
      const secret = (await secretOf(`${user}@${domain}`)) ?? nobody;
      // Anybody can write a nonce that is not theirs: that counts against nobody.
      if (sent === undefined || state === 'forged') return challenge(knock, secret, false);
      // Credentials are for the address that is registered, and for no other.
      if (sent.user.toLowerCase() !== user || !isRight(knock, sent, secret)) {
        failures.count(now, source);
        return challenge(knock, secret, false);
      }
      const isFresh =
        state === 'fresh' && nonces.use(now, sent.nonce, Number.parseInt(sent.nc, 16));
      return isFresh ? { kind: 'open' } : challenge(knock, secret, true);
    },
  };
};

interface Credentials {
  readonly algorithm: DigestAlgorithm;
  readonly user: string;
  readonly nonce: string;
  readonly uri: string;
  readonly nc: string;
  readonly cnonce: string;
  readonly response: string;
}

/** Digest credentials of this realm, with qop auth and an algorithm that we asked for. */
const credentialsIn = (value: string, realm: string): Credentials | undefined => {
  if (!/^digest\s/i.test(value) || value.length > 2048) return undefined;
  const params = digestParams(value.slice(7));
  const text = (name: string): string => params.get(name) ?? '';
  const named = (params.get('algorithm') ?? 'MD5').toUpperCase();
  const algorithm = algorithms.find((each) => each === named);
  const [nc, cnonce] = [text('nc'), text('cnonce')];
  const isCounted = /^[0-9a-fA-F]{8}$/.test(nc) && cnonce !== '' && text('qop') === 'auth';
  if (text('realm') !== realm || algorithm === undefined || !isCounted) return undefined;
  return {
    algorithm,
    ...{ user: text('username'), nonce: text('nonce'), uri: text('uri'), nc, cnonce },
    response: text('response').toLowerCase(),
  };
};
