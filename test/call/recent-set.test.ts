import { expect, test } from 'vitest';
import { createRecentSet } from '../../src/call/recent-set.ts';

test('remembers as many as fit, and forgets the oldest', () => {
  const recent = createRecentSet<string>(2);
  expect([recent.add('a'), recent.add('a'), recent.add('b'), recent.add('c')]).toEqual([
    true,
    false,
    true,
    true,
  ]);
  expect([recent.add('c'), recent.add('b'), recent.add('a')]).toEqual([false, false, true]);
});
