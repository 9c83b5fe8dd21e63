/**
 * Which meetings are on which nodes, on the main thread: where their sound is taken. What is true of this node is
 * told to the others, and what they say is passed on to the worker that is the meeting's home.
 */
import type { NodeId, RoomName } from '../../call/identifiers.ts';
import type { SoundDoor, SoundLinks } from '../../call/ports/media.ts';

export interface MeetingDoors {
  /** The meeting's home worker begins to listen; it knows nothing of other nodes yet. */
  readonly opened: (room: RoomName, worker: number) => void;
  /** The last caller of this node has left the meeting. */
  readonly closed: (room: RoomName) => void;
  /** For the cluster. */
  readonly links: SoundLinks;
}

export interface MeetingDoorsDeps {
  /** Undefined: the worker is gone, or has no links. */
  readonly doorOf: (worker: number) => SoundDoor | undefined;
  readonly tellWorker: (
    worker: number,
    room: RoomName,
    node: NodeId,
    door: SoundDoor | undefined,
  ) => void;
}

export const createMeetingDoors = ({ doorOf, tellWorker }: MeetingDoorsDeps): MeetingDoors => {
  const here = new Map<RoomName, { readonly worker: number; readonly door: SoundDoor }>();
  const elsewhere = new Map<RoomName, Map<NodeId, SoundDoor>>();
  /** What was said once and may be void. */
  const doubted = new Map<NodeId, Set<RoomName>>();
  let tell: Parameters<SoundLinks['onHere']>[0] = () => undefined;

  const roomsOf = (node: NodeId): readonly RoomName[] =>
    [...elsewhere].filter(([, nodes]) => nodes.has(node)).map(([room]) => room);
  const allNodes = (): Iterable<NodeId> =>
    new Set([...elsewhere.values()].flatMap((nodes) => [...nodes.keys()]));

  const close = (room: RoomName): void => {
    if (here.delete(room)) tell(room, undefined);
  };

  const hear = (room: RoomName, node: NodeId, door: SoundDoor | undefined): void => {
    const nodes = elsewhere.get(room) ?? new Map<NodeId, SoundDoor>();
    if (door === undefined) nodes.delete(node);
    else nodes.set(node, door);
    if (nodes.size > 0) elsewhere.set(room, nodes);
    else elsewhere.delete(room);
    const own = here.get(room);
    if (own !== undefined) tellWorker(own.worker, room, node, door);
  };

  return {
    opened: (room, worker) => {
      const door = doorOf(worker);
      if (door === undefined) {
        close(room);
        return;
      }
      const before = here.get(room);
      here.set(room, { worker, door });
      if (before?.door !== door) tell(room, door);
      for (const [node, theirs] of elsewhere.get(room) ?? [])
        tellWorker(worker, room, node, theirs);
    },
    closed: close,
    links: {
      onHere: (listener) => {
        tell = listener;
      },
      sayAgain: () => {
        for (const [room, { door }] of here) tell(room, door);
      },
      elsewhere: (room, node, door) => {
        doubted.get(node)?.delete(room);
        hear(room, node, door);
      },
      doubt: (node) => {
        const nodes = node === undefined ? allNodes() : [node];
        for (const each of nodes) doubted.set(each, new Set(roomsOf(each)));
      },
      saidAll: (node) => {
        for (const room of doubted.get(node) ?? []) hear(room, node, undefined);
        doubted.delete(node);
      },
      nodeGone: (node) => {
        for (const room of roomsOf(node)) hear(room, node, undefined);
        doubted.delete(node);
      },
    },
  };
};
