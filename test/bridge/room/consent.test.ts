import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConsentCredentials } from '../../../src/bridge/room/consent-check.ts';
import { createConsentRounds, keepConsent } from '../../../src/bridge/room/consent.ts';
import { signedStun } from './support/stun-message.ts';

const credentials: ConsentCredentials = {
  localUfrag: 'ours',
  remoteUfrag: 'theirs',
  remotePassword: 'a password',
  isControlling: true,
  tieBreaker: 1n,
  nominates: false,
};

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A connection whose far end answers while `answers`. */
const connection = (rounds = createConsentRounds(() => performance.now())) => {
  const asked: number[] = [];
  const state = { answers: true, expired: 0, knows: true };
  const consent = keepConsent({
    rounds,
    credentials: () => (state.knows ? credentials : undefined),
    send: (request) => {
      asked.push(performance.now());
      if (!state.answers) return;
      const id = Buffer.from(request.subarray(8, 20));
      expect(consent.take(signedStun(0x0101, id, [], credentials.remotePassword))).toBe(true);
    },
    onExpired: () => {
      state.expired += 1;
    },
  });
  return { asked, state, consent, rounds };
};

describe('consent to be sent to', () => {
  it('is asked for each 4 to 6 seconds, never as regularly as a clock, and kept by answers', () => {
    const { asked, state, consent } = connection();
    vi.advanceTimersByTime(600_000);
    expect(state.expired).toBe(0);
    const spacings = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
    expect(spacings.length).toBeGreaterThan(98);
    expect(Math.min(...spacings)).toBeGreaterThanOrEqual(4000);
    expect(Math.max(...spacings)).toBeLessThanOrEqual(6200);
    expect(Math.max(...spacings) - Math.min(...spacings)).toBeGreaterThan(500);
    consent.close();
  });

  it('expires 30 seconds after the latest answer, once, and is not asked for again', () => {
    const { asked, state } = connection();
    vi.advanceTimersByTime(60_000);
    state.answers = false;
    const lastAnswered = asked.at(-1) ?? 0;
    vi.advanceTimersByTime(lastAnswered + 29_900 - performance.now());
    expect(state.expired).toBe(0);
    vi.advanceTimersByTime(500);
    expect(state.expired).toBe(1);
    const before = asked.length;
    vi.advanceTimersByTime(60_000);
    expect([state.expired, asked.length]).toEqual([1, before]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('expires where nobody ever answers, or nothing can be asked', () => {
    const [silent, unknown] = [connection(), connection()];
    silent.state.answers = false;
    unknown.state.knows = false;
    vi.advanceTimersByTime(30_500);
    expect([silent.state.expired, unknown.state.expired]).toEqual([1, 1]);
    expect(unknown.asked).toEqual([]);
  });

  it('lives on after answers that come late', () => {
    const { state, consent } = connection();
    vi.advanceTimersByTime(20_000);
    state.answers = false;
    vi.advanceTimersByTime(20_000);
    state.answers = true;
    vi.advanceTimersByTime(100_000);
    expect(state.expired).toBe(0);
    consent.close();
  });

  it('needs one timer for all connections, and none after the last', () => {
    const rounds = createConsentRounds(() => performance.now());
    const connections = Array.from({ length: 20 }, () => connection(rounds));
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(10_000);
    expect(connections.every(({ asked }) => asked.length > 0)).toBe(true);
    for (const { consent } of connections) {
      consent.close();
      consent.close();
    }
    expect(vi.getTimerCount()).toBe(0);
    const next = connection(rounds);
    vi.advanceTimersByTime(10_000);
    expect(next.asked.length).toBeGreaterThan(0);
    next.consent.close();
  });

  it('takes nothing but answers', () => {
    const { consent } = connection();
    expect(consent.take(Buffer.from([1, 1, 0, 0]))).toBe(false);
    consent.close();
  });
});
