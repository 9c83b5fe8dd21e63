/**
 * Who was removed from which meeting: they may call again, but have to knock. After a removal those
 * who withhold their number knock as well, for any of them may be the one. Kept in memory, the
 * oldest forgotten first.
 */
import type { CallId } from '../call/identifiers.ts';

export interface RemovedCallers {
  add(callId: CallId, callerNumber: string | undefined): void;
  mustKnock(callId: CallId, callerNumber: string | undefined): boolean;
}

const withheld = 'withheld';

export function createRemovedCallers(most = 10_000): RemovedCallers {
  /** `{callId} {number}`; how many of each meeting there are is in `meetings`. */
  const removed = new Map<string, CallId>();
  const meetings = new Map<CallId, number>();
  const keyOf = (callId: CallId, callerNumber: string | undefined): string =>
    `${callId} ${callerNumber ?? withheld}`;

  const forgetOldest = (): void => {
    const [oldest] = removed;
    if (oldest === undefined) return;
    const [key, callId] = oldest;
    removed.delete(key);
    const left = (meetings.get(callId) ?? 1) - 1;
    if (left === 0) meetings.delete(callId);
    else meetings.set(callId, left);
  };

  return {
    add(callId, callerNumber) {
      const key = keyOf(callId, callerNumber);
      if (removed.has(key)) return;
      removed.set(key, callId);
      meetings.set(callId, (meetings.get(callId) ?? 0) + 1);
      if (removed.size > most) forgetOldest();
    },
    mustKnock: (callId, callerNumber) =>
      callerNumber === undefined ? meetings.has(callId) : removed.has(keyOf(callId, callerNumber)),
  };
}
