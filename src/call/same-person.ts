/**
 * Several calls of one person, on all nodes: a newer one takes over from an older, and who was
 * removed from a meeting knocks when they call again.
 */
import { createRemovedCallers } from '../meeting/removed-callers.ts';
import type { CallRegistry } from './call-registry.ts';
import type { CallSession } from './call-session.ts';
import type { CallId, InviteeId, LegId } from './identifiers.ts';
import type { CallAgain, CallPeers } from './ports/peers.ts';

export interface SamePerson {
  /** A call of this node: the others are told. */
  readonly calledAgain: (again: CallAgain) => void;
  readonly supersede: (legId: LegId) => void;
  /** A session's record changed. */
  changed(session: CallSession): void;
  readonly mustKnock: (callId: CallId, invitee: InviteeId | undefined) => boolean;
  /** What another node said. */
  readonly heard: Pick<CallPeers, 'calledAgain' | 'removed'>;
}

export interface SamePersonDeps {
  readonly registry: Pick<CallRegistry, 'of' | 'get'>;
  /** Without it the node is alone. */
  readonly peers: CallPeers | undefined;
}

export function createSamePerson({ registry, peers }: SamePersonDeps): SamePerson {
  const removed = createRemovedCallers();
  /** When it became known who calls. */
  const knownSince = new Map<LegId, number>();

  /** Those who are in are left alone until the newer call is in as well. */
  function giveWay({ callId, inviteeId, legId, at }: CallAgain): void {
    for (const session of registry.of(callId)) {
      const { phase, invitee, identification } = session.facts();
      const isSame = identification === 'personal PIN' && invitee?.inviteeId === inviteeId;
      if (session.legId === legId || phase !== 'waiting' || !isSame) continue;
      const since = knownSince.get(session.legId) ?? 0;
      if (since < at || (since === at && session.legId < legId))
        session.dispatch({ type: 'superseded' });
    }
  }

  return {
    calledAgain(again) {
      knownSince.set(again.legId, again.at);
      giveWay(again);
      peers?.calledAgain(again);
    },
    supersede(legId) {
      const session = registry.get(legId);
      if (session === undefined) peers?.supersede(legId);
      else session.dispatch({ type: 'superseded' });
    },
    changed(session) {
      const { state, termination, meeting, invitee } = session.facts();
      if (state !== 'ended') return;
      knownSince.delete(session.legId);
      if (termination?.reason !== 'removed' || meeting === undefined) return;
      removed.add(meeting.callId, invitee?.inviteeId);
      peers?.removed(meeting.callId, invitee?.inviteeId);
    },
    mustKnock: removed.mustKnock,
    heard: { calledAgain: giveWay, removed: removed.add },
  };
}
