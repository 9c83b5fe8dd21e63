import { describe, expect, it } from 'vitest';
import { sizeOfLevel } from '../../../src/bridge/video/picture-size.ts';

describe('the picture that a level lets be', () => {
  it.each([
    ['42e00a', 160, 90],
    ['42e00d', 320, 180],
    ['42e01e', 640, 360],
    ['42e01f', 1280, 720],
    ['640028', 1920, 1080],
    ['428033', 1920, 1080],
    ['', 640, 360],
    ['nonsense', 640, 360],
  ])('%s is %i × %i', (profileLevelId, width, height) => {
    expect(sizeOfLevel(profileLevelId)).toEqual({ width, height });
  });
});
