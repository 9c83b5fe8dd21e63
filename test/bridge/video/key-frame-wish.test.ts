import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeyFrameWish } from '../../../src/bridge/video/key-frame-wish.ts';

/** When a wish asks, polled each 20 ms; `answer` tells what happens at a time. */
const askedAt = (
  untilMs: number,
  at: (nowMs: number, wish: ReturnType<typeof createKeyFrameWish>) => void,
) => {
  const wish = createKeyFrameWish();
  const asked: number[] = [];
  for (let nowMs = 0; nowMs < untilMs; nowMs += 20) {
    at(nowMs, wish);
    if (wish.poll(nowMs)) asked.push(nowMs);
  }
  return asked;
};

describe('the wish for a key frame', () => {
  it('is asked at once, again while it is not met, and no more when it is', () => {
    const asked = askedAt(3000, (nowMs, wish) => {
      if (nowMs === 0) wish.want();
      if (nowMs === 1100) wish.came();
    });
    expect(asked).toEqual([0, 500, 1000]);
  });

  it('one that follows an answer is asked 200 ms after the one before', () => {
    const asked = askedAt(2000, (nowMs, wish) => {
      if (nowMs === 0 || nowMs === 100) wish.want();
      if (nowMs === 60 || nowMs === 240) wish.came();
    });
    expect(asked).toEqual([0, 200]);
  });

  it('one before the answer is answered with it', () => {
    const asked = askedAt(2000, (nowMs, wish) => {
      if (nowMs === 0 || nowMs === 100) wish.want();
      if (nowMs === 260) wish.came();
    });
    expect(asked).toEqual([0]);
  });

  it('a storm of wishes that are all met is asked once a second', () => {
    const asked = askedAt(20_000, (_nowMs, wish) => {
      wish.came();
      wish.want();
    });
    expect(asked.length).toBeLessThanOrEqual(25);
    expect(asked.length).toBeGreaterThanOrEqual(19);
  });

  it('who never answers is asked less and less', () => {
    const asked = askedAt(60_000, (_nowMs, wish) => {
      wish.want();
    });
    expect(asked.at(-1)! - asked.at(-2)!).toBe(5000);
  });

  it('whatever happens, 200 ms lie between two', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('want', 'came', 'nothing'), { maxLength: 400 }),
        (steps) => {
          const asked = askedAt(steps.length * 20, (nowMs, wish) => {
            const step = steps[nowMs / 20];
            if (step === 'want') wish.want();
            else if (step === 'came') wish.came();
          });
          for (const [index, time] of asked.entries())
            if (index > 0) expect(time - asked[index - 1]!).toBeGreaterThanOrEqual(200);
        },
      ),
    );
  });
});
