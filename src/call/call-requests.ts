/** What is asked of the world outside one call: one thing at a time, each with a bound. */
import type { AwaitedAnswer, CallContext } from './call-context.ts';
import type { CallOutput, MeetingKey } from './call-messages.ts';

/** A new request: its answer must come within `timeoutMs`, and carry the id returned. */
export function beginRequest(
  c: CallContext,
  now: number,
  answer: AwaitedAnswer,
  timeoutMs: number,
): number {
  c.lastRequestId += 1;
  c.awaited = { requestId: c.lastRequestId, answer };
  c.timers.set('request', now + timeoutMs);
  return c.lastRequestId;
}

export function findMeeting(c: CallContext, now: number, by: MeetingKey): readonly CallOutput[] {
  const requestId = beginRequest(c, now, 'meeting', c.settings.requestTimeoutMs);
  return [{ do: 'find-meeting', requestId, by }];
}

/** 200 OK, which the engine may take only so long for. */
export function answer(c: CallContext, now: number): readonly CallOutput[] {
  // A call of ours is answered when somebody picks up.
  const ringsMs = c.route.kind === 'dial-out' ? c.route.ringLimitMs : 0;
  c.timers.set('request', now + ringsMs + c.settings.requestTimeoutMs);
  return [{ do: 'answer' }];
}
