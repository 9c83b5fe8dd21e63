import { expect, test } from 'vitest';
import {
  closeDescriptors,
  createDescriptorMemory,
  keepDescriptors,
} from '../../../src/bridge/udp/open-descriptors.ts';

const closedOf = (memory: SharedArrayBuffer) => {
  const closed: number[] = [];
  const close = (fd: number) => closed.push(fd);
  return { count: closeDescriptors(memory, () => ({ close })), closed };
};

test('what a dead thread left open is closed once', () => {
  const memory = createDescriptorMemory();
  const kept = keepDescriptors(memory);
  const forget = [11, 12, 13].map(kept.add);
  forget[1]!();
  expect(closedOf(memory)).toEqual({ count: 2, closed: [11, 13] });
  expect(closedOf(memory)).toEqual({ count: 0, closed: [] });
});

test('a place is used again, and more than there is room for is open all the same', () => {
  const memory = createDescriptorMemory();
  const kept = keepDescriptors(memory);
  for (let round = 0; round < 10_000; round += 1) kept.add(round + 3)();
  for (let fd = 3; fd < 5000; fd += 1) kept.add(fd);
  expect(closedOf(memory).count).toBe(4096);
});
