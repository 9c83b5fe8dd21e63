import type { AudioDecoder } from '../audio/audio-decoder.ts';

/** The decoders of one source, by payload type; each is asked for once. */
export interface DecoderTable {
  /** Undefined for what is no sound; asked for again then. */
  of(payloadType: number): AudioDecoder | undefined;
  /** Asks for all anew. */
  forget(): void;
  /** Closes every decoder that was ever given. */
  close(): void;
}

export const createDecoderTable = (
  decoderFor: (payloadType: number) => AudioDecoder | undefined,
): DecoderTable => {
  const given = new Set<AudioDecoder>();
  const table = Array.from<unknown, AudioDecoder | undefined>({ length: 128 }, () => undefined);

  return {
    of(payloadType) {
      const known = table[payloadType];
      if (known !== undefined) return known;
      const found = decoderFor(payloadType);
      if (found !== undefined) given.add(found);
      table[payloadType] = found;
      return found;
    },
    forget() {
      table.fill(undefined);
    },
    close() {
      table.fill(undefined);
      for (const decoder of given) decoder.close();
      given.clear();
    },
  };
};
