/**
 * Who is host in each meeting, on whichever way, and what follows when the last one is gone.
 *
 *   no host ──comes──▶ hosted ──the last one left or was ended──▶ left ──▶ as the meeting says
 *                        ▲            └──line lost──▶ grace (30 s) ──▶ left
 *                        └──────a host is back──────────┘
 *
 * A host is a phone of this node, a phone of another one (as that node says), or a participant of
 * the room who joined without us. Every node looks after its own callers; the room is closed by the
 * node whose host left. Where the host was lost, any node that is left does it: twice does no harm.
 */
import type { CallRegistry } from './call-registry.ts';
import type { CallSession } from './call-session.ts';
import type { CallId, LegId } from './identifiers.ts';
import type { AfterHostLeaves } from './ports/meetings.ts';
import type { Clock } from './ports/process.ts';

/** How a host who is no phone of this node is known, such as `node:b` or `room:alice`. */
export type HostKey = `node:${string}` | `room:${string}`;
/** `lost`: by no wish of anybody's; may be back soon. */
export type HostPresenceChange = 'present' | 'left' | 'lost';

export interface HostWatch {
  readonly present: (callId: CallId) => boolean;
  /** A session's record changed. */
  changed(session: CallSession): void;
  /** A host by another way than this node's phones. */
  readonly elsewhere: (callId: CallId, key: HostKey, change: HostPresenceChange) => void;
  /** The meeting was ended for all. */
  over(callId: CallId): void;
  close(): void;
}

export interface HostWatchDeps {
  readonly registry: Pick<CallRegistry, 'of' | 'hasHost'>;
  /** Ends the meeting for all. */
  readonly end: (callId: CallId) => void;
  readonly clock: Clock;
  readonly graceMs: number;
}

/** A host whose line broke has this long to call again. */
export const hostGraceMs = 30_000;

const hostMeeting = (session: CallSession): CallId | undefined => {
  const { state, role, meeting } = session.facts();
  return state === 'joined' && role === 'host' ? meeting?.callId : undefined;
};

export function createHostWatch({ registry, end, clock, graceMs }: HostWatchDeps): HostWatch {
  const phones = new Map<LegId, CallId>();
  const others = new Map<CallId, Set<HostKey>>();
  const graces = new Map<CallId, () => void>();

  const present = (callId: CallId): boolean => others.has(callId) || registry.hasHost(callId);

  function back(callId: CallId): void {
    graces.get(callId)?.();
    graces.delete(callId);
  }

  const afterwards = (callId: CallId): AfterHostLeaves | undefined =>
    registry.of(callId)[0]?.facts().meeting?.afterHostLeaves;

  /** `closes`: whether it is this node that closes the room. */
  function gone(callId: CallId, how: 'left' | 'lost', closes: boolean): void {
    const after = afterwards(callId);
    if (present(callId) || after === undefined || after === 'continue') return;
    if (how === 'left') {
      leaveToMeeting(callId, after, closes);
      return;
    }
    back(callId);
    const cancel = clock.at(clock.now() + graceMs, () => {
      graces.delete(callId);
      // The booking may say otherwise by now; it can't be asked where nobody is left.
      if (!present(callId)) leaveToMeeting(callId, afterwards(callId) ?? after, closes);
    });
    graces.set(callId, cancel);
  }

  function leaveToMeeting(callId: CallId, after: AfterHostLeaves, closes: boolean): void {
    if (after === 'lobby')
      for (const session of registry.of(callId)) session.dispatch({ type: 'host-left' });
    if (after === 'end' && closes) end(callId);
  }

  function phoneGone(session: CallSession, callId: CallId): void {
    const { by, reason } = session.facts().termination ?? {};
    // The meeting is over: there is nothing left to decide.
    if (by === 'meeting') return;
    const isLost = by === 'network' || by === 'gateway' || reason === 'taken-over';
    gone(callId, isLost ? 'lost' : 'left', true);
  }

  return {
    present,
    changed(session) {
      const callId = hostMeeting(session);
      const before = phones.get(session.legId);
      if (callId === undefined) phones.delete(session.legId);
      else {
        phones.set(session.legId, callId);
        back(callId);
      }
      if (before !== undefined && before !== callId) phoneGone(session, before);
    },
    elsewhere(callId, key, change) {
      const keys = others.get(callId) ?? new Set();
      if (change === 'present') {
        keys.add(key);
        others.set(callId, keys);
        back(callId);
      } else {
        if (!keys.delete(key)) return;
        if (keys.size === 0) others.delete(callId);
      }
      for (const session of registry.of(callId)) session.dispatch({ type: 'company-changed' });
      // Another node closes the room when its own host leaves, but it can't when it died.
      if (change !== 'present') gone(callId, change, change === 'lost' || key.startsWith('room:'));
    },
    over(callId) {
      others.delete(callId);
      back(callId);
    },
    close() {
      for (const cancel of graces.values()) cancel();
      graces.clear();
    },
  };
}
