/**
 * The callers of one other node in one meeting: what comes of them, and what is known of how they hear ours. Until
 * the stream stands its sound is taken out of the jitter buffer and thrown away, so that it is smooth at once when
 * it takes the place of their tracks.
 */
import type { NodeId } from '../../call/identifiers.ts';
import { noCounts, type StreamCounts } from '../../call/quality/sound-tally.ts';
import { createG711Decoder } from '../audio/g711-decoder.ts';
import { createConcealingG722Decoder } from '../audio/g722-decoder.ts';
import { g711RateHz } from '../audio/g711.ts';
import type { MeetingMixer } from '../meeting-mixer.ts';
import type { LoudestSpeakers } from '../meeting-speakers.ts';
import { openTrack, type RoomTrack, type TrackSound } from '../room-track.ts';
import { createRtpView } from '../rtp/rtp-packet.ts';
import { soundBytes, type LinkSound } from './link-entry.ts';
import type { EntryListener } from './link-peer.ts';
import { createLinkProof } from './link-proof.ts';

export interface LinkStream {
  readonly node: NodeId;
  /** An entry of the other node. */
  readonly take: EntryListener;
  /** Once a tick: adds what they say, where the stream stands, and notes who says it. */
  addTo(mixer: Pick<MeetingMixer, 'add'>, speakers: LoudestSpeakers): void;
  /** May be said at each tick; the change takes some. */
  setRate(rateHz: 8000 | 16000): void;
  /** Their callers are heard by this stream: their tracks are not needed. */
  isHeard(): boolean;
  /** They say that our callers are heard by theirs. */
  hearsUs(): boolean;
  /** They have ears for 16 kHz. */
  wantsWide(): boolean;
  /** We can play 16 kHz now. */
  takesWide(): boolean;
  /** Whether to send an entry at this tick: each one, or while nothing comes now and then one. */
  isDue(): boolean;
  counts(): StreamCounts;
  /** Idempotent. */
  close(): void;
}

/** As in RTP (RFC 3551), but that silence is told of by a comfort noise packet without content. */
const payloadTypes: Readonly<Record<LinkSound, number>> = { PCMA: 8, G722: 9, silence: 13 };
const samplesPerTick = 160;
/** While nothing comes: half a second. */
const probeEveryTicks = 25;
/** Both nodes know of each other within a second. */
const standsWithinTicks = 250;
/** What was said of who speaks is void when no entry came for so long. */
const speakerTicks = 5;

const linkSound: TrackSound = {
  clockRateHz: g711RateHz,
  openDecoders: (rateHz) => {
    const narrow = createG711Decoder('PCMA', rateHz);
    const wide = rateHz === 16_000 ? createConcealingG722Decoder() : undefined;
    return Promise.resolve((payloadType) => {
      if (payloadType === payloadTypes.PCMA) return narrow;
      return payloadType === payloadTypes.G722 ? wide : undefined;
    });
  },
};

const unheard = { add: () => undefined };

export interface LinkStreamDeps {
  readonly node: NodeId;
  /** It stands no more, or did not come to stand for as long as that takes anywhere. */
  readonly onDown: () => void;
  readonly onFault: (error: unknown) => void;
}

export const createLinkStream = (deps: LinkStreamDeps): LinkStream => {
  const { node, onFault } = deps;
  const proof = createLinkProof();
  const view = createRtpView();
  let track: RoomTrack | undefined;
  let isClosed = false;
  let saysHearsUs = false;
  let saysWide = false;
  let speakerKey = 0;
  let loudness = 0;
  let ticksSinceEntry = 0;
  let ticksToProbe = 0;
  let ticksToStand = standsWithinTicks;

  const open = async (): Promise<void> => {
    const opened = await openTrack(linkSound, g711RateHz, onFault);
    if (isClosed) opened.close();
    else track = opened;
  };
  open().catch(onFault);

  return {
    node,
    take: (tick, entry, bytes, soundAt, arrivalMs) => {
      if (isClosed) return;
      proof.came();
      ticksSinceEntry = 0;
      saysHearsUs = entry.hearsYou;
      saysWide = entry.wantsWide;
      ({ speakerKey, loudness } = entry);
      view.payloadType = payloadTypes[entry.sound];
      view.sequenceNumber = tick & 0xffff;
      view.timestamp = Math.imul(tick, samplesPerTick) >>> 0;
      view.payloadOffset = soundAt;
      view.payloadLength = entry.sound === 'silence' ? 0 : soundBytes;
      track?.push(bytes, view, arrivalMs);
    },
    addTo: (mixer, speakers) => {
      const stood = proof.isStanding();
      proof.tick();
      ticksSinceEntry += 1;
      const stands = proof.isStanding();
      ticksToStand = stands ? 0 : ticksToStand - 1;
      if (!stands && (stood || ticksToStand === 0)) deps.onDown();
      track?.addTo(stands ? mixer : unheard);
      if (stands && ticksSinceEntry <= speakerTicks) speakers.note(speakerKey, loudness);
    },
    setRate: (rateHz) => track?.setRate(rateHz),
    isHeard: () => proof.isStanding(),
    hearsUs: () => saysHearsUs && proof.isStanding(),
    wantsWide: () => saysWide,
    takesWide: () => track?.heardAtHz() === 16_000,
    isDue: () => {
      if (proof.isReachable()) {
        ticksToProbe = probeEveryTicks;
        return true;
      }
      ticksToProbe = ticksToProbe > 0 ? ticksToProbe - 1 : probeEveryTicks;
      return ticksToProbe === probeEveryTicks;
    },
    counts: () => track?.counts() ?? noCounts,
    close: () => {
      isClosed = true;
      track?.close();
      track = undefined;
    },
  };
};
