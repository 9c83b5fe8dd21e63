/** Bits of an H.264 syntax structure, most significant first, with the descriptors of ITU-T H.264 §7.2. */
export interface BitWriter {
  /** u(n): `count` bits of `value`, at most 32. */
  u(count: number, value: number): void;
  /** ue(v): Exp-Golomb, §9.1. */
  ue(value: number): void;
  /** se(v): signed Exp-Golomb, §9.1.1. */
  se(value: number): void;
  /** The bits of another. */
  append(other: BitWriter): void;
  bitLength(): number;
  /** Back to a length there was: what came after is forgotten. */
  cutTo(bitLength: number): void;
  /** All bits, filled up with zeros to whole bytes. */
  bytes(): Buffer;
  /** All bits with rbsp_trailing_bits(), §7.3.2.11; the writer goes on unharmed. */
  rbsp(): Buffer;
}

export const createBitWriter = (): BitWriter => {
  let room = Buffer.alloc(256);
  let length = 0;

  const u = (count: number, value: number): void => {
    if (length + count > 8 * room.length) room = Buffer.concat([room], 2 * room.length);
    for (let left = count; left > 0;) {
      const free = 8 - (length & 7);
      const taken = Math.min(free, left);
      left -= taken;
      const piece = (value >>> left) & ((1 << taken) - 1);
      const at = length >> 3;
      // What stands behind the end was cut off: it goes.
      const before = (room[at] ?? 0) & (0xff << free);
      room[at] = before | (piece << (free - taken));
      length += taken;
    }
  };
  const ue = (value: number): void => {
    const bits = 32 - Math.clz32(value + 1);
    u(bits - 1, 0);
    u(bits, value + 1);
  };
  const bytes = (): Buffer => {
    const out = Buffer.from(room.subarray(0, Math.ceil(length / 8)));
    const odd = length & 7;
    const last = out.length - 1;
    if (odd > 0) out[last] = (out[last] ?? 0) & (0xff00 >> odd);
    return out;
  };

  return {
    u,
    ue,
    se: (value) => {
      ue(value > 0 ? 2 * value - 1 : -2 * value);
    },
    append: (other) => {
      let left = other.bitLength();
      for (const byte of other.bytes()) {
        const count = Math.min(8, left);
        u(count, byte >> (8 - count));
        left -= count;
      }
    },
    bitLength: () => length,
    cutTo: (bitLength) => {
      length = bitLength;
    },
    bytes,
    rbsp: () => {
      const before = length;
      u(1, 1);
      const out = bytes();
      length = before;
      return out;
    },
  };
};
