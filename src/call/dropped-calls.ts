/**
 * Calls whose line broke in a meeting, for as long as their callers may be offered the way back by
 * their number. Only numbers that the trunk vouched for and that the booking has for that person;
 * this node's memory, never written down.
 */
import type { Invitee } from '../meeting/invitee.ts';
import { isSameNumber } from '../meeting/phone-number.ts';
import type { CallId } from './identifiers.ts';
import type { Termination } from './ports/call-records.ts';

/** A call that is over, as far as this needs to know. */
export interface EndedCall {
  /** The number that the trunk vouched for. */
  readonly vouchedNumber: string | undefined;
  readonly invitee: Pick<Invitee, 'phoneNumber'> | undefined;
  readonly callId: CallId | undefined;
  readonly wasJoined: boolean;
  readonly termination: Termination | undefined;
}

export interface DroppedCalls {
  ended(now: number, call: EndedCall): void;
  /** The meeting that this number's line broke in, once; `isLive`: whether the number is in a call now. */
  take(now: number, number: string, isLive: (number: string) => boolean): CallId | undefined;
}

/** Ends that nobody meant. */
const brokenLines: ReadonlySet<string> = new Set([
  'media-timeout',
  'transport-lost',
  'line-dropped',
  'session-expired',
  'engine-lost',
]);
const mostRemembered = 10_000;

export function createDroppedCalls(rememberMs: number): DroppedCalls {
  let dropped: readonly {
    readonly at: number;
    readonly number: string;
    readonly callId: CallId;
  }[] = [];
  return {
    ended(now, { vouchedNumber: number, invitee, callId, wasJoined, termination }) {
      const listed = invitee?.phoneNumber;
      if (rememberMs === 0 || number === undefined || callId === undefined) return;
      if (listed === undefined || !isSameNumber(number, listed)) return;
      if (!wasJoined || !brokenLines.has(termination?.reason ?? '')) return;
      const others = dropped.filter((each) => each.number !== number);
      dropped = [...others, { at: now, number, callId }].slice(-mostRemembered);
    },
    take(now, number, isLive) {
      dropped = dropped.filter(({ at }) => now - at < rememberMs);
      const found = dropped.find((each) => each.number === number);
      if (found === undefined || isLive(number)) return undefined;
      dropped = dropped.filter((each) => each !== found);
      return found.callId;
    },
  };
}
