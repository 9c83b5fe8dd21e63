/** VP8 in RTP: RFC 7741 §4.2, and the head of a key frame: RFC 6386 §9.1. */
import type { PictureFormat } from './picture-format.ts';

const startCode = 0x9d_01_2a;
const keyFrameHeadBytes = 10;

/** Bytes of the payload descriptor; more than there are where it is cut off. */
const descriptorBytes = (payload: Buffer): number => {
  const isExtended = ((payload[0] ?? 0) & 0x80) !== 0;
  if (!isExtended) return 1;
  const flags = payload[1] ?? 0;
  let at = 2;
  const hasPictureId = (flags & 0x80) !== 0;
  if (hasPictureId) at += ((payload[at] ?? 0) & 0x80) !== 0 ? 2 : 1;
  const hasLevelIndex = (flags & 0x40) !== 0;
  if (hasLevelIndex) at += 1;
  const hasLayerOrKeyIndex = (flags & 0x30) !== 0;
  if (hasLayerOrKeyIndex) at += 1;
  return at;
};

export const vp8Format: PictureFormat = {
  fourcc: 'VP80',
  part: (payload) => {
    const at = descriptorBytes(payload);
    if (at >= payload.length) return undefined;
    const first = payload[0] ?? 0;
    // S, the start of a partition, and PID 0, the first one.
    return { bytes: payload.subarray(at), begins: (first & 0x17) === 0x10 };
  },
  join: (parts) => Buffer.concat(parts),
  keyFrameSize: (picture) => {
    if (picture.length < keyFrameHeadBytes || ((picture[0] ?? 1) & 1) !== 0) return undefined;
    if (picture.readUIntBE(3, 3) !== startCode) return undefined;
    // The upper two bits are a scaling that a player may do.
    return { width: picture.readUInt16LE(6) & 0x3fff, height: picture.readUInt16LE(8) & 0x3fff };
  },
};
