/**
 * The sequence and picture parameter sets of one source, the newest of each id, so that they can be
 * put before every IDR picture: who begins to watch there has them, and LiveKit knows a key frame
 * by its SPS.
 */
import { nalTypes } from './h264-payload.ts';

export interface ParameterSets {
  /** Keeps a copy where the NAL unit is a parameter set. */
  learn(bytes: Uint8Array, start: number, end: number): void;
  /** All of them, SPS before PPS; empty while one of the two kinds is missing. */
  units(): readonly Uint8Array[];
  /** The SPS that came last, which the next IDR picture goes by. */
  newestSps(): Uint8Array | undefined;
  forget(): void;
}

/** More than any device uses: ids are the sender's to choose, up to 31 and 255. */
const maxUnitsOfKind = 8;
const maxUnitBytes = 512;

/** The Exp-Golomb code at a bit; -1 where it runs out or is no id. H.264 §9.1 */
const readId = (bytes: Uint8Array, at: number, end: number): number => {
  const word = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
  let zeros = 0;
  while (zeros < 9 && (word & (0x800000 >> zeros)) === 0) zeros += 1;
  if (at >= end || zeros > 8) return -1;
  return (word >> (23 - 2 * zeros)) - 1;
};

export const createParameterSets = (): ParameterSets => {
  const sps = new Map<number, Uint8Array>();
  const pps = new Map<number, Uint8Array>();
  let all: readonly Uint8Array[] | undefined;
  let newestSps: Uint8Array | undefined;

  const keep = (
    units: Map<number, Uint8Array>,
    id: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void => {
    const known = units.get(id);
    if (known === undefined ? units.size >= maxUnitsOfKind : isSame(known, bytes, start, end))
      return;
    units.set(id, new Uint8Array(bytes.subarray(start, end)));
    all = undefined;
  };

  return {
    learn: (bytes, start, end) => {
      if (end - start < 2 || end - start > maxUnitBytes || end > bytes.length) return;
      const nalType = bytes[start]! & 0x1f;
      // Profile, constraints and level come before the id of an SPS. H.264 §7.3.2.1.1
      const idAt = start + (nalType === nalTypes.sps ? 4 : 1);
      const units = nalType === nalTypes.sps ? sps : nalType === nalTypes.pps ? pps : undefined;
      const id = readId(bytes, idAt, end);
      if (units === undefined || id < 0) return;
      keep(units, id, bytes, start, end);
      if (units === sps) newestSps = sps.get(id);
    },
    units: () => (all ??= sps.size > 0 && pps.size > 0 ? [...sps.values(), ...pps.values()] : []),
    newestSps: () => newestSps,
    forget: () => {
      newestSps = undefined;
      sps.clear();
      pps.clear();
      all = undefined;
    },
  };
};

const isSame = (known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean => {
  if (known.length !== end - start) return false;
  for (let index = 0; index < known.length; index += 1)
    if (known[index] !== bytes[start + index]) return false;
  return true;
};
