/** What a dead node left in the rooms, and whether one that is silent is dead at all. */
import { asNodeId, type NodeId } from '../call/identifiers.ts';
import { identityPrefix } from '../call/participant.ts';
import type { CallRecord } from '../call/ports/call-records.ts';
import type { Logger } from '../call/ports/process.ts';
import type { RoomAdmin } from '../call/ports/room-admin.ts';

/**
 * Whether participants of the node are in any room. LiveKit lets go of those of a dead process
 * within about 20 s, so that a node whose participants stay has a life of its own, and has lost the
 * store alone. Rejects with `room/unreachable`.
 */
export async function callersPresent(
  rooms: Pick<RoomAdmin, 'removeStale'>,
  nodeId: string,
): Promise<boolean> {
  let present = false;
  await rooms.removeStale(identityPrefix(asNodeId(nodeId)), () => {
    present = true;
    return true;
  });
  return present;
}

/** Those that LiveKit still has, one by one: the node may be back by now, with other callers. Never rejects. */
export async function removeCallers(
  rooms: Pick<RoomAdmin, 'removeParticipant'>,
  nodeId: NodeId,
  calls: readonly CallRecord[],
  logger: Logger,
): Promise<void> {
  for (const { room, legId } of calls) {
    if (room === undefined) continue;
    try {
      await rooms.removeParticipant(room, `${identityPrefix(nodeId)}${legId}`);
    } catch (error) {
      logger.warn({ err: error, legId }, 'participant of a dead node was not removed');
    }
  }
}
