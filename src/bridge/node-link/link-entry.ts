/**
 * What is in the sealed part of a datagram: the sender's tick, then an entry for each meeting that both
 * nodes have, as many as there is room for.
 *
 *   tick 4 | entry …        entry: stream key 6 | flags 1 | speaker 5, by the flags | sound 160, by the flags
 *
 * Each stream has one entry in each tick, so that the tick is its packets' number and time stamp too.
 */
import { sealedFrom } from './link-seal.ts';

/** `PCMA`: 8 kHz; `G722`: 16 kHz. Both have 160 bytes in 20 ms. */
export type LinkSound = 'silence' | 'PCMA' | 'G722';

export interface LinkEntry {
  streamKey: number;
  sound: LinkSound;
  /** The sender hears the receiver's callers by this stream's other direction. */
  hearsYou: boolean;
  /** The sender has callers who hear 16 kHz. */
  wantsWide: boolean;
  /** Who of the sender's callers speaks the loudest, and how loud; 0: nobody. */
  speakerKey: number;
  loudness: number;
}

export const soundBytes = 160;
const tickBytes = 4;
const fixedBytes = 7;
const speakerBytes = 5;
export const longestEntryBytes = fixedBytes + speakerBytes + soundBytes;

const sounds: readonly LinkSound[] = ['silence', 'PCMA', 'G722'];
const soundMask = 0b11;
const hearsYouFlag = 0b100;
const wantsWideFlag = 0b1000;
const speakerFlag = 0b10000;

export const createLinkEntry = (): LinkEntry => ({
  streamKey: 0,
  sound: 'silence',
  hearsYou: false,
  wantsWide: false,
  speakerKey: 0,
  loudness: 0,
});

/** Returns where the first entry is to stand. */
export const writeTick = (bytes: Buffer, tick: number): number =>
  bytes.writeUInt32BE(tick >>> 0, sealedFrom);

/** `sound`: 160 bytes, where the entry has any. Returns where the next entry is to stand. */
export const writeEntry = (
  bytes: Buffer,
  at: number,
  entry: Readonly<LinkEntry>,
  sound: Buffer | undefined,
): number => {
  const speaks = entry.loudness > 0;
  const flags =
    sounds.indexOf(sound === undefined ? 'silence' : entry.sound) |
    (entry.hearsYou ? hearsYouFlag : 0) |
    (entry.wantsWide ? wantsWideFlag : 0) |
    (speaks ? speakerFlag : 0);
  bytes.writeUIntBE(entry.streamKey, at, 6);
  let end = bytes.writeUInt8(flags, at + 6);
  if (speaks) {
    end = bytes.writeInt32BE(entry.speakerKey, end);
    end = bytes.writeUInt8(Math.min(255, entry.loudness), end);
  }
  return sound === undefined ? end : end + sound.copy(bytes, end, 0, soundBytes);
};

/**
 * Tells of each entry from `sealedFrom` to `to`; `soundAt` is where its sound begins, and the entry is
 * valid until the listener returns. False where the bytes end too early or mean nothing; entries
 * before that are told of. Never throws.
 */
export const readEntries = (
  bytes: Buffer,
  to: number,
  entry: LinkEntry,
  onEntry: (tick: number, entry: Readonly<LinkEntry>, soundAt: number) => void,
): boolean => {
  if (to - sealedFrom < tickBytes) return false;
  const tick = bytes.readUInt32BE(sealedFrom);
  let at = sealedFrom + tickBytes;
  while (at < to) {
    if (to - at < fixedBytes) return false;
    const flags = bytes.readUInt8(at + 6);
    const sound = sounds[flags & soundMask];
    const speaks = (flags & speakerFlag) !== 0;
    const soundAt = at + fixedBytes + (speaks ? speakerBytes : 0);
    const end = soundAt + (sound === 'silence' ? 0 : soundBytes);
    if (sound === undefined || end > to) return false;
    entry.streamKey = bytes.readUIntBE(at, 6);
    entry.sound = sound;
    entry.hearsYou = (flags & hearsYouFlag) !== 0;
    entry.wantsWide = (flags & wantsWideFlag) !== 0;
    entry.speakerKey = speaks ? bytes.readInt32BE(at + fixedBytes) : 0;
    entry.loudness = speaks ? bytes.readUInt8(at + fixedBytes + 4) : 0;
    onEntry(tick, entry, soundAt);
    at = end;
  }
  return true;
};
