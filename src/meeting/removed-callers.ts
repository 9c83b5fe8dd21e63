/**
 * Who was removed from which meeting: they may call again, but have to knock. After a removal every
 * phone that nobody knows knocks as well, for any of them may be the one. Kept in memory, the
 * oldest forgotten first.
 */
import type { CallId, InviteeId } from '../call/identifiers.ts';

export interface RemovedCallers {
  /** `invitee`: who it was; undefined: an unknown phone. */
  readonly add: (callId: CallId, invitee: InviteeId | undefined) => void;
  readonly mustKnock: (callId: CallId, invitee: InviteeId | undefined) => boolean;
}

export function createRemovedCallers(most = 10_000): RemovedCallers {
  /** In the order of the last removal. */
  const meetings = new Map<CallId, Set<InviteeId>>();

  return {
    add(callId, invitee) {
      const removed = meetings.get(callId) ?? new Set();
      if (invitee !== undefined) removed.add(invitee);
      meetings.delete(callId);
      meetings.set(callId, removed);
      const [oldest] = meetings.keys();
      if (meetings.size > most && oldest !== undefined) meetings.delete(oldest);
    },
    mustKnock(callId, invitee) {
      const removed = meetings.get(callId);
      return removed !== undefined && (invitee === undefined || removed.has(invitee));
    },
  };
}
