/** A move whose join fails for good: back to the meeting that the caller came from. */
import { phrase } from '../ivr/phrase.ts';
import { takeSeat } from './call-admission.ts';
import type { CallContext } from './call-context.ts';
import type { CallOutput } from './call-messages.ts';

/** Undefined: it was no move, and there is nowhere to go back to. */
export function moveBack(
  c: CallContext,
  now: number,
  why: string,
): readonly CallOutput[] | undefined {
  const from = c.move?.step === 'joining' ? c.move.from : undefined;
  if (from === undefined) return undefined;
  c.move = undefined;
  c.meeting = from;
  c.role = c.roles.get(from.callId) ?? 'guest';
  c.joinAttempts = 0;
  c.welcome = [phrase('move-back')];
  // The seat went along to the other meeting.
  return [{ do: 'note', event: 'move-failed', fields: { why } }, ...takeSeat(c, now)];
}
