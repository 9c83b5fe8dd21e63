/** RTP as it may be shown: the header, and of keys (telephone-event) everything but which one it was. */

const headerBytes = 12;

/**
 * The header of a packet, without what follows it: CSRC list, extension and sound. Undefined for what
 * is no RTP.
 */
export const blankRtp = (packet: Uint8Array): Buffer | undefined => {
  if (packet.length < headerBytes || (packet[0] ?? 0) >> 6 !== 2) return undefined;
  const header = Buffer.from(packet.subarray(0, headerBytes));
  // Neither padding, extension nor CSRCs follow any more.
  header[0] = 0x80;
  return header;
};
