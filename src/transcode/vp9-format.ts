/**
 * VP9 in RTP: RFC 9628 §4.2, and the head of a key frame: VP9 bitstream specification §6.2.
 *
 * Pictures of one spatial layer alone: those of a higher one would have to be shown instead of the
 * lower, which decoders that are fed frame by frame do not do. The lowest needs no other.
 */
import { createBitReader } from './bit-reader.ts';
import type { PictureFormat } from './picture-format.ts';

const flags = {
  pictureId: 0x80,
  predicted: 0x40,
  layers: 0x20,
  flexible: 0x10,
  begins: 0x08,
  scalability: 0x02,
} as const;
const mostReferences = 3;
const syncCode = 0x49_83_42;
const sRgb = 7;

interface Descriptor {
  readonly bytes: number;
  readonly spatialLayer: number;
}

/** What the scalability structure takes. RFC 9628 §4.2.1 */
const structureBytes = (payload: Buffer, at: number): number => {
  const head = payload[at] ?? 0;
  const layers = (head >> 5) + 1;
  let bytes = 1;
  const hasSizes = (head & 0x10) !== 0;
  if (hasSizes) bytes += layers * 4;
  const hasGroup = (head & 0x08) !== 0;
  if (!hasGroup) return bytes;
  const pictures = payload[at + bytes] ?? 0;
  bytes += 1;
  for (let picture = 0; picture < pictures; picture += 1)
    bytes += 1 + (((payload[at + bytes] ?? 0) >> 2) & 3);
  return bytes;
};

const readDescriptor = (payload: Buffer): Descriptor => {
  const first = payload[0] ?? 0;
  let at = 1;
  let spatialLayer = 0;
  if ((first & flags.pictureId) !== 0) at += ((payload[at] ?? 0) & 0x80) !== 0 ? 2 : 1;
  if ((first & flags.layers) !== 0) {
    spatialLayer = ((payload[at] ?? 0) >> 1) & 7;
    at += (first & flags.flexible) === 0 ? 2 : 1;
  }
  if ((first & flags.flexible) !== 0 && (first & flags.predicted) !== 0) {
    let references = 0;
    let hasMore = true;
    while (hasMore && references < mostReferences) {
      hasMore = ((payload[at] ?? 0) & 1) !== 0;
      references += 1;
      at += 1;
    }
  }
  if ((first & flags.scalability) !== 0) at += structureBytes(payload, at);
  return { bytes: at, spatialLayer };
};

export const vp9Format: PictureFormat = {
  fourcc: 'VP90',
  part: (payload) => {
    const { bytes, spatialLayer } = readDescriptor(payload);
    if (bytes >= payload.length) return undefined;
    const isLowest = spatialLayer === 0;
    const begins = isLowest && ((payload[0] ?? 0) & flags.begins) !== 0;
    return { bytes: isLowest ? payload.subarray(bytes) : Buffer.alloc(0), begins };
  },
  join: (parts) => Buffer.concat(parts),
  keyFrameSize: (picture) => {
    const read = createBitReader(picture);
    if (read.bits(2) !== 2) return undefined;
    const profile = read.bits(1) + 2 * read.bits(1);
    if (profile === 3) read.skip(1);
    const showsExisting = read.flag();
    const isInter = read.flag();
    if (showsExisting || isInter) return undefined;
    read.skip(2);
    if (read.bits(24) !== syncCode) return undefined;
    if (profile >= 2) read.skip(1);
    const isRgb = read.bits(3) === sRgb;
    const hasSubsampling = profile === 1 || profile === 3;
    if (!isRgb) read.skip(hasSubsampling ? 4 : 1);
    else if (hasSubsampling) read.skip(1);
    const width = read.bits(16) + 1;
    const height = read.bits(16) + 1;
    return read.isOver() ? undefined : { width, height };
  },
};
