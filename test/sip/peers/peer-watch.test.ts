import { expect, test } from 'vitest';
import { createPeerWatch } from '../../../src/sip/peers/peer-watch.ts';

test('a peer is up with the first answer, down with the second silence in a row', () => {
  const watch = createPeerWatch();
  const states = [200, undefined, 404, undefined, 503, 408, 405].map((status) => {
    watch.answered(status);
    return watch.state;
  });
  expect(states).toEqual(['up', 'up', 'up', 'up', 'down', 'down', 'up']);
});

test('one that was never heard is down at once, and each change is told once', () => {
  const watch = createPeerWatch();
  expect(watch.state).toBe('unknown');
  expect([undefined, undefined, 200, 200].map((status) => watch.answered(status))).toEqual([
    true,
    false,
    true,
    false,
  ]);
});
