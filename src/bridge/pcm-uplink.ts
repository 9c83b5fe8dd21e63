/**
 * A caller's sound on its way into a room that does not take the caller's codec: out of the jitter
 * buffer, encoded anew, a packet of 20 ms at each tick in which something sounds.
 */
import type { AudioEncoder } from './audio/audio-decoder.ts';
import { rtpClockOf } from './audio/codec-rates.ts';
import { encodeG711, type G711Law } from './audio/g711.ts';
import { createOpusEncoder } from './audio/opus-encoder.ts';
import { createResampler } from './audio/resample.ts';
import { frameMs } from './media-clock.ts';
import type { RoomCodec } from './room/link-types.ts';
import type { StreamPlace } from './rtp/opus-uplink.ts';
import { rtpHeaderBytes, writeRtpHeader } from './rtp/rtp-packet.ts';

export interface PcmUplink {
  /** This tick's 20 ms of the caller at the rate that was told; undefined: nothing sounds. */
  hear(frame: Int16Array | undefined, nowMs: number): void;
  setMuted(muted: boolean): void;
  /** Where the stream goes on, for whoever sends in its place. */
  place(): StreamPlace;
  /** Idempotent. */
  close(): void;
}

export interface PcmUplinkOptions {
  readonly ssrc: number;
  readonly payloadType: number;
  readonly codec: RoomCodec;
  readonly rateHz: 8000 | 16000;
  readonly start: StreamPlace;
  /** Each packet is a buffer of its own. */
  readonly emit: (packet: Buffer) => void;
  /** There is no encoder. */
  readonly onFault: (error: unknown) => void;
}

/** More than Opus takes at our bit rate. */
const longestPayloadBytes = 400;
/** Ticks that never ran are time that went by, too. */
const stallMs = 60;

export const createPcmUplink = (options: PcmUplinkOptions): PcmUplink => {
  const { codec, rateHz } = options;
  const unitsPerFrame = (rtpClockOf(codec) * frameMs) / 1000;
  const payload = new Uint8Array(longestPayloadBytes);
  let encoder: AudioEncoder | undefined;
  let isClosed = false;
  let muted = false;
  let pauses = true;
  let sequence = options.start.sequence & 0xffff;
  let timestamp = options.start.timestamp >>> 0;
  let heardAtMs: number | undefined;

  const open = async (): Promise<void> => {
    const opened = await openEncoder(codec, rateHz);
    if (isClosed) opened.close();
    else encoder = opened;
  };
  open().catch(options.onFault);

  const passTime = (nowMs: number): void => {
    const passedMs = nowMs - (heardAtMs ?? nowMs);
    heardAtMs = nowMs;
    const frames = passedMs > stallMs ? Math.round(passedMs / frameMs) : 1;
    timestamp = (timestamp + frames * unitsPerFrame) >>> 0;
  };

  return {
    hear: (frame, nowMs) => {
      passTime(nowMs);
      const bytes = muted || frame === undefined ? 0 : (encoder?.encode(frame, payload) ?? 0);
      if (bytes === 0) {
        pauses = true;
        return;
      }
      const packet = Buffer.allocUnsafe(rtpHeaderBytes + bytes);
      writeRtpHeader(packet, options.payloadType, pauses, sequence, timestamp, options.ssrc);
      packet.set(payload.subarray(0, bytes), rtpHeaderBytes);
      sequence = (sequence + 1) & 0xffff;
      pauses = false;
      options.emit(packet);
    },
    setMuted: (next) => {
      muted = next;
    },
    place: () => ({ sequence, timestamp }),
    close: () => {
      isClosed = true;
      encoder?.close();
      encoder = undefined;
    },
  };
};

const openEncoder = (codec: RoomCodec, rateHz: 8000 | 16000): Promise<AudioEncoder> =>
  codec === 'opus'
    ? createOpusEncoder(rateHz)
    : Promise.resolve(createG711AudioEncoder(codec, rateHz));

/** From what a wideband caller says to the codec of telephones. */
const createG711AudioEncoder = (law: G711Law, rateHz: 8000 | 16000): AudioEncoder => {
  const narrow = new Int16Array((8000 * frameMs) / 1000);
  const resampler = rateHz === 8000 ? undefined : createResampler(rateHz, 8000);
  return {
    sampleRateHz: rateHz,
    encode: (pcm, out) => {
      if (resampler === undefined) return encodeG711(law, pcm, out);
      resampler.process(pcm, pcm.length, narrow);
      return encodeG711(law, narrow, out);
    },
    close: () => undefined,
  };
};
