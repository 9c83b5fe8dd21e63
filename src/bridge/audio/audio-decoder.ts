/** One codec's receiving end: packets in, PCM at one rate out. */
export interface AudioDecoder {
  readonly sampleRateHz: number;
  /** Decodes one packet into `out`; returns the samples written (0: not decodable, treat as lost). */
  decode(payload: Uint8Array, out: Int16Array): number;
  /** Fills `samples` of loss from what was heard before, fading to silence when it goes on. */
  conceal(out: Int16Array, samples: number): void;
  /** Recovers the frame before `payload` from its in-band FEC; returns samples written, 0 where there is none. */
  recover(payload: Uint8Array, out: Int16Array): number;
  close(): void;
}

/** One codec's sending end: `samples` of PCM in, one packet out. */
export interface AudioEncoder {
  readonly sampleRateHz: number;
  /** Returns the bytes written into `out`. */
  encode(pcm: Int16Array, out: Uint8Array): number;
  close(): void;
}
