import { DisconnectReason } from '@livekit/protocol';
import type { RoomLeftReason } from '../../call/ports/sip-engine.ts';

/**
 * What each of LiveKit's reasons for a disconnect means to a link: come back, or gone for good.
 * Exhaustive: a reason that a newer protocol package brings does not compile until it is placed.
 */
const meanings: Readonly<Record<DisconnectReason, RoomLeftReason | 'reconnect'>> = {
  [DisconnectReason.UNKNOWN_REASON]: 'reconnect',
  // Ours alone, and a link that has left does not listen: from the server it is a removal.
  [DisconnectReason.CLIENT_INITIATED]: 'removed',
  // Coming back would throw the other one out, who would come back in turn.
  [DisconnectReason.DUPLICATE_IDENTITY]: 'duplicate-identity',
  [DisconnectReason.SERVER_SHUTDOWN]: 'reconnect',
  [DisconnectReason.PARTICIPANT_REMOVED]: 'removed',
  [DisconnectReason.ROOM_DELETED]: 'room-deleted',
  [DisconnectReason.STATE_MISMATCH]: 'reconnect',
  [DisconnectReason.JOIN_FAILURE]: 'reconnect',
  [DisconnectReason.MIGRATION]: 'reconnect',
  [DisconnectReason.SIGNAL_CLOSE]: 'reconnect',
  [DisconnectReason.ROOM_CLOSED]: 'room-deleted',
  // The three of LiveKit's own SIP service are said when it removes its callee.
  [DisconnectReason.USER_UNAVAILABLE]: 'removed',
  [DisconnectReason.USER_REJECTED]: 'removed',
  [DisconnectReason.SIP_TRUNK_FAILURE]: 'removed',
  [DisconnectReason.CONNECTION_TIMEOUT]: 'reconnect',
  [DisconnectReason.MEDIA_FAILURE]: 'reconnect',
  [DisconnectReason.AGENT_ERROR]: 'reconnect',
};

const byNumber: ReadonlyMap<number, RoomLeftReason | 'reconnect'> = new Map(
  Object.entries(meanings).map(([reason, meaning]) => [Number(reason), meaning]),
);

/** The meaning of a reason; one that we don't know (a newer server's) is worth another try. */
export const meaningOfDisconnect = (reason: number): RoomLeftReason | 'reconnect' =>
  byNumber.get(reason) ?? 'reconnect';
