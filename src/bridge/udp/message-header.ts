/**
 * `struct mmsghdr` with its parts, in memory that we own: one packet each. The kernel is told where the
 * parts lie once; before a call only lengths are written. On 64 bits, little-endian, with glibc and musl
 * alike:
 *
 *     0  name pointer       8  name length
 *    16  parts pointer     24  number of parts (1)
 *    32  control pointer   40  control length
 *    48  flags             56  packet length, written by the kernel
 *    64  the one part: packet pointer, 72 its length
 */
export const messageHeaderBytes = 64;
export const messagePartBytes = 16;

export const nameLengthAt = 8;
export const controlLengthAt = 40;
export const flagsAt = 48;
export const messageLengthAt = 56;
/** In the part. */
export const partLengthAt = 8;

/** Where the parts of a message begin, in bytes from the start of `memory`. */
export interface MessagePlaces {
  readonly header: number;
  readonly part: number;
  readonly name: number;
  readonly packet: number;
  readonly packetBytes: number;
  /** What the kernel says beside the packet: none where undefined. */
  readonly control?: number;
}

/** `at`: the address of the memory. */
export const writeMessageHeader = (memory: DataView, at: bigint, places: MessagePlaces): void => {
  const { header, part, control } = places;
  const pointer = (offset: number): bigint => at + BigInt(offset);
  memory.setBigUint64(header, pointer(places.name), true);
  memory.setBigUint64(header + 16, pointer(part), true);
  memory.setBigUint64(header + 24, 1n, true);
  memory.setBigUint64(header + 32, control === undefined ? 0n : pointer(control), true);
  memory.setBigUint64(part, pointer(places.packet), true);
  memory.setBigUint64(part + partLengthAt, BigInt(places.packetBytes), true);
};
