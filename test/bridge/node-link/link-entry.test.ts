import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  createLinkEntry,
  longestEntryBytes,
  readEntries,
  soundBytes,
  writeEntry,
  writeTick,
  type LinkEntry,
} from '../../../src/bridge/node-link/link-entry.ts';
import { sealedFrom } from '../../../src/bridge/node-link/link-seal.ts';

const anyEntry: fc.Arbitrary<LinkEntry> = fc
  .record({
    streamKey: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
    sound: fc.constantFrom('silence', 'PCMA', 'G722'),
    hearsYou: fc.boolean(),
    wantsWide: fc.boolean(),
    speakerKey: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    loudness: fc.integer({ min: 0, max: 127 }),
  })
  .map((entry) => (entry.loudness > 0 ? entry : { ...entry, speakerKey: 0 }));

it('entries are read as they were written', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 32 - 1), fc.array(anyEntry, { maxLength: 6 }), (tick, entries) => {
      const bytes = Buffer.alloc(1200);
      let end = writeTick(bytes, tick);
      entries.forEach((entry, nth) => {
        const before = end;
        const sound = Buffer.alloc(soundBytes, nth + 1);
        end = writeEntry(bytes, end, entry, entry.sound === 'silence' ? undefined : sound);
        expect(end - before).toBeLessThanOrEqual(longestEntryBytes);
      });
      const read: LinkEntry[] = [];
      const isWhole = readEntries(bytes, end, createLinkEntry(), (itsTick, entry, soundAt) => {
        expect(itsTick).toBe(tick);
        if (entry.sound !== 'silence')
          expect(bytes.subarray(soundAt, soundAt + soundBytes)).toEqual(
            Buffer.alloc(soundBytes, read.length + 1),
          );
        read.push({ ...entry });
      });
      expect(isWhole).toBe(true);
      expect(read).toEqual(entries);
    }),
  );
});

it('an entry of silence is seven bytes', () => {
  const bytes = Buffer.alloc(100);
  expect(writeEntry(bytes, 20, { ...createLinkEntry(), sound: 'PCMA' }, undefined)).toBe(27);
});

it('nothing throws, and no sound is told of beyond the end, whatever the bytes are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1200 }), (noise) => {
      const bytes = Buffer.from(noise);
      readEntries(bytes, bytes.length, createLinkEntry(), (_tick, entry, soundAt) => {
        const sound = entry.sound === 'silence' ? 0 : soundBytes;
        expect(soundAt + sound).toBeLessThanOrEqual(bytes.length);
      });
    }),
  );
  expect(readEntries(Buffer.alloc(8), 8, createLinkEntry(), () => undefined)).toBe(false);
  expect(sealedFrom).toBeGreaterThan(8);
});
