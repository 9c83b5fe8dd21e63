/**
 * What an H.264 payload holds, by the first bytes of its NAL units. RFC 6184 §5, H.264 §7.3.1
 *
 * Of the payload structures only those of packetization modes 0 and 1 are read: single NAL unit,
 * STAP-A and FU-A.
 */
export interface H264View {
  form: 'single' | 'aggregate' | 'fragment';
  /** Of the fragmented unit, or of the first one. */
  nalType: number;
  /** The packet has the first bytes of that unit; true but for later fragments. */
  isStart: boolean;
  /** The packet has the last bytes of that unit. */
  isEnd: boolean;
  hasSps: boolean;
  hasPps: boolean;
  /** The first slice of an IDR picture begins here: nothing before it is needed but parameter sets. */
  beginsIdr: boolean;
}

export const nalTypes = { slice: 1, idr: 5, sps: 7, pps: 8, stapA: 24, fuA: 28 } as const;

export const createH264View = (): H264View => ({
  form: 'single',
  nalType: 0,
  isStart: true,
  isEnd: true,
  hasSps: false,
  hasPps: false,
  beginsIdr: false,
});

/** `first_mb_in_slice` is the first Exp-Golomb code of a slice: 0 is the single bit 1. */
const isFirstSlice = (sliceByte: number): boolean => (sliceByte & 0x80) !== 0;

/** Notes one NAL unit of `length` bytes at `at`. */
const note = (bytes: Uint8Array, at: number, length: number, view: H264View): void => {
  const nalType = bytes[at]! & 0x1f;
  if (nalType === nalTypes.sps) view.hasSps = true;
  else if (nalType === nalTypes.pps) view.hasPps = true;
  else if (nalType === nalTypes.idr && length > 1 && isFirstSlice(bytes[at + 1]!))
    view.beginsIdr = true;
};

const readAggregate = (bytes: Uint8Array, at: number, end: number, view: H264View): boolean => {
  let next = at + 1;
  let isFirst = true;
  while (next < end) {
    if (next + 2 > end) return false;
    const length = (bytes[next]! << 8) | bytes[next + 1]!;
    next += 2;
    if (length === 0 || next + length > end) return false;
    if (isFirst) view.nalType = bytes[next]! & 0x1f;
    isFirst = false;
    note(bytes, next, length, view);
    next += length;
  }
  return !isFirst;
};

/**
 * Reads `length` bytes of payload at `offset` into `view`. False on what is no payload of modes 0
 * and 1, or runs out of its bytes; the view then says nothing.
 */
export const parseH264 = (
  bytes: Uint8Array,
  offset: number,
  length: number,
  view: H264View,
): boolean => {
  const end = offset + length;
  if (length < 1 || end > bytes.length) return false;
  view.hasSps = view.hasPps = view.beginsIdr = false;
  view.isStart = view.isEnd = true;
  const nalType = bytes[offset]! & 0x1f;
  view.nalType = nalType;
  if (nalType >= 1 && nalType < nalTypes.stapA) {
    view.form = 'single';
    note(bytes, offset, length, view);
    return true;
  }
  if (nalType === nalTypes.stapA) {
    view.form = 'aggregate';
    return readAggregate(bytes, offset, end, view);
  }
  if (nalType !== nalTypes.fuA || length < 3) return false;
  const header = bytes[offset + 1]!;
  view.form = 'fragment';
  view.nalType = header & 0x1f;
  view.isStart = (header & 0x80) !== 0;
  view.isEnd = (header & 0x40) !== 0;
  view.beginsIdr =
    view.isStart && view.nalType === nalTypes.idr && isFirstSlice(bytes[offset + 2]!);
  return true;
};

/** Calls `take` with where each NAL unit of a payload that is no fragment lies. */
export const eachNalUnit = (
  bytes: Uint8Array,
  offset: number,
  length: number,
  view: H264View,
  take: (start: number, end: number) => void,
): void => {
  if (view.form === 'fragment') return;
  if (view.form === 'single') {
    take(offset, offset + length);
    return;
  }
  const end = offset + length;
  for (let at = offset + 1; at + 2 <= end;) {
    const start = at + 2;
    at = start + ((bytes[at]! << 8) | bytes[at + 1]!);
    take(start, at);
  }
};
