/**
 * One track of the room: packets in, an even stream of frames out, at the rate that the mix asks for.
 *
 *   plays at one rate ──other rate wanted──▶ both get the packets, the old one is heard
 *          ▲                                            │ the new one has found its delay
 *          └────────────── the new one alone ◀──────────┘
 */
import type { StreamCounts } from '../call/quality/sound-tally.ts';
import type { AudioDecoder } from './audio/audio-decoder.ts';
import { createG711Decoder } from './audio/g711-decoder.ts';
import { g711RateHz } from './audio/g711.ts';
import { createOpusDecoder } from './audio/opus-decoder.ts';
import { frameMs } from './media-clock.ts';
import type { MeetingMixer } from './meeting-mixer.ts';
import { roomPayloadTypes, type RoomCodec } from './room/link-types.ts';
import { createPlayout, type Playout } from './rtp/playout.ts';
import { createReceptionStats } from './rtp/reception-stats.ts';
import type { RtpView } from './rtp/rtp-packet.ts';

/** The codecs of a track: one of the room's, or those of a link between nodes. */
export interface TrackSound {
  /** Of its RTP time stamps. */
  readonly clockRateHz: number;
  /** Decoders by payload type, undefined for what is no sound. */
  openDecoders(rateHz: 8000 | 16000): Promise<(payloadType: number) => AudioDecoder | undefined>;
}

export interface RoomTrack {
  push(packet: Uint8Array, view: RtpView, nowMs: number): void;
  /** Adds this tick's frame, and returns it, where the track sounds. */
  addTo(mixer: Pick<MeetingMixer, 'add'>): Int16Array | undefined;
  /** May be said at each tick; the change takes some. */
  setRate(rateHz: 8000 | 16000): void;
  /** The rate that is heard now. */
  heardAtHz(): 8000 | 16000;
  /** Since the track was opened; whole numbers. */
  counts(): StreamCounts;
  /** Idempotent. */
  close(): void;
}

/** The RTP clock of Opus, whatever it carries. RFC 7587 §4.1 */
const opusRateHz = 48_000;
/** Well above the delay that a jitter buffer begins with. */
const primingTicks = 10;

interface Stage {
  readonly rateHz: 8000 | 16000;
  readonly playout: Playout;
  readonly frame: Int16Array;
}

const openStage = async (sound: TrackSound, rateHz: 8000 | 16000): Promise<Stage> => {
  const decoderFor = await sound.openDecoders(rateHz);
  const playout = createPlayout({ outputRateHz: rateHz, frameMs, decoderFor });
  return { rateHz, playout, frame: new Int16Array((rateHz * frameMs) / 1000) };
};

const soundOf = (codec: RoomCodec): TrackSound => ({
  clockRateHz: codec === 'opus' ? opusRateHz : g711RateHz,
  openDecoders: async (rateHz) => {
    const decoder =
      codec === 'opus' ? await createOpusDecoder(rateHz) : createG711Decoder(codec, rateHz);
    return (payloadType) => (payloadType === roomPayloadTypes[codec] ? decoder : undefined);
  },
});

/** A track of the room; rejects where there is no decoder. */
export const openRoomTrack = (
  codec: RoomCodec,
  rateHz: 8000 | 16000,
  onFault: (error: unknown) => void,
): Promise<RoomTrack> => openTrack(soundOf(codec), rateHz, onFault);

/** Rejects where there is no decoder. */
export const openTrack = async (
  sound: TrackSound,
  rateHz: 8000 | 16000,
  onFault: (error: unknown) => void,
): Promise<RoomTrack> => {
  const reception = createReceptionStats(sound.clockRateHz);
  let stage = await openStage(sound, rateHz);
  let next: Stage | undefined;
  let ticksToGo = 0;
  /** Also where it failed: it would fail at each tick. */
  let isOpening = false;
  let isClosed = false;
  /** Of stages before this one. */
  let former = { late: 0, concealedMs: 0 };

  const prepare = async (wantedHz: 8000 | 16000): Promise<void> => {
    isOpening = true;
    const opened = await openStage(sound, wantedHz);
    isOpening = false;
    if (isClosed) {
      opened.playout.close();
      return;
    }
    next = opened;
    ticksToGo = primingTicks;
  };

  const change = (to: Stage): void => {
    const { late, concealedMs } = stage.playout.stats;
    former = { late: former.late + late, concealedMs: former.concealedMs + concealedMs };
    stage.playout.close();
    stage = to;
    next = undefined;
  };

  return {
    push: (packet, view, nowMs) => {
      reception.push(view, nowMs);
      stage.playout.push(packet, view, nowMs);
      next?.playout.push(packet, view, nowMs);
    },
    addTo: (mixer) => {
      const { frame } = stage;
      const kind = stage.playout.pull(frame);
      if (kind !== 'idle') mixer.add(frame);
      if (next !== undefined) {
        next.playout.pull(next.frame);
        ticksToGo -= 1;
        if (ticksToGo === 0) change(next);
      }
      return kind === 'idle' ? undefined : frame;
    },
    setRate: (wanted) => {
      if (wanted === (next ?? stage).rateHz || isOpening) return;
      next?.playout.close();
      next = undefined;
      if (wanted !== stage.rateHz) prepare(wanted).catch(onFault);
    },
    heardAtHz: () => stage.rateHz,
    counts: () => {
      const { expected, lost, jitterMs } = reception.figures();
      const { late, concealedMs, delayMs } = stage.playout.stats;
      return {
        expected,
        lost,
        late: former.late + late,
        concealedMs: Math.round(former.concealedMs + concealedMs),
        jitterMs: Math.round(jitterMs),
        delayMs: Math.round(delayMs),
      };
    },
    close: () => {
      isClosed = true;
      stage.playout.close();
      next?.playout.close();
    },
  };
};
