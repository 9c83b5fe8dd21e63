/** The links of one media worker: its socket, its keys, and the workers of other nodes that it knows. */
import type { NodeId, RoomName } from '../../call/identifiers.ts';
import type { SoundDoor } from '../../call/ports/media.ts';
import type { Logger } from '../../call/ports/process.ts';
import type { PortRange } from '../rtp/port-pool.ts';
import { openDgramSocket } from '../udp/dgram-socket.ts';
import type { OpenUdpSocket } from '../udp/udp-socket.ts';
import { createLinkIdentity, streamKeyOf } from './link-keys.ts';
import { createLinkPeer, type LinkPeer } from './link-peer.ts';
import { linkIdOf } from './link-seal.ts';
import { openLinkSocket } from './link-socket.ts';
import { createMeetingLinks, type LinkedNodes, type MeetingLinks } from './meeting-links.ts';

/** What a worker needs to have links at all. */
export interface NodeLinkSetup {
  /** Numeric; what the other nodes reach this one by. */
  readonly address: string;
  readonly ports: PortRange;
  /** The same on all nodes (`linkSecretOf`). */
  readonly secret: Uint8Array;
}

export interface NodeLinks {
  readonly door: SoundDoor;
  openMeeting(room: RoomName, onLinked: (nodes: LinkedNodes) => void): MeetingLinks;
  /** What this tick's meetings put into datagrams leaves. */
  flush(): void;
  /** Never received, of all that other workers sent here. */
  datagramsLost(): number;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface NodeLinksDeps {
  readonly setup: NodeLinkSetup;
  readonly nowMs: () => number;
  /** By default Node's: each datagram is an event. */
  readonly openUdp?: OpenUdpSocket | undefined;
  readonly log: Logger;
}

const tellAgainMs = 60_000;

/** Undefined where no port can be had. */
export const openNodeLinks = async (deps: NodeLinksDeps): Promise<NodeLinks | undefined> => {
  const { setup, nowMs, log } = deps;
  const { address, ports, secret } = setup;
  const identity = createLinkIdentity(secret);
  const peers = new Map<string, LinkPeer>();
  const byLinkId = new Map<number, LinkPeer>();

  const socket = await openLinkSocket({
    ...{ address, ports, nowMs },
    openUdp: deps.openUdp ?? openDgramSocket,
    onDatagram: (datagram, arrivalMs) => {
      const linkId = linkIdOf(datagram);
      if (linkId !== undefined) byLinkId.get(linkId)?.take(datagram, arrivalMs);
    },
  });
  if (socket === undefined) {
    log.warn({ address, ...ports }, 'no port for sound between nodes: it goes by the room');
    return undefined;
  }

  const toldDownAtMs = new Map<NodeId, number>();
  /** Of all meetings once. */
  const tellDown = (node: NodeId): void => {
    const now = nowMs();
    if (now - (toldDownAtMs.get(node) ?? Number.NEGATIVE_INFINITY) < tellAgainMs) return;
    toldDownAtMs.set(node, now);
    log.warn({ node }, 'no sound by the link to another node: it goes by the room');
  };

  const peerAt = (door: SoundDoor): LinkPeer | undefined => {
    const known = peers.get(door.publicKey);
    if (known !== undefined) return known;
    const keys = identity.keysWith(door.publicKey);
    // Two of one link ID can't be told apart: as good as never, and then the room carries the second.
    if (keys === undefined || byLinkId.has(keys.in.linkId)) return undefined;
    const peer = createLinkPeer({ door, keys, send: socket.send });
    peers.set(door.publicKey, peer);
    byLinkId.set(keys.in.linkId, peer);
    return peer;
  };

  return {
    door: { address, port: socket.port, publicKey: identity.publicKey },
    openMeeting: (room, onLinked) =>
      createMeetingLinks({
        streamKey: streamKeyOf(secret, room),
        peerAt,
        onLinked,
        onDown: tellDown,
        onFault: (error) => {
          log.error({ room, err: error }, 'sound of another node not playable');
        },
      }),
    flush: () => {
      for (const peer of peers.values()) peer.flush();
    },
    datagramsLost: () => [...peers.values()].reduce((sum, peer) => sum + peer.lost(), 0),
    close: () => socket.close(),
  };
};
