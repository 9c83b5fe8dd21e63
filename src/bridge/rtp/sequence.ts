/** Serial number arithmetic of RTP's wrapping counters (RFC 1982, RFC 3550 §5.1). */

/** `a - b` on the 16-bit circle: -32768 to 32767, positive where `a` is the later one. */
export const sequenceDelta = (a: number, b: number): number => ((a - b) << 16) >> 16;

/** `a - b` on the 32-bit circle: positive where `a` is the later one. */
export const timestampDelta = (a: number, b: number): number => (a - b) | 0;

export const nextSequence = (sequence: number): number => (sequence + 1) & 0xffff;

/**
 * The sequence number that does not wrap: the one nearest to `reference` (itself extended) whose
 * low 16 bits are `sequence`. RFC 3550 A.1 keeps the same as `cycles + seq`.
 */
export const extendSequence = (reference: number, sequence: number): number =>
  reference + sequenceDelta(sequence, reference & 0xffff);
