/**
 * Consent of the room's server to be sent to (RFC 7675 §5.1): asked for each 4 to 6 seconds, and gone where no
 * answer came for 30.
 *
 *   fresh ──every 4 to 6 s: request; response──▶ fresh for 30 s from then
 *     └──30 s without a response──▶ expired, for good: `onExpired` once
 *
 * werift's own way makes timers, promises, abort signals and errors for each request, which live until the next: with
 * a few hundred connections that was a third of all garbage, and most of what long collections had to mark.
 */
import { createConsentCheck, type ConsentCredentials } from './consent-check.ts';

export interface Consent {
  /** Whether a datagram of STUN, from whom consent is asked, is done with. */
  take(datagram: Buffer): boolean;
  /** Idempotent. */
  close(): void;
}

export interface ConsentOptions {
  /** As they are now; undefined: nothing can be asked. */
  readonly credentials: () => ConsentCredentials | undefined;
  /** Sends a request to whom consent is asked of; good until the next. */
  readonly send: (request: Buffer) => void;
  readonly onExpired: () => void;
  readonly rounds?: ConsentRounds | undefined;
}

/** Asks again and again, for all connections of a thread. */
export interface ConsentRounds {
  /** `round` is called some five times a second with the monotonic time, until what is returned is called. */
  add(round: (nowMs: number) => void): () => void;
}

const shortestIntervalMs = 4000;
const longestIntervalMs = 6000;
const expiresAfterMs = 30_000;
const roundMs = 200;

/** One timer for all: one a request would live long enough to be a burden itself. */
export const createConsentRounds = (nowMs: () => number): ConsentRounds => {
  const rounds = new Set<(nowMs: number) => void>();
  let timer: NodeJS.Timeout | undefined;
  return {
    add: (round) => {
      rounds.add(round);
      timer ??= setInterval(() => {
        const now = nowMs();
        for (const each of rounds) each(now);
      }, roundMs);
      return () => {
        rounds.delete(round);
        if (rounds.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
};

const threadRounds = createConsentRounds(() => performance.now());

const intervalMs = (): number =>
  shortestIntervalMs + Math.random() * (longestIntervalMs - shortestIntervalMs);

/** For a pair that has just answered. */
export const keepConsent = (options: ConsentOptions): Consent => {
  const { credentials, send, onExpired, rounds = threadRounds } = options;
  const check = createConsentCheck();
  let nextAtMs: number | undefined;
  let freshUntilMs = 0;
  let isAnswered = true;

  const leave = rounds.add((nowMs) => {
    if (isAnswered) {
      isAnswered = false;
      freshUntilMs = nowMs + expiresAfterMs;
    }
    nextAtMs ??= nowMs + intervalMs();
    if (nowMs >= freshUntilMs) {
      leave();
      onExpired();
    } else if (nowMs >= nextAtMs) {
      nextAtMs = nowMs + intervalMs();
      const asked = credentials();
      if (asked !== undefined) send(check.request(asked));
    }
  });
  return {
    take: (datagram) => {
      if (!check.isAnsweredBy(datagram)) return false;
      isAnswered = true;
      return true;
    },
    close: leave,
  };
};
