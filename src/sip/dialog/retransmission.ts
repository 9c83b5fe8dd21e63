/**
 * What the TU itself sends again until it is acknowledged: 2xx to INVITE (RFC 3261 §13.3.1.4) and
 * reliable provisional responses (RFC 3262 §3). Starts at T1, doubles, and gives up after 64*T1;
 * a 2xx is capped at T2, a provisional is not.
 */
import type { TimerBase } from '../transaction/timers.ts';

export interface Retransmission {
  nextTimeoutAt(): number;
  /** What is due at `now`: sending once more, giving up, or nothing yet. */
  take(now: number): 'resend' | 'give-up' | undefined;
}

export const createRetransmission = (
  startedAt: number,
  { t1Ms, capMs }: { readonly t1Ms: number; readonly capMs: number },
): Retransmission => {
  const giveUpAt = startedAt + 64 * t1Ms;
  let intervalMs = t1Ms;
  let resendAt = startedAt + intervalMs;
  return {
    nextTimeoutAt: () => Math.min(resendAt, giveUpAt),
    take: (now) => {
      if (now >= giveUpAt) return 'give-up';
      if (now < resendAt) return undefined;
      intervalMs = Math.min(2 * intervalMs, capMs);
      resendAt = now + intervalMs;
      return 'resend';
    },
  };
};

export const retransmissionOf2xx = (startedAt: number, base: TimerBase): Retransmission =>
  createRetransmission(startedAt, { t1Ms: base.t1Ms, capMs: base.t2Ms });

export const retransmissionOfProvisional = (startedAt: number, base: TimerBase): Retransmission =>
  createRetransmission(startedAt, { t1Ms: base.t1Ms, capMs: Number.POSITIVE_INFINITY });
