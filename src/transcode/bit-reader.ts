/** Reads bits, the most significant first. Past the end there are zeros, and `isOver`. */
export interface BitReader {
  readonly bits: (count: number) => number;
  readonly flag: () => boolean;
  readonly skip: (count: number) => void;
  readonly isOver: () => boolean;
}

export const createBitReader = (bytes: Uint8Array, offset = 0): BitReader => {
  let at = offset * 8;
  const bit = (): number => {
    const value = ((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
    at += 1;
    return value;
  };
  const bits = (count: number): number => {
    let value = 0;
    for (let read = 0; read < count; read += 1) value = value * 2 + bit();
    return value;
  };
  return {
    bits,
    flag: () => bit() === 1,
    skip: (count) => {
      at += count;
    },
    isOver: () => at > bytes.length * 8,
  };
};
