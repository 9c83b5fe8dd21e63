/** Two nodes with a meeting each, and the way between them, on one clock that is turned by hand. */
import { createLinkPeer, type LinkPeer } from '../../../src/bridge/node-link/link-peer.ts';
import { createLinkIdentity, linkSecretOf } from '../../../src/bridge/node-link/link-keys.ts';
import {
  createMeetingLinks,
  type LinkedNodes,
} from '../../../src/bridge/node-link/meeting-links.ts';
import { allocateMeetingLanes } from '../../../src/bridge/meeting-lanes.ts';
import { createWorkerMeeting, type MeetingMember } from '../../../src/bridge/worker-meeting.ts';
import { asNodeId, asRoomName } from '../../../src/call/identifiers.ts';

const secret = linkSecretOf('a secret of a cluster');
const room = asRoomName('room');
const streamKey = 4711;

/** What becomes of a datagram: how long it takes, or that it is lost. */
export type Path = (nowMs: number) => number | 'lost';

export interface SimulatedNode {
  readonly name: 'a' | 'b';
  /** The caller of the node; what it says is asked for at each tick. */
  readonly caller: MeetingMember;
  say: (tick: number) => Int16Array | undefined;
  /** What the caller heard, tick by tick; silence as zeros. */
  readonly heard: Int16Array[];
  readonly links: ReturnType<typeof createMeetingLinks>;
  linked: LinkedNodes;
  /** How often it was told that a stream is down. */
  downs: number;
  /** Datagrams on their way from here. */
  path: Path;
  readonly sentBytes: number[];
  readonly speakers: () => readonly number[];
}

/** `drift`: by how much the clock of `b` is faster, in parts of a million. */
export const simulateNodes = async ({ drift = 0, isWideband = false } = {}) => {
  let nowMs = 0;
  const flying: { readonly atMs: number; readonly arrive: () => void }[] = [];

  const identities = { a: createLinkIdentity(secret), b: createLinkIdentity(secret) };
  const peers: Record<'a' | 'b', LinkPeer | undefined> = { a: undefined, b: undefined };
  const doorOf = (name: 'a' | 'b') => ({
    address: '127.0.0.1',
    port: 1,
    publicKey: identities[name].publicKey,
  });

  const openNode = (name: 'a' | 'b', periodMs: number) => {
    const other = name === 'a' ? 'b' : 'a';
    const peer = createLinkPeer({
      door: doorOf(other),
      keys: identities[name].keysWith(identities[other].publicKey)!,
      send: (bytes) => {
        node.sentBytes.push(bytes.length);
        const delay = node.path(nowMs);
        const copy = Buffer.from(bytes);
        if (delay !== 'lost')
          flying.push({ atMs: nowMs + delay, arrive: () => peers[other]?.take(copy, nowMs) });
      },
    });
    peers[name] = peer;
    const meeting = createWorkerMeeting(room, allocateMeetingLanes(1), 0);
    const links = createMeetingLinks({
      streamKey,
      peerAt: () => peer,
      onLinked: (nodes) => {
        node.linked = nodes;
      },
      onDown: () => {
        node.downs += 1;
      },
      onFault: (error) => {
        throw error;
      },
    });
    meeting.links = links;
    const caller: MeetingMember = {
      voice: undefined,
      isWideband,
      speakerKey: name === 'a' ? 1 : 2,
      loudness: 0,
    };
    meeting.members.add(caller);
    const node: SimulatedNode = {
      name,
      caller,
      say: () => undefined,
      heard: [],
      links,
      linked: { heard: [], hearing: [] },
      downs: 0,
      path: () => 5,
      sentBytes: [],
      speakers: meeting.speakers,
    };
    let tick = name === 'a' ? 1000 : 70_000;
    let dueMs = name === 'a' ? 0 : 7;
    const run = (): void => {
      tick += 1;
      dueMs += periodMs;
      caller.voice = node.say(tick);
      caller.loudness = caller.voice === undefined ? 0 : 60;
      meeting.mix(tick);
      peer.flush();
      const out = new Int16Array(isWideband ? 320 : 160);
      meeting.hear(caller, out);
      node.heard.push(out);
    };
    return { node, run, dueMs: () => dueMs };
  };

  const a = openNode('a', 20);
  const b = openNode('b', 20 / (1 + drift / 1e6));
  a.node.links.set(asNodeId('b'), doorOf('b'));
  b.node.links.set(asNodeId('a'), doorOf('a'));
  // Decoders are made.
  await settled();

  return {
    a: a.node,
    b: b.node,
    doorOf,
    run: (forMs: number) => {
      const until = nowMs + forMs;
      for (;;) {
        flying.sort((one, other) => one.atMs - other.atMs);
        const arrival = flying[0]?.atMs ?? Number.POSITIVE_INFINITY;
        const next = Math.min(arrival, a.dueMs(), b.dueMs());
        if (next > until) break;
        nowMs = next;
        if (next === arrival) flying.shift()?.arrive();
        else if (next === a.dueMs()) a.run();
        else b.run();
      }
      nowMs = until;
    },
  };
};

export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** An endless tone in frames. */
export const toneAt = (hz: number, amplitude: number, rateHz: 8000 | 16000) => {
  let at = 0;
  return (): Int16Array =>
    Int16Array.from({ length: rateHz / 50 }, () =>
      Math.round(amplitude * Math.sin((2 * Math.PI * hz * at++) / rateHz)),
    );
};

/** The last frames that a node's caller heard, as one. */
export const lastFrames = ({ heard }: SimulatedNode, frames: number): Int16Array =>
  Int16Array.from(heard.slice(-frames).flatMap((frame) => [...frame]));
