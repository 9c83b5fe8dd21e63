/** AV1 in RTP: the AOM's RTP payload format §4, and sequence headers: AV1 bitstream specification §5.5. */
import { createBitReader, type BitReader } from './bit-reader.ts';
import type { PictureDimensions, PictureFormat } from './picture-format.ts';

const obuTypes = { sequenceHeader: 1, temporalDelimiter: 2, tileList: 8 } as const;
const hasSizeBit = 0x02;
const extensionBit = 0x04;

/** Of `leb128()`, §4.10.5; undefined where it does not end. */
const readLeb128 = (bytes: Buffer, at: number): { value: number; next: number } | undefined => {
  let value = 0;
  for (let index = 0; index < 5; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if ((byte & 0x80) === 0) return { value, next: at + index + 1 };
  }
  return undefined;
};

const leb128 = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = value;
  do {
    const more = rest > 0x7f ? 0x80 : 0;
    bytes.push((rest & 0x7f) | more);
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return Buffer.from(bytes);
};

interface Elements {
  /** The first one goes on from the packet before. */
  readonly continues: boolean;
  /** The last one goes on in the next packet. */
  readonly isOpen: boolean;
  readonly elements: readonly Buffer[];
}

/** The aggregation header and what follows. §4.4 */
const readElements = (payload: Buffer): Elements | undefined => {
  const [head] = payload;
  if (head === undefined) return undefined;
  const counted = (head >> 4) & 3;
  const elements: Buffer[] = [];
  let at = 1;
  while (at < payload.length) {
    const isLast = counted !== 0 && elements.length === counted - 1;
    const length = isLast ? { value: payload.length - at, next: at } : readLeb128(payload, at);
    if (length === undefined || length.next + length.value > payload.length) return undefined;
    elements.push(payload.subarray(length.next, length.next + length.value));
    at = length.next + length.value;
  }
  return { continues: (head & 0x80) !== 0, isOpen: (head & 0x40) !== 0, elements };
};

/** Open bitstream units of one temporal unit, put together again; undefined where a part is missing. */
const unitsOf = (payloads: readonly Buffer[]): readonly Buffer[] | undefined => {
  const units: Buffer[] = [];
  let open: Buffer[] | undefined;
  for (const payload of payloads) {
    const read = readElements(payload);
    if (read === undefined || read.continues !== (open !== undefined)) return undefined;
    for (const [index, element] of read.elements.entries()) {
      open = [...(open ?? []), element];
      if (index === read.elements.length - 1 && read.isOpen) break;
      units.push(Buffer.concat(open));
      open = undefined;
    }
  }
  return open === undefined ? units : undefined;
};

/** With its size, as a stream of them needs it. §5.3 */
const sized = (unit: Buffer): Buffer => {
  const [head] = unit;
  if (head === undefined || (head & hasSizeBit) !== 0) return unit;
  const headBytes = (head & extensionBit) !== 0 ? 2 : 1;
  const body = unit.subarray(headBytes);
  const header = Buffer.from(unit.subarray(0, headBytes));
  header[0] = head | hasSizeBit;
  return Buffer.concat([header, leb128(body.length), body]);
};

const typeOf = (unit: Buffer): number => ((unit[0] ?? 0) >> 3) & 15;
/** Not for the decoder. §5 of the payload format */
const isLeftOut = (unit: Buffer): boolean =>
  unit.length === 0 ||
  typeOf(unit) === obuTypes.temporalDelimiter ||
  typeOf(unit) === obuTypes.tileList;

const temporalDelimiter = Buffer.from([(obuTypes.temporalDelimiter << 3) | hasSizeBit, 0]);

/** Points of operation with their levels; false where there is timing, which browsers do not send. */
const skipOperatingPoints = (read: BitReader): boolean => {
  if (read.flag()) return false;
  const hasInitialDelay = read.flag();
  const points = read.bits(5) + 1;
  for (let point = 0; point < points; point += 1) {
    read.skip(12);
    if (read.bits(5) > 7) read.skip(1);
    if (hasInitialDelay && read.flag()) read.skip(4);
  }
  return true;
};

const sequenceSize = (unit: Buffer): PictureDimensions | undefined => {
  const head = unit[0] ?? 0;
  const at = (head & extensionBit) !== 0 ? 2 : 1;
  const body = (head & hasSizeBit) === 0 ? at : readLeb128(unit, at)?.next;
  if (body === undefined) return undefined;
  const read = createBitReader(unit, body);
  read.skip(4);
  const isReduced = read.flag();
  if (isReduced) read.skip(5);
  else if (!skipOperatingPoints(read)) return undefined;
  const widthBits = read.bits(4) + 1;
  const heightBits = read.bits(4) + 1;
  const width = read.bits(widthBits) + 1;
  const height = read.bits(heightBits) + 1;
  return read.isOver() ? undefined : { width, height };
};

export const av1Format: PictureFormat = {
  fourcc: 'AV01',
  part: (payload) => {
    const read = readElements(payload);
    if (read === undefined) return undefined;
    // N: a new coded video sequence, which begins with a key frame.
    return { bytes: payload, begins: !read.continues && ((payload[0] ?? 0) & 0x08) !== 0 };
  },
  join: (parts) => {
    const units = unitsOf(parts)?.filter((unit) => !isLeftOut(unit));
    if (units === undefined || units.length === 0) return undefined;
    return Buffer.concat([temporalDelimiter, ...units.map(sized)]);
  },
  keyFrameSize: (picture) => {
    // After the temporal delimiter; encoders put a sequence header before each key frame.
    const first = picture.subarray(temporalDelimiter.length);
    return typeOf(first) === obuTypes.sequenceHeader ? sequenceSize(first) : undefined;
  },
};
