/** NAL units, ITU-T H.264 §7.3.1, without start codes: as RTP carries them (RFC 6184). */
export const nalUnitType = { slice: 1, idrSlice: 5, sps: 7, pps: 8 } as const;

/**
 * The header byte and the payload with its emulation prevention bytes: no 00 00 is followed by 00,
 * 01, 02 or 03 (§7.4.1).
 */
export const nalUnit = (type: keyof typeof nalUnitType, rbsp: Buffer): Buffer => {
  // All that a card consists of is used for reference: nal_ref_idc 3.
  const out = [0x60 | nalUnitType[type]];
  let zeros = 0;
  for (const byte of rbsp) {
    if (zeros === 2 && byte <= 3) {
      out.push(3);
      zeros = 0;
    }
    out.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return Buffer.from(out);
};
