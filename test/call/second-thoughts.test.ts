import { expect, test } from 'vitest';
import {
  createSecondThoughts,
  undoAfterWordsMs,
  undoLimitMs,
} from '../../src/call/second-thoughts.ts';

test('what is weighed is done a while after its words, once', () => {
  const thoughts = createSecondThoughts<string>();
  thoughts.weigh(0, 'leave');
  thoughts.said(4_000);
  expect(thoughts.nextTimeoutAt()).toBe(4_000 + undoAfterWordsMs);
  expect(thoughts.takeDue(4_000)).toBeUndefined();
  expect(thoughts.takeDue(4_000 + undoAfterWordsMs)).toBe('leave');
  expect(thoughts.takeDue(60_000)).toBeUndefined();
  expect(thoughts.nextTimeoutAt()).toBeUndefined();
});

test('it is done in any case when its words were never over, and later words put nothing off', () => {
  const thoughts = createSecondThoughts<string>();
  thoughts.weigh(0, 'leave');
  expect(thoughts.nextTimeoutAt()).toBe(undoLimitMs);
  thoughts.said(undoLimitMs - 100);
  expect(thoughts.nextTimeoutAt()).toBe(undoLimitMs);
});

test('a key takes it back, and the next key takes nothing back', () => {
  const thoughts = createSecondThoughts<string>();
  thoughts.weigh(0, 'leave');
  expect([thoughts.takeBack(), thoughts.takeBack()]).toEqual([true, false]);
  expect(thoughts.takeDue(undoLimitMs)).toBeUndefined();
});
