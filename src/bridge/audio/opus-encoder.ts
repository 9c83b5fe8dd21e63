/** Opus to the room, for callers whose codec the room does not take; docs/adr/0002-opus-library.md. */
import { Application, createEncoder, Signal } from 'libopus-wasm';
import type { AudioEncoder } from './audio-decoder.ts';

export interface OpusEncoderOptions {
  readonly bitrate?: number;
  /** 0 to 10; 5 costs about half of 10 and is not told apart on speech. */
  readonly complexity?: number;
  /** What in-band FEC is dimensioned for; 0 turns it off. */
  readonly expectedLossPct?: number;
}

/** Frames of 20 ms, mono, speech. `encode` throws where `pcm` is not 20 ms: a bug of the caller. */
export async function createOpusEncoder(
  rateHz: 8000 | 16000,
  { bitrate = 24_000, complexity = 5, expectedLossPct = 5 }: OpusEncoderOptions = {},
): Promise<AudioEncoder> {
  const encoder = await createEncoder({
    application: Application.Voip,
    signal: Signal.Voice,
    channels: 1,
    sampleRate: rateHz,
    bitrate,
    complexity,
    fec: expectedLossPct > 0,
    packetLossPercent: expectedLossPct,
  });
  return {
    sampleRateHz: rateHz,
    encode: (pcm, out) => {
      const packet = encoder.encode(pcm);
      out.set(packet);
      return packet.length;
    },
    close: () => {
      encoder.free();
    },
  };
}
