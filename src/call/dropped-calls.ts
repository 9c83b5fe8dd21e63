/**
 * Calls whose line broke in a meeting, for as long as their callers may be offered the way back by
 * their number. Only numbers that the trunk vouched for and that the booking has for that person; in
 * the memory of all nodes, by keys, never written down.
 */
import type { Invitee } from '../meeting/invitee.ts';
import { isSameNumber } from '../meeting/phone-number.ts';
import type { CallId } from './identifiers.ts';
import type { DroppedLine, PeerLines } from './ports/peers.ts';
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
  /** What other nodes said. */
  readonly heard: Pick<PeerLines, 'dropped' | 'taken'>;
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

/** Without `lines` the node is alone. */
export function createDroppedCalls(rememberMs: number, lines?: PeerLines): DroppedCalls {
  const keyOf = (number: string): string => lines?.key(number) ?? number;
  let remembered: readonly DroppedLine[] = [];
  const forget = (key: string): void => {
    remembered = remembered.filter((line) => line.key !== key);
  };
  const remember = (line: DroppedLine): void => {
    forget(line.key);
    remembered = [...remembered, line].slice(-mostRemembered);
  };

  return {
    ended(now, { vouchedNumber: number, invitee, callId, wasJoined, termination }) {
      const listed = invitee?.phoneNumber;
      if (rememberMs === 0 || number === undefined || callId === undefined) return;
      if (listed === undefined || !isSameNumber(number, listed)) return;
      if (!wasJoined || !brokenLines.has(termination?.reason ?? '')) return;
      const line = { key: keyOf(number), callId, at: now };
      remember(line);
      lines?.dropped(line);
    },
    take(now, number, isLive) {
      remembered = remembered.filter(({ at }) => now - at < rememberMs);
      const key = keyOf(number);
      const found = remembered.find((line) => line.key === key);
      if (found === undefined || isLive(number) || lines?.isLive(key) === true) return undefined;
      forget(key);
      lines?.taken(key);
      return found.callId;
    },
    heard: { dropped: remember, taken: forget },
  };
}
