/**
 * H.264 out of an FLV stream. FLV says where each picture ends and when it is: a bare stream of H.264
 * tells the end of one by the beginning of the next, which is one picture later.
 * Adobe Flash Video File Format Specification 10.1, annex E
 */

export interface CodedPicture {
  readonly atMs: number;
  readonly isKeyFrame: boolean;
  /** NAL units without start codes; a key frame begins with its parameter sets. */
  readonly units: readonly Buffer[];
}

export interface FlvReader {
  /** False: this is no FLV of H.264, and nothing more is read. */
  push(chunk: Buffer): boolean;
}

const fileHeadBytes = 9;
const tagHeadBytes = 11;
/** The size of the tag, once more behind it. */
const tagTailBytes = 4;
const videoHeadBytes = 5;
const videoTag = 9;
const keyFrame = 1;
const avc = 7;
const sequenceHeader = 0;
const nalUnits = 1;
const mostTagBytes = 4_000_000;

/** Units with their length in 32 bits each; undefined where one runs out of the bytes. */
const splitUnits = (bytes: Buffer): readonly Buffer[] | undefined => {
  const units: Buffer[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) return undefined;
    units.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return at === bytes.length ? units : undefined;
};

/** Of an AVCDecoderConfigurationRecord, ISO/IEC 14496-15 §5.3.3. */
const parameterSets = (record: Buffer): readonly Buffer[] | undefined => {
  const sets: Buffer[] = [];
  let at = 5;
  for (const mask of [0x1f, 0xff]) {
    const count = (record[at] ?? 0) & mask;
    at += 1;
    for (let read = 0; read < count; read += 1) {
      if (at + 2 > record.length) return undefined;
      const end = at + 2 + record.readUInt16BE(at);
      if (end > record.length) return undefined;
      sets.push(record.subarray(at + 2, end));
      at = end;
    }
  }
  return sets;
};

export const createFlvReader = (onPicture: (picture: CodedPicture) => void): FlvReader => {
  let rest: Buffer = Buffer.alloc(0);
  let isInside = false;
  let isBroken = false;
  let sets: readonly Buffer[] = [];

  const takeVideo = (atMs: number, body: Buffer): boolean => {
    if (body.length < videoHeadBytes) return false;
    const [head = 0, kind = 0] = body;
    if ((head & 15) !== avc) return false;
    const content = body.subarray(videoHeadBytes);
    if (kind === sequenceHeader) {
      const read = parameterSets(content);
      sets = read ?? sets;
      return read !== undefined;
    }
    if (kind !== nalUnits) return true;
    const units = splitUnits(content);
    if (units === undefined) return false;
    const isKeyFrame = head >> 4 === keyFrame;
    if (units.length > 0)
      onPicture({ atMs, isKeyFrame, units: isKeyFrame ? [...sets, ...units] : units });
    return true;
  };

  /** Bytes of what was read; 0: more is needed first. */
  const readOne = (): number => {
    if (!isInside) {
      const bytes = fileHeadBytes + tagTailBytes;
      if (rest.length < bytes) return 0;
      isBroken = rest.toString('latin1', 0, 3) !== 'FLV';
      isInside = true;
      return bytes;
    }
    if (rest.length < tagHeadBytes) return 0;
    const size = rest.readUIntBE(1, 3);
    const bytes = tagHeadBytes + size + tagTailBytes;
    if (size > mostTagBytes) isBroken = true;
    if (rest.length < bytes) return 0;
    const atMs = rest.readUIntBE(4, 3) + (rest[7] ?? 0) * 2 ** 24;
    if (
      (rest[0] ?? 0) === videoTag &&
      !takeVideo(atMs, rest.subarray(tagHeadBytes, tagHeadBytes + size))
    )
      isBroken = true;
    return bytes;
  };

  return {
    push: (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let read = readOne(); read > 0 && !isBroken; read = readOne())
        rest = rest.subarray(read);
      return !isBroken;
    },
  };
};
