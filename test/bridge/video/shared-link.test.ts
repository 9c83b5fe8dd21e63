import { expect, test } from 'vitest';
import type { PictureLink } from '../../../src/bridge/room/link-types.ts';
import { shareLink } from '../../../src/bridge/video/shared-link.ts';

const want = (height: number, maxBitrateKbps = 1000) => ({
  ...{ width: (height * 16) / 9, height },
  maxBitrateKbps,
});
const setUp = () => {
  const asked: [readonly number[], Parameters<PictureLink['watch']>[1]][] = [];
  const link: PictureLink = {
    writeRtp: () => undefined,
    setCameraOn: () => undefined,
    watch: (...words) => asked.push(words),
    requestKeyFrame: () => undefined,
    requestPackets: () => undefined,
  };
  const [first, second] = shareLink(() => link);
  return { first: first(), second: second(), last: () => asked.at(-1), asked };
};

test('what either watches is asked for, each as large as it is wanted, for all that both may take', () => {
  const { first, second, last } = setUp();
  first?.watch([1], want(720));
  second?.watch([2], want(360, 500));
  expect(last()).toMatchObject([[1, 2], { height: 720, maxBitrateKbps: 1500 }]);
  expect(last()?.[1].sizes?.get(1)?.height).toBe(720);
  expect(last()?.[1].sizes?.get(2)?.height).toBe(360);
});

test('what both watch is as large as the larger', () => {
  const { first, second, last } = setUp();
  first?.watch([1], want(360));
  second?.watch([1], want(720));
  expect(last()?.[0]).toEqual([1]);
  expect(last()?.[1].sizes?.get(1)?.height).toBe(720);
});

test('who watches nothing, still, asks for nothing', () => {
  const { second, asked } = setUp();
  second?.watch([], want(720));
  expect(asked).toEqual([]);
});
