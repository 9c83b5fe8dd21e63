/** Opus from the room (RFC 6716, RFC 7587), decoded at the mix's own rate; docs/adr/0002-opus-library.md. */
import { createDecoder } from 'libopus-wasm';
import type { AudioDecoder } from './audio-decoder.ts';
import { opusPacketHasFec, opusPacketSamples } from './opus-packet.ts';

/** `conceal` and `recover` work in steps of 2.5 ms. Two channels come out as one. */
export async function createOpusDecoder(rateHz: 8000 | 16000): Promise<AudioDecoder> {
  const decoder = await createDecoder({ channels: 1, sampleRate: rateHz });
  const step = rateHz / 400;
  // One options object for all packets: this runs for each packet of each track.
  const options = { frameSize: 0, decodeFec: false };
  let closed = false;

  const run = (
    packet: Uint8Array | null,
    samples: number,
    decodeFec: boolean,
    out: Int16Array,
  ): number => {
    if (closed) return 0;
    options.frameSize = samples;
    options.decodeFec = decodeFec;
    try {
      const pcm = decoder.decode(packet, options);
      out.set(pcm);
      return pcm.length;
    } catch {
      // A packet that does not decode is as good as lost: the caller conceals.
      return 0;
    }
  };

  return {
    sampleRateHz: rateHz,
    decode: (payload, out) => {
      const samples = opusPacketSamples(payload, rateHz);
      return samples === 0 || samples > out.length ? 0 : run(payload, samples, false, out);
    },
    conceal: (out, samples) => {
      const whole = samples - (samples % step);
      const written = whole === 0 ? 0 : run(null, whole, false, out);
      out.fill(0, written, samples);
    },
    recover: (payload, out) => {
      if (!opusPacketHasFec(payload)) return 0;
      const samples = opusPacketSamples(payload, rateHz);
      return samples === 0 || samples > out.length ? 0 : run(payload, samples, true, out);
    },
    close: () => {
      if (closed) return;
      closed = true;
      decoder.free();
    },
  };
}
