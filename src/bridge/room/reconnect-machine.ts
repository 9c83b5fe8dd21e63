/**
 * When a link to a room connects, waits, and gives up. Time and chance are inputs.
 *
 *              up                    down(retry)
 *   dialing ────────▶ up ──────────────────────────┐
 *    ▲  ▲  └─ down(retry), attempt timed out ──┐   ▼
 *    │  └───────────── back-off over ──────── waiting
 *    │ token                                   │ token run out or refused
 *    └──────────── needing-token ◀─────────────┘
 *
 *   any ── down(left), refused twice, join timeout before the first up, close ──▶ over
 */
import type { LinkEvent } from './link-types.ts';
import type { Down } from './signal-client.ts';

export type ReconnectInput =
  | { readonly type: 'start' }
  | { readonly type: 'up' }
  | { readonly type: 'down'; readonly down: Down }
  | { readonly type: 'token'; readonly expiresAt: number }
  | { readonly type: 'timeout' }
  | { readonly type: 'close' };

export type ReconnectOutput =
  | { readonly do: 'dial' }
  /** Close the attempt or connection there is. */
  | { readonly do: 'drop' }
  | { readonly do: 'tell'; readonly event: LinkEvent };

export interface ReconnectMachine {
  handle(now: number, input: ReconnectInput): readonly ReconnectOutput[];
  nextTimeoutAt(): number | undefined;
}

export interface ReconnectSettings {
  readonly joinTimeoutMs: number;
  readonly tokenExpiresAt: number;
  /** 0 to 1, for jitter: many links lose one server at once. */
  readonly random: () => number;
}

export const firstBackOffMs = 200;
export const longestBackOffMs = 2_000;
/** Of one attempt, from dialing to sound. */
export const attemptTimeoutMs = 4_000;
/** A connection that held this long was a good one: the back-off begins anew after it. */
export const steadyMs = 5_000;

type Phase = 'idle' | 'dialing' | 'up' | 'waiting' | 'needing-token' | 'over';

export const createReconnectMachine = (settings: ReconnectSettings): ReconnectMachine => {
  let phase: Phase = 'idle';
  let startedAt = 0;
  let everUp = false;
  let upAt = 0;
  let lostAt: number | undefined;
  let failures = 0;
  let refusals = 0;
  let tokenExpiresAt = settings.tokenExpiresAt;
  let dueAt: number | undefined;

  const joinDeadline = (): number => (everUp ? Infinity : startedAt + settings.joinTimeoutMs);

  const enter = (next: Phase, at: number | undefined): void => {
    phase = next;
    const deadline = next === 'up' || next === 'over' ? Infinity : joinDeadline();
    const due = Math.min(at ?? Infinity, deadline);
    dueAt = Number.isFinite(due) ? due : undefined;
  };

  const dial = (now: number): readonly ReconnectOutput[] => {
    if (now >= tokenExpiresAt) return needToken();
    enter('dialing', now + attemptTimeoutMs);
    return [{ do: 'dial' }];
  };

  const needToken = (): readonly ReconnectOutput[] => {
    enter('needing-token', undefined);
    return [{ do: 'tell', event: { type: 'token-needed' } }];
  };

  const leave = (down: Extract<Down, { verdict: 'left' }>): readonly ReconnectOutput[] => {
    enter('over', undefined);
    const { reason, code } = down;
    const event = { type: 'left', reason, ...(code !== undefined && { code }) } as const;
    return [{ do: 'drop' }, { do: 'tell', event }];
  };

  const lose = (now: number, cause: string): readonly ReconnectOutput[] => {
    if (phase !== 'up') return [];
    lostAt = now;
    if (now - upAt >= steadyMs) failures = 0;
    return [{ do: 'tell', event: { type: 'lost', cause } }];
  };

  const retry = (now: number, cause: string): readonly ReconnectOutput[] => {
    const told = lose(now, cause);
    const backOffMs = Math.min(longestBackOffMs, firstBackOffMs * 2 ** failures);
    failures += 1;
    enter('waiting', now + backOffMs * (0.5 + settings.random() / 2));
    return [{ do: 'drop' }, ...told];
  };

  const refused = (now: number): readonly ReconnectOutput[] => {
    refusals += 1;
    // The first token was fresh, and so is one that we asked for: asking again changes nothing.
    if (!everUp || refusals > 1) {
      return leave({ verdict: 'left', reason: 'rejected', code: 'room/token-refused' });
    }
    return [{ do: 'drop' }, ...lose(now, 'token-refused'), ...needToken()];
  };

  const down = (now: number, reason: Down): readonly ReconnectOutput[] => {
    if (phase !== 'dialing' && phase !== 'up') return [];
    switch (reason.verdict) {
      case 'retry':
        return retry(now, reason.cause);
      case 'token-refused':
        return refused(now);
      case 'left':
        return leave(reason);
    }
  };

  const up = (now: number): readonly ReconnectOutput[] => {
    if (phase !== 'dialing') return [];
    const event: LinkEvent = everUp
      ? { type: 'recovered', outageMs: now - (lostAt ?? now) }
      : { type: 'connected', ms: now - startedAt };
    everUp = true;
    upAt = now;
    refusals = 0;
    enter('up', undefined);
    return [{ do: 'tell', event }];
  };

  const timeout = (now: number): readonly ReconnectOutput[] => {
    if (dueAt === undefined || now < dueAt) return [];
    if (now >= joinDeadline()) {
      return leave({ verdict: 'left', reason: 'unreachable', code: 'room/unreachable' });
    }
    return phase === 'dialing' ? retry(now, 'attempt-timeout') : dial(now);
  };

  const token = (now: number, expiresAt: number): readonly ReconnectOutput[] => {
    tokenExpiresAt = expiresAt;
    return phase === 'needing-token' ? dial(now) : [];
  };

  return {
    nextTimeoutAt: () => dueAt,
    handle: (now, input) => {
      if (phase === 'over') return [];
      switch (input.type) {
        case 'start':
          startedAt = now;
          return dial(now);
        case 'up':
          return up(now);
        case 'down':
          return down(now, input.down);
        case 'token':
          return token(now, input.expiresAt);
        case 'timeout':
          return timeout(now);
        case 'close':
          enter('over', undefined);
          return [{ do: 'drop' }];
      }
    },
  };
};
