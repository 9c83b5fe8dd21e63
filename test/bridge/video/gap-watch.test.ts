import { describe, expect, it } from 'vitest';
import { createGapWatch } from '../../../src/bridge/video/gap-watch.ts';
import { rtpPacket, viewOf } from './support/h264-packets.ts';

const setUp = (canAsk = true) => {
  const gaps = createGapWatch({ canAsk: () => canAsk });
  const come = (sequence: number, nowMs: number, ssrc = 5) =>
    gaps.came(viewOf(rtpPacket(Buffer.of(0x41, 0), { sequence, timestamp: 0, ssrc })), nowMs);
  return { gaps, come };
};

describe('gap watch', () => {
  it('a packet that was only overtaken is not asked for', () => {
    const { gaps, come } = setUp();
    come(65_534, 0);
    expect(come(0, 10)).toBe(true);
    expect(gaps.due(20)).toEqual([]);
    expect(come(65_535, 25)).toBe(false);
    expect(gaps.due(200)).toEqual([]);
    expect(gaps.takeBroken()).toBe(false);
  });

  it('a lost packet is asked for three times, and then the picture is broken', () => {
    const { gaps, come } = setUp();
    come(1, 0);
    come(4, 0);
    const asked = [];
    for (let nowMs = 0; nowMs < 1000; nowMs += 20) {
      const due = gaps.due(nowMs);
      if (due.length > 0) asked.push({ nowMs, due });
      if (gaps.takeBroken()) asked.push({ nowMs, due: 'broken' });
    }
    expect(asked).toEqual([
      { nowMs: 20, due: [2, 3] },
      { nowMs: 120, due: [2, 3] },
      { nowMs: 220, due: [2, 3] },
      { nowMs: 320, due: 'broken' },
    ]);
  });

  it('where nobody sends again, a gap is a broken picture as soon as it is no mere disorder', () => {
    const { gaps, come } = setUp(false);
    come(1, 0);
    come(3, 0);
    expect(gaps.due(20)).toEqual([]);
    expect(gaps.takeBroken()).toBe(true);
    expect(gaps.takeBroken()).toBe(false);
  });

  it('a key frame makes up for all that is missing before it', () => {
    const { gaps, come } = setUp();
    come(1, 0);
    come(3, 0);
    gaps.keyFrameCame();
    expect(gaps.due(100)).toEqual([]);
    expect(gaps.takeBroken()).toBe(false);
  });

  it('a burst of losses is not asked for packet by packet', () => {
    const { gaps, come } = setUp();
    come(1, 0);
    come(200, 0);
    expect(gaps.due(100)).toEqual([]);
    expect(gaps.takeBroken()).toBe(true);
  });

  it('another stream has no gap before it', () => {
    const { gaps, come } = setUp();
    come(1, 0);
    come(60, 0, 6);
    come(40_000, 0, 6);
    expect(gaps.due(100)).toEqual([]);
    expect(gaps.takeBroken()).toBe(false);
  });
});
