import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStreamLine } from '../../../src/bridge/video/stream-line.ts';
import { rtpPacket, viewOf } from './support/h264-packets.ts';

const line = (initialSequence = 10, initialTimestamp = 5000) =>
  createStreamLine({ initialSequence, initialTimestamp });
const at = (sequence: number, timestamp = 0, ssrc = 5) =>
  viewOf(rtpPacket(Buffer.of(0x41, 0), { sequence, timestamp, ssrc }));

describe('stream line', () => {
  it('a loss of the source stays a gap, and what comes late takes its place', () => {
    const out = line();
    const placed = [7, 8, 10, 9].map((sequence) => {
      expect(out.place(at(sequence), 0)).toBe(true);
      return out.sequence();
    });
    expect(placed).toEqual([11, 12, 14, 13]);
  });

  it('a packet put in moves those that follow, and not those that come late from before', () => {
    const out = line();
    out.place(at(1), 0);
    out.place(at(3), 0);
    expect(out.insertBefore()).toBe(13);
    expect(out.sequence()).toBe(14);
    out.place(at(2), 0);
    expect([out.sequence(), out.insertBefore()]).toEqual([12, undefined]);
    out.place(at(4), 0);
    expect(out.sequence()).toBe(15);
  });

  it('a packet left out closes up', () => {
    const out = line();
    out.place(at(1), 0);
    out.place(at(2), 0);
    out.leaveOut();
    out.place(at(3), 0);
    expect(out.sequence()).toBe(12);
  });

  it('another source goes on where the one before ended, in numbers and in time', () => {
    const out = line();
    out.place(at(65_535, 4_000_000), 1000);
    const before = out.timestamp();
    out.cut();
    out.place(at(300, 77), 1100);
    expect(out.sequence()).toBe(12);
    expect(out.timestamp() - before).toBe(9000);
    // Of another SSRC without being told so.
    out.place(at(9, 77, 6), 1200);
    expect(out.sequence()).toBe(13);
    expect(out.timestamp() - before).toBe(18_000);
  });

  it('what is from before a source began has no place', () => {
    const out = line();
    out.place(at(1), 0);
    out.cut();
    out.place(at(50), 0);
    expect(out.place(at(49), 0)).toBe(false);
    expect(out.place(at(51), 0)).toBe(true);
    expect(out.sequence()).toBe(13);
  });

  it('our own packets follow, stamped by the clock', () => {
    const out = line();
    out.place(at(1, 100), 1000);
    const before = out.timestamp();
    out.stampNow(1200);
    out.append();
    expect([out.sequence(), out.timestamp() - before]).toEqual([12, 18_000]);
    out.append();
    expect(out.sequence()).toBe(13);
    out.place(at(2, 190), 1300);
    expect([out.sequence(), out.timestamp() - before]).toEqual([14, 27_000]);
  });

  it('however packets are lost, doubled and mixed up, each number is one packet, in the order of the source', () => {
    const doing = fc.constantFrom('pass' as const, 'insert' as const, 'leave' as const);
    fc.assert(
      fc.property(
        fc.array(fc.record({ copies: fc.constantFrom(0, 1, 1, 1, 2), delay: fc.nat(6), doing }), {
          maxLength: 120,
        }),
        fc.nat(65_535),
        (fates, first) => {
          const arrivals = fates
            .flatMap(({ copies, delay, doing: what }, index) =>
              Array.from({ length: copies }, (_, copy) => ({
                index,
                what,
                order: index + delay * (copy + 1),
              })),
            )
            .sort((one, other) => one.order - other.order);
          const out = line(65_500);
          const byNumber = new Map<number, string>();
          const sent: { index: number; position: number }[] = [];
          let rounds = 0;
          const extend = (sequence: number): number => {
            const position = rounds + (((sequence - rounds) << 16) >> 16);
            rounds = Math.max(rounds, position);
            return position;
          };
          const use = (sequence: number, owner: string): void => {
            expect(byNumber.get(sequence) ?? owner).toBe(owner);
            byNumber.set(sequence, owner);
          };
          const seen = new Set<number>();
          for (const { index, what } of arrivals) {
            if (!out.place(at((first + index) & 0xffff), index)) continue;
            const isNew = out.isNewest() && !seen.has(index);
            seen.add(index);
            if (what === 'leave') {
              out.leaveOut();
              continue;
            }
            if (what === 'insert' && isNew) {
              const free = out.insertBefore();
              if (free !== undefined) use(free, `before ${index}`);
            }
            use(out.sequence(), `${index}`);
            sent.push({ index, position: extend(out.sequence()) });
          }
          sent.sort((one, other) => one.index - other.index);
          for (const [at_, one] of sent.entries()) {
            const next = sent[at_ + 1];
            if (next !== undefined && next.index > one.index)
              expect(next.position).toBeGreaterThan(one.position);
          }
        },
      ),
    );
  });
});
