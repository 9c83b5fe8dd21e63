/** LiveKit rooms, seen from the core. */
import type { RoomName } from '../identifiers.ts';

export interface RoomState {
  readonly exists: boolean;
  /** Participants who are not hidden and not of this gateway's nodes. */
  readonly others: number;
  readonly endToEndEncrypted: boolean;
}

/** The meeting server's own API. Rejects with `room/unreachable` when it does not answer in time. */
export interface RoomAdmin {
  ensureRoom(room: RoomName): Promise<void>;
  roomState(room: RoomName): Promise<RoomState>;
  removeParticipant(room: RoomName, identity: string): Promise<void>;
  /** Sets the attributes named, others stay; '' takes one away. Nothing where the participant is not there. */
  setAttributes(
    room: RoomName,
    identity: string,
    attributes: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** Nothing where the participant is not there. */
  setName(room: RoomName, identity: string, name: string): Promise<void>;
  /**
   * Identities of those who are host and no callers of ours: their attribute `ringbro.role` is `host`,
   * and they can't have written it themselves.
   */
  hosts(room: RoomName): Promise<readonly string[]>;
  /**
   * A data message, reliable, to these hosts; nothing where there are none.
   */
  sendToHosts(room: RoomName, topic: string, data: Uint8Array): Promise<void>;
  /** Removes every participant this node left behind in a former life (identities `ringbro:{nodeId}:…`). */
  removeStale(identityPrefix: string, keep: (identity: string) => boolean): Promise<number>;
  /** Those of these rooms that are being recorded now. */
  recorded(rooms: readonly RoomName[]): Promise<ReadonlySet<RoomName>>;
  deleteRoom(room: RoomName): Promise<void>;
}
