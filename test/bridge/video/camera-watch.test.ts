import { describe, expect, it } from 'vitest';
import { createCameraWatch } from '../../../src/bridge/video/camera-watch.ts';

describe('camera watch', () => {
  it('tells once that pictures come, and once that they have ceased for five seconds', () => {
    const watch = createCameraWatch();
    expect(watch.poll(0, true)).toBeUndefined();
    watch.heard(100);
    expect(watch.poll(120, true)).toBe('coming');
    expect(watch.poll(5000, true)).toBeUndefined();
    expect(watch.poll(5100, true)).toBe('gone');
    expect(watch.poll(9000, true)).toBeUndefined();
    expect(watch.isComing()).toBe(false);
  });

  it('a camera that was put on hold is gone at once', () => {
    const watch = createCameraWatch();
    watch.heard(0);
    watch.poll(0, true);
    expect(watch.poll(20, false)).toBe('gone');
    expect(watch.poll(40, true)).toBe('coming');
  });
});
