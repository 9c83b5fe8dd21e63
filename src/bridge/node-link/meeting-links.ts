/**
 * All links of one meeting, on the node's home worker. What each other node gets is the sum of this node's callers,
 * without the room's tracks and without what came of other nodes: so nobody hears anything twice, or
 * themselves.
 */
import type { NodeId } from '../../call/identifiers.ts';
import type { SoundDoor } from '../../call/ports/media.ts';
import { addCounts, noCounts, type StreamCounts } from '../../call/quality/sound-tally.ts';
import { encodeG711 } from '../audio/g711.ts';
import { createG722Encoder } from '../audio/g722.ts';
import { narrowSamples, wideSamples } from '../meeting-lanes.ts';
import type { MeetingMixer } from '../meeting-mixer.ts';
import type { LoudestSpeakers } from '../meeting-speakers.ts';
import { createLinkEntry, soundBytes, type LinkSound } from './link-entry.ts';
import type { LinkPeer } from './link-peer.ts';
import { createLinkStream, type LinkStream } from './link-stream.ts';

/** Nodes by how the sound between them and this one goes. */
export interface LinkedNodes {
  /** Heard by links: their callers' tracks are not needed. */
  readonly heard: readonly NodeId[];
  /** Hear this node's callers by links. */
  readonly hearing: readonly NodeId[];
}

export interface MeetingLinks {
  /** Where the other node takes sound of this meeting; undefined: it has no callers there any more. */
  set(node: NodeId, door: SoundDoor | undefined): void;
  /** Once a tick, after the node's own callers. */
  addTo(mixer: Pick<MeetingMixer, 'add'>, speakers: LoudestSpeakers): void;
  /** Once a tick, when the mix is finished. `isWideband`: callers of this node hear 16 kHz. */
  send(tick: number, callers: CallersSound, speakers: LoudestSpeakers, isWideband: boolean): void;
  /** No other node has callers in the meeting. */
  isEmpty(): boolean;
  counts(): StreamCounts;
  figures(): { readonly streams: number; readonly standing: number };
  /** Idempotent. */
  close(): void;
}

/** What the mixer gives of this node's callers. */
export type CallersSound = Pick<MeetingMixer, 'hearCallers' | 'areCallersWide'>;

export interface MeetingLinksDeps {
  readonly streamKey: number;
  /** Undefined where no keys can be agreed on. */
  readonly peerAt: (door: SoundDoor) => LinkPeer | undefined;
  readonly onLinked: (nodes: LinkedNodes) => void;
  /** The sound of this node's callers does not come by a link. */
  readonly onDown: (node: NodeId) => void;
  readonly onFault: (error: unknown) => void;
}

interface Link {
  readonly publicKey: string;
  readonly peer: LinkPeer;
  readonly stream: LinkStream;
  /** As it was told last. */
  isHeard: boolean;
  hearsUs: boolean;
}

export const createMeetingLinks = (deps: MeetingLinksDeps): MeetingLinks => {
  const { streamKey } = deps;
  const links = new Map<NodeId, Link>();
  const entry = createLinkEntry();
  /** Made when there is somebody to send to. */
  let sound: CallersEncoder | undefined;
  let isChanged = false;
  let gone = noCounts;

  const unlink = (node: NodeId): void => {
    const link = links.get(node);
    if (link === undefined) return;
    links.delete(node);
    if (link.isHeard || link.hearsUs) isChanged = true;
    gone = addCounts(gone, link.stream.counts());
    link.peer.forget(streamKey);
    link.stream.close();
  };

  const tellLinked = (): void => {
    for (const link of links.values()) {
      const { stream } = link;
      const isHeard = stream.isHeard();
      const hearsUs = stream.hearsUs();
      if (isHeard === link.isHeard && hearsUs === link.hearsUs) continue;
      link.isHeard = isHeard;
      link.hearsUs = hearsUs;
      isChanged = true;
    }
    if (!isChanged) return;
    isChanged = false;
    const all = [...links];
    deps.onLinked({
      heard: all.filter(([, { isHeard }]) => isHeard).map(([node]) => node),
      hearing: all.filter(([, { hearsUs }]) => hearsUs).map(([node]) => node),
    });
  };

  return {
    set: (node, door) => {
      if (door !== undefined && links.get(node)?.publicKey === door.publicKey) return;
      unlink(node);
      const peer = door && deps.peerAt(door);
      if (door !== undefined && peer !== undefined) {
        const { onFault } = deps;
        const onDown = (): void => {
          deps.onDown(node);
        };
        const stream = createLinkStream({ node, onDown, onFault });
        if (peer.listen(streamKey, stream.take))
          links.set(node, {
            ...{ publicKey: door.publicKey, peer, stream },
            ...{ isHeard: false, hearsUs: false },
          });
        else stream.close();
      }
      tellLinked();
    },
    addTo: (mixer, speakers) => {
      for (const { stream } of links.values()) stream.addTo(mixer, speakers);
      tellLinked();
    },
    send: (tick, callers, speakers, isWideband) => {
      sound ??= createCallersEncoder();
      sound.begin(callers);
      entry.streamKey = streamKey;
      [entry.speakerKey = 0, entry.loudness = 0] = speakers.words;
      for (const { peer, stream } of links.values()) {
        stream.setRate(isWideband ? 16_000 : 8000);
        if (!stream.isDue()) continue;
        entry.sound = stream.wantsWide() && callers.areCallersWide() ? 'G722' : 'PCMA';
        entry.hearsYou = stream.isHeard();
        entry.wantsWide = isWideband && stream.takesWide();
        peer.put(tick, entry, sound.as(entry.sound));
      }
    },
    isEmpty: () => links.size === 0,
    counts: () => [...links.values()].map(({ stream }) => stream.counts()).reduce(addCounts, gone),
    figures: () => ({
      streams: links.size,
      standing: [...links.values()].filter(({ stream }) => stream.isHeard()).length,
    }),
    close: () => {
      for (const node of [...links.keys()]) unlink(node);
      tellLinked();
    },
  };
};

type CallersEncoder = ReturnType<typeof createCallersEncoder>;

/** The callers' sound of a tick, encoded for all who get it, and only in what they get. */
const createCallersEncoder = () => {
  const narrow = new Int16Array(narrowSamples);
  const wide = new Int16Array(wideSamples);
  const wideEncoder = createG722Encoder();
  let callers: CallersSound = { hearCallers: () => false, areCallersWide: () => false };
  let encoded: Partial<Record<LinkSound, Buffer | 'nothing'>> = {};

  const encode = (as: LinkSound): Buffer | 'nothing' => {
    if (!callers.hearCallers(as === 'G722' ? wide : narrow)) return 'nothing';
    const bytes = Buffer.allocUnsafe(soundBytes);
    if (as === 'G722') wideEncoder.encode(wide, wideSamples, bytes);
    else encodeG711('PCMA', narrow, bytes);
    return bytes;
  };

  return {
    begin: (now: CallersSound): void => {
      callers = now;
      encoded = {};
    },
    /** Undefined: nobody says anything. */
    as: (as: LinkSound): Buffer | undefined => {
      const bytes = (encoded[as] ??= encode(as));
      return bytes === 'nothing' ? undefined : bytes;
    },
  };
};
