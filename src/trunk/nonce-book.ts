/**
 * Nonces that cost nothing to give out: each holds its time and a seal over it and the address it
 * was given to. Only those that somebody used well are remembered, with their highest count.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export type NonceState = 'fresh' | 'stale' | 'forged';

export interface NonceBook {
  issue(now: number, source: string): string;
  /** `forged`: not given out by us to this address. `stale`: too old. */
  check(now: number, nonce: string, source: string): NonceState;
  /**
   * Whether this count is the highest so far, and then keeps it. RFC 7616 §3.4: a count that came
   * before is a replay. Only for a nonce that is fresh and a response that is right.
   */
  use(now: number, nonce: string, count: number): boolean;
  /** Nonces remembered: never more than the bound. */
  readonly size: number;
}

export interface NonceBookDeps {
  readonly random: (bytes: number) => Uint8Array;
  readonly lifeMs: () => number;
  readonly maxRemembered?: number;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const maxCount = 0xffffffff;

export function createNonceBook(deps: NonceBookDeps): NonceBook {
  const { random, lifeMs, maxRemembered = 10_000 } = deps;
  const key = random(32);
  const counts = new Map<string, number>();
  /** Nonces issued at or before this time and not remembered may have been used already. */
  let forgottenUntil = -Infinity;

  const seal = (body: string, source: string): string =>
    createHmac('sha256', key).update(`${body}.${source}`).digest('hex').slice(0, 32);
  const issuedAt = (nonce: string): number => Number.parseInt(nonce.slice(0, 12), 16);

  function forget(now: number): void {
    for (const nonce of counts.keys()) {
      const isOld = now - issuedAt(nonce) > lifeMs();
      if (!isOld && counts.size <= maxRemembered) return;
      counts.delete(nonce);
      if (!isOld) forgottenUntil = Math.max(forgottenUntil, issuedAt(nonce));
    }
  }

  return {
    issue(now, source) {
      const body = `${now.toString(16).padStart(12, '0')}${hex(random(8))}`;
      return `${body}${seal(body, source)}`;
    },
    check(now, nonce, source) {
      if (!/^[0-9a-f]{60}$/.test(nonce)) return 'forged';
      const body = nonce.slice(0, 28);
      if (!timingSafeEqual(Buffer.from(nonce.slice(28)), Buffer.from(seal(body, source))))
        return 'forged';
      const isForgotten = issuedAt(nonce) <= forgottenUntil && !counts.has(nonce);
      return now - issuedAt(nonce) > lifeMs() || isForgotten ? 'stale' : 'fresh';
    },
    use(now, nonce, count) {
      if (count < 1 || count > maxCount || count <= (counts.get(nonce) ?? 0)) return false;
      counts.set(nonce, count);
      forget(now);
      return true;
    },
    get size() {
      return counts.size;
    },
  };
}
