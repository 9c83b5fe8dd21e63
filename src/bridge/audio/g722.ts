/**
 * G.722 (ITU-T G.722, 1988) at 64 kbit/s: 16 kHz sound in two sub-bands, one octet for each two
 * samples, the higher band's two bits on top. RTP/AVP payload type 9, whose clock is called 8000 Hz
 * by an old mistake that all keep to (RFC 3551 §4.5.2): 160 octets and 160 ticks are 20 ms.
 */
import { createHigherBand, createLowerBand } from './g722-bands.ts';
import { saturate16 } from './g722-predictor.ts';

export const g722RateHz = 16_000;

export interface G722Encoder {
  /** Codes `samples` (even) of `pcm` into `bytes`; returns the octets written. */
  encode(pcm: Int16Array, samples: number, bytes: Uint8Array): number;
}

export interface G722Decoder {
  /** Decodes all octets into `pcm`, which must have room for two samples each; returns the samples. */
  decode(bytes: Uint8Array, pcm: Int16Array): number;
}

/** The quadrature mirror filter's taps by phase, in 1/8192. */
const evenTaps = Int32Array.of(3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11);
const taps = evenTaps.length;

/** The filter's memory: pairs of samples, the last twelve of them in view. */
const createPairs = () => {
  const capacity = 512;
  const memory = new Int32Array(2 * capacity);
  /** Where the view begins. */
  let start = 0;
  return {
    memory,
    /** Takes a pair; returns where the twelve pairs begin. */
    push: (first: number, second: number): number => {
      start += 2;
      if (start + 2 * taps > memory.length) {
        memory.copyWithin(0, start, start + 2 * (taps - 1));
        start = 0;
      }
      memory[start + 2 * taps - 2] = first;
      memory[start + 2 * taps - 1] = second;
      return start;
    },
  };
};

export function createG722Encoder(): G722Encoder {
  const lower = createLowerBand();
  const higher = createHigherBand();
  const pairs = createPairs();
  const { memory } = pairs;
  return {
    encode: (pcm, samples, bytes) => {
      const octets = samples >> 1;
      for (let octet = 0; octet < octets; octet++) {
        const start = pairs.push(pcm[2 * octet]!, pcm[2 * octet + 1]!);
        let even = 0;
        let odd = 0;
        for (let tap = 0; tap < taps; tap++) {
          even += memory[start + 2 * tap]! * evenTaps[tap]!;
          odd += memory[start + 2 * tap + 1]! * evenTaps[taps - 1 - tap]!;
        }
        // 13 bits of the taps, and one for the 15-bit samples that the bands take.
        const low = lower.encode((even + odd) >> 14);
        bytes[octet] = (higher.encode((odd - even) >> 14) << 6) | low;
      }
      return octets;
    },
  };
}

export function createG722Decoder(): G722Decoder {
  const lower = createLowerBand();
  const higher = createHigherBand();
  const pairs = createPairs();
  const { memory } = pairs;
  return {
    decode: (bytes, pcm) => {
      for (let octet = 0; octet < bytes.length; octet++) {
        const low = lower.decode(bytes[octet]! & 63);
        const high = higher.decode(bytes[octet]! >> 6);
        const start = pairs.push(low - high, low + high);
        let first = 0;
        let second = 0;
        for (let tap = 0; tap < taps; tap++) {
          first += memory[start + 2 * tap]! * evenTaps[taps - 1 - tap]!;
          second += memory[start + 2 * tap + 1]! * evenTaps[tap]!;
        }
        pcm[2 * octet] = saturate16(first >> 11);
        pcm[2 * octet + 1] = saturate16(second >> 11);
      }
      return 2 * bytes.length;
    },
  };
}
