/** Session timers, RFC 4028: what a session refresh request and its 2xx agree on, and when to act. */
import {
  header,
  numberOf,
  parseParameterized,
  requireTags,
  supportedTags,
} from '../message/message-headers.ts';
import type { SipHeader, SipMessage, SipRequest, SipResponse } from '../message/sip-message.ts';
import { createTimerSet } from '../transaction/timer-set.ts';

/** "The absolute minimum is 90 seconds." RFC 4028 §4 */
export const absoluteMinSeS = 90;

export interface SessionTimerPolicy {
  /** What we propose where the peer proposes nothing. */
  readonly sessionExpiresS: number;
  readonly minSeS: number;
}
export const defaultSessionTimerPolicy: SessionTimerPolicy = {
  sessionExpiresS: 1800,
  minSeS: absoluteMinSeS,
};

export interface SessionTimer {
  readonly intervalS: number;
  readonly refresher: 'local' | 'remote';
}

const supportsTimer = (message: SipMessage): boolean =>
  supportedTags(message).has('timer') || requireTags(message).has('timer');

const sessionExpires = (
  message: SipMessage,
): { readonly intervalS: number; readonly refresher: string | undefined } | undefined => {
  const text = header(message, 'Session-Expires');
  const intervalS = numberOf(message, 'Session-Expires');
  if (text === undefined || intervalS === undefined) return undefined;
  return { intervalS, refresher: parseParameterized(text)?.params.get('refresher') };
};

export type UasTimerDecision =
  | { readonly kind: 'none' }
  /** Answer 422 with these headers. */
  | { readonly kind: 'too-small'; readonly headers: readonly SipHeader[] }
  /** Put these headers in the 2xx. */
  | {
      readonly kind: 'timer';
      readonly timer: SessionTimer;
      readonly headers: readonly SipHeader[];
    };

/**
 * How we answer a session refresh request, RFC 4028 §9. The peer refreshes where it can, since it
 * is nearer to whatever lies between; we do where it does not support timers.
 */
export const decideAsUas = (request: SipRequest, policy: SessionTimerPolicy): UasTimerDecision => {
  const asked = sessionExpires(request);
  const peerSupports = supportsTimer(request);
  if (asked && asked.intervalS < policy.minSeS && peerSupports) {
    return { kind: 'too-small', headers: [{ name: 'Min-SE', value: String(policy.minSeS) }] };
  }
  if (!asked && !peerSupports) return { kind: 'none' };
  const theirMinSeS = numberOf(request, 'Min-SE') ?? absoluteMinSeS;
  const intervalS = Math.max(
    asked?.intervalS ?? policy.sessionExpiresS,
    policy.minSeS,
    // Without Session-Expires the proposal is ours and obeys the Min-SE of the request.
    asked ? 0 : theirMinSeS,
  );
  const weRefresh = !peerSupports || asked?.refresher === 'uas';
  const value = `${intervalS};refresher=${weRefresh ? 'uas' : 'uac'}`;
  return {
    kind: 'timer',
    timer: { intervalS, refresher: weRefresh ? 'local' : 'remote' },
    headers: [
      { name: 'Session-Expires', value },
      ...(peerSupports ? [{ name: 'Require', value: 'timer' }] : []),
    ],
  };
};

/** The headers of a refresh request of ours, RFC 4028 §7.1 and §7.4. */
export const timerHeadersAsUac = (
  intervalS: number,
  minSeS: number,
  refresher?: 'uac' | 'uas',
): readonly SipHeader[] => [
  {
    name: 'Session-Expires',
    value: refresher === undefined ? String(intervalS) : `${intervalS};refresher=${refresher}`,
  },
  ...(minSeS > absoluteMinSeS ? [{ name: 'Min-SE', value: String(minSeS) }] : []),
];

/** What the 2xx to our refresh request says; undefined: no session timer. RFC 4028 §7.2 */
export const timerFromResponse = (response: SipResponse): SessionTimer | undefined => {
  const agreed = sessionExpires(response);
  if (agreed === undefined) return undefined;
  return {
    // A peer below the minimum must not make us refresh without end.
    intervalS: Math.max(agreed.intervalS, absoluteMinSeS),
    refresher: agreed.refresher === 'uas' ? 'remote' : 'local',
  };
};

/** When to refresh (half-way), and when to send BYE for want of a refresh. RFC 4028 §7.2, §10 */
export const sessionDeadlines = (
  now: number,
  { intervalS, refresher }: SessionTimer,
): { readonly refreshAt: number | undefined; readonly expireAt: number } => ({
  refreshAt: refresher === 'local' ? now + intervalS * 500 : undefined,
  expireAt: now + (intervalS - Math.min(32, Math.floor(intervalS / 3))) * 1000,
});

/** The timer that is agreed on, running. */
export interface SessionClock {
  readonly timer: SessionTimer | undefined;
  agree(now: number, timer: SessionTimer | undefined): void;
  /** What is due; `refresh` is not due again before it is agreed anew or put off. */
  take(now: number): 'refresh' | 'expired' | undefined;
  putOffRefresh(until: number): void;
  stop(): void;
  nextTimeoutAt(): number | undefined;
}

export const createSessionClock = (): SessionClock => {
  const deadlines = createTimerSet<'refresh' | 'expired'>();
  let timer: SessionTimer | undefined;
  return {
    get timer() {
      return timer;
    },
    agree: (now, agreed) => {
      timer = agreed;
      deadlines.clearAll();
      if (agreed === undefined) return;
      const { refreshAt, expireAt } = sessionDeadlines(now, agreed);
      if (refreshAt !== undefined) deadlines.set('refresh', refreshAt);
      deadlines.set('expired', expireAt);
    },
    take: (now) => deadlines.takeDue(now),
    putOffRefresh: (until) => {
      deadlines.set('refresh', until);
    },
    stop: () => {
      deadlines.clearAll();
    },
    nextTimeoutAt: () => deadlines.next(),
  };
};
