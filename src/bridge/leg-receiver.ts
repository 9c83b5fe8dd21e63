/**
 * What a caller sends: keys, and sound in an even stream of frames. Packets come when they come,
 * frames are taken at each tick.
 */
import type { MediaSession } from '../call/ports/media.ts';
import type { DigitSource, Digit } from '../call/ports/sip-engine.ts';
import type { AudioDecoder } from './audio/audio-decoder.ts';
import { isWideband, rtpClockOf, soundRateOf } from './audio/codec-rates.ts';
import { createG711Decoder } from './audio/g711-decoder.ts';
import { createConcealingG722Decoder } from './audio/g722-decoder.ts';
import { createInBandDtmf } from './audio/in-band-dtmf.ts';
import { createOpusDecoder } from './audio/opus-decoder.ts';
import { createResampler, type Resampler } from './audio/resample.ts';
import { frameMs } from './media-clock.ts';
import type { PacketKind } from './rtp/jitter-buffer.ts';
import { createPlayout, type Playout, type PlayoutStats } from './rtp/playout.ts';
import type { RtpView } from './rtp/rtp-packet.ts';
import { createTelephoneEventDecoder } from './rtp/telephone-event.ts';

export interface LegReceiver {
  configure(session: MediaSession): void;
  /** Whether frames are wanted: in a meeting. Keys are looked for in any case. */
  setFrameWanted(wanted: boolean): void;
  /** Takes a packet of the caller; returns what it is, undefined for payload types not agreed. */
  push(packet: Uint8Array, view: RtpView, nowMs: number): PacketKind | undefined;
  /** The next 20 ms, at 8 kHz or the wideband codec's 16, the same array each time; undefined where nothing sounds. */
  takeFrame(): Int16Array | undefined;
  playoutStats(): Readonly<PlayoutStats>;
  close(): void;
}

export interface LegReceiverDeps {
  /** Each key once. */
  readonly onDigit: (digit: Digit, source: DigitSource) => void;
}

/** The caller's sound at one rate. A change of codec to another rate makes it anew. */
interface Line {
  readonly rateHz: 8000 | 16000;
  readonly playout: Playout;
  readonly frame: Int16Array;
}

export const createLegReceiver = ({ onDigit }: LegReceiverDeps): LegReceiver => {
  const events = createTelephoneEventDecoder();
  const tones = createInBandDtmf();
  let session: MediaSession | undefined;
  let frameWanted = false;
  let isClosed = false;
  let opusDecoder: AudioDecoder | undefined;
  let isOpeningOpus = false;
  /** 16 kHz to what keys are looked for at. */
  let toTones: { readonly resampler: Resampler; readonly frame: Int16Array } | undefined;

  /** Its library opens decoders later: until then what comes is no sound. */
  const openOpus = async (): Promise<void> => {
    if (isOpeningOpus || opusDecoder !== undefined) return;
    isOpeningOpus = true;
    const opened = await createOpusDecoder(16_000);
    isOpeningOpus = false;
    if (isClosed) opened.close();
    else opusDecoder = opened;
  };
  const decoderFor = (payloadType: number): AudioDecoder | undefined => {
    if (session?.payloadType !== payloadType) return undefined;
    if (session.codec === 'G722') return createConcealingG722Decoder();
    if (session.codec === 'opus') return opusDecoder;
    return createG711Decoder(session.codec, 8000);
  };
  const openLine = (rateHz: 8000 | 16000, clockRateHz: 8000 | 48000): Line => ({
    rateHz,
    frame: new Int16Array((rateHz * frameMs) / 1000),
    playout: createPlayout({
      outputRateHz: rateHz,
      frameMs,
      decoderFor,
      clockRateFor: () => clockRateHz,
    }),
  });
  let line = openLine(8000, 8000);

  /** Without telephone-event keys come as tones, and the sound is needed for them. */
  const listensForTones = (): boolean =>
    session !== undefined && session.telephoneEventPayloadType === undefined;
  /** Only decoded does wideband sound tell how loud it is. */
  const decodes = (): boolean => frameWanted || line.rateHz === 16_000 || listensForTones();

  const kindOf = (payloadType: number): PacketKind | undefined => {
    if (session === undefined) return undefined;
    if (payloadType === session.payloadType) return 'audio';
    if (payloadType === session.telephoneEventPayloadType) return 'event';
    return payloadType === session.comfortNoisePayloadType ? 'comfort-noise' : undefined;
  };

  const findTone = (): Digit | undefined => {
    if (line.rateHz === 8000) return tones.feed(line.frame);
    toTones ??= { resampler: createResampler(16_000, 8000), frame: new Int16Array(160) };
    toTones.resampler.process(line.frame, line.frame.length, toTones.frame);
    return tones.feed(toTones.frame);
  };

  return {
    configure: (next) => {
      const before = session;
      session = next;
      const rateHz = soundRateOf(next.codec);
      const isOtherCodec = isWideband(next.codec) && next.codec !== before?.codec;
      if (rateHz !== line.rateHz || isOtherCodec) {
        line.playout.close();
        opusDecoder?.close();
        opusDecoder = undefined;
        line = openLine(rateHz, rtpClockOf(next.codec));
      }
      if (next.codec === 'opus' && isOtherCodec) void openOpus().catch(() => undefined);
    },
    setFrameWanted: (wanted) => {
      frameWanted = wanted;
    },
    push: (packet, view, nowMs) => {
      const kind = kindOf(view.payloadType);
      if (kind === undefined) return undefined;
      if (kind === 'event') {
        const digit = events.push(view, packet);
        if (digit !== undefined) onDigit(digit, 'telephone-event');
      }
      if (decodes()) line.playout.push(packet, view, nowMs);
      return kind;
    },
    takeFrame: () => {
      if (!decodes()) return undefined;
      if (line.playout.pull(line.frame) === 'idle') return undefined;
      if (listensForTones()) {
        const digit = findTone();
        if (digit !== undefined) onDigit(digit, 'in-band');
      }
      return frameWanted || line.rateHz === 16_000 ? line.frame : undefined;
    },
    playoutStats: () => line.playout.stats,
    close: () => {
      isClosed = true;
      opusDecoder?.close();
      line.playout.close();
    },
  };
};
