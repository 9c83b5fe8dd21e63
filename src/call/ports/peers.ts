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

/** A line that broke in a meeting; `key`: the number, as `PeerLines.key` gives it. */
export interface DroppedLine {
  readonly key: string;
  readonly callId: CallId;
  readonly at: number;
}

/** Whose lines are on the other nodes. Never throws and never waits. */
export interface PeerLines {
  /** A number in a form that may leave the process: the same on all nodes, and no number. */
  readonly key: (number: string) => string;
  /** Whether another node has a call of this number. */
  readonly isLive: (key: string) => boolean;
  /** A call of this node; without `key` it is over. */
  readonly line: (legId: LegId, key: string | undefined) => void;
  readonly dropped: (line: DroppedLine) => void;
  /** The way back was offered: not once more. */
  readonly taken: (key: string) => void;
}
