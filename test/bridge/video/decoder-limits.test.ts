import { describe, expect, it } from 'vitest';
import { excessOf } from '../../../src/bridge/video/decoder-limits.ts';

const stream = (hex: string) => Buffer.from(`67${hex}8c8d`, 'hex');

describe('a stream against what its decoder announced', () => {
  it.each([
    ['the same', '42e01f', '42e01f', undefined],
    ['a lower level', '42e014', '42e01f', undefined],
    ['a higher level', '42e028', '42e01f', 'level'],
    ['level 1b, which lies below 1.1', '42f00b', '42e00b', undefined],
    ['level 1.1 toward 1b', '42e00b', '42f00b', 'level'],
    ['baseline without its flag toward constrained baseline', '42001f', '42e01f', undefined],
    ['main that says it is constrained baseline too', '4d801f', '42e01f', undefined],
    ['main toward constrained baseline', '4d001f', '42e01f', 'profile'],
    ['high toward constrained baseline', '64001f', '42e01f', 'profile'],
    ['high toward main', '64001f', '4d001f', 'profile'],
    ['main toward high', '4d001f', '64001f', undefined],
    ['constrained baseline toward high', '42e01f', '64001f', undefined],
    ['constrained high toward high', '640c1f', '64001f', undefined],
    ['high with all its tools toward constrained high', '64001f', '640c1f', 'profile'],
    ['a profile that no call has', '7a001f', '64001f', 'profile'],
    ['both above: the profile, which no smaller layer mends', '640028', '42e01f', 'profile'],
  ])('%s', (_name, sent, announced, excess) => {
    expect(excessOf(stream(sent), announced)).toBe(excess);
  });

  it('what is too short to say fits nobody', () => {
    expect(excessOf(Buffer.of(0x67, 66, 0xe0), '42e01f')).toBe('level');
  });
});
