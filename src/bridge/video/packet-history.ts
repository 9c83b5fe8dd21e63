/** The packets sent of late, for who missed some of them. RFC 4588 §2 calls for about a second. */
export interface PacketHistory {
  /** Keeps a copy of a plain RTP packet. */
  keep(sequence: number, packet: Uint8Array): void;
  /** The packet, in a buffer that is good until the next `keep`; undefined where it is gone. */
  find(sequence: number): Buffer | undefined;
}

/** A second and a half of 720p. */
const defaultSlots = 256;
const slotBytes = 1500;

/** `slots`: a power of two. Memory is taken with the first packet. */
export const createPacketHistory = (slots = defaultSlots): PacketHistory => {
  let bytes: Buffer | undefined;
  const sequences = new Int32Array(slots).fill(-1);
  const lengths = new Uint16Array(slots);

  return {
    keep: (sequence, packet) => {
      bytes ??= Buffer.allocUnsafeSlow(slots * slotBytes);
      const slot = sequence & (slots - 1);
      const fits = packet.length <= slotBytes;
      sequences[slot] = fits ? sequence : -1;
      if (!fits) return;
      lengths[slot] = packet.length;
      bytes.set(packet, slot * slotBytes);
    },
    find: (sequence) => {
      const slot = sequence & (slots - 1);
      if (bytes === undefined || sequences[slot] !== sequence) return undefined;
      return bytes.subarray(slot * slotBytes, slot * slotBytes + lengths[slot]!);
    },
  };
};
