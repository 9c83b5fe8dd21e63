import { describe, expect, it } from 'vitest';
import { createCameraWatch } from '../../../src/bridge/video/camera-watch.ts';

describe('camera watch', () => {
  it('tells once that pictures come, and once that they have ceased for five seconds', () => {
    const watch = createCameraWatch();
    expect(watch.poll(0, true, false)).toBeUndefined();
    watch.heard(100);
    expect(watch.poll(120, true, false)).toBe('coming');
    expect(watch.poll(5000, true, false)).toBeUndefined();
    expect(watch.poll(5100, true, false)).toBe('gone');
    expect(watch.poll(9000, true, false)).toBeUndefined();
    expect(watch.state()).toBe('gone');
  });

  it('a camera that was put on hold is gone at once', () => {
    const watch = createCameraWatch();
    watch.heard(0);
    watch.poll(0, true, false);
    expect(watch.poll(20, false, false)).toBe('gone');
    expect(watch.poll(40, true, false)).toBe('coming');
  });

  it('pictures of which no whole one comes, however often it is asked for, are unusable until one does', () => {
    const watch = createCameraWatch();
    const film = (fromMs: number, toMs: number, lacksKeyFrame: boolean) => {
      const told = [];
      for (let nowMs = fromMs; nowMs < toMs; nowMs += 20) {
        watch.heard(nowMs);
        const state = watch.poll(nowMs, true, lacksKeyFrame);
        if (state !== undefined) told.push([nowMs, state]);
      }
      return told;
    };
    // Asked for in vain before the camera came: it has its time all the same.
    expect(film(0, 8000, true)).toEqual([
      [0, 'coming'],
      [5000, 'unusable'],
    ]);
    expect(film(8000, 8100, false)).toEqual([[8000, 'coming']]);
    expect(film(8100, 8200, true)).toEqual([[8100, 'unusable']]);
    expect(watch.poll(14_000, true, true)).toBe('gone');
    expect(film(14_100, 14_200, true)).toEqual([[14_100, 'coming']]);
  });
});
