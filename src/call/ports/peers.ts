/** The calls of the other nodes, as far as one call concerns another. */
import type { CallId, InviteeId, LegId } from '../identifiers.ts';

/** A caller who is known has called; earlier calls of theirs that still wait give way. */
export interface CallAgain {
  readonly callId: CallId;
  readonly inviteeId: InviteeId;
  readonly legId: LegId;
  /** When it became known who calls. Of two calls the later one stays. */
  readonly at: number;
}

/** What the other nodes are told. Never throws and never waits. */
export interface CallPeers {
  /** The person of this leg, which another node has, is in by a new call. */
  supersede(legId: LegId): void;
  calledAgain(again: CallAgain): void;
  /** Somebody was removed from the meeting: they and unknown phones have to knock. */
  removed(callId: CallId, invitee: InviteeId | undefined): void;
}
