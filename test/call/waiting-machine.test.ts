import { describe, expect, test } from 'vitest';
import { undoAfterWordsMs, undoLimitMs } from '../../src/call/second-thoughts.ts';
import { createSpeaker } from '../../src/call/speaker.ts';
import {
  createWaitingMachine,
  type WaitingMachine,
  type WaitingOutput,
} from '../../src/call/waiting-machine.ts';

const hour = 3_600_000;
const create = (): WaitingMachine =>
  createWaitingMachine({ speaker: createSpeaker('sv', 60_000), limitMs: () => hour });
const words = (outputs: readonly WaitingOutput[]): string =>
  outputs
    .flatMap((output) => (output.do === 'play' ? output.phrases.map(({ key }) => key) : []))
    .join(' ');
const press = (waiting: WaitingMachine, keys: string, now = 0): readonly WaitingOutput[] =>
  Array.from(keys).flatMap((digit) => waiting.handle(now, { type: 'digit', digit }));

test('the words come at once, after one minute, then every two', () => {
  const speaker = createSpeaker('sv', 1_000);
  const waiting = createWaitingMachine({ speaker, limitMs: () => hour });
  const said = [words(waiting.begin(0, 'lobby'))];
  const at: number[] = [];
  for (let n = 0; n < 3; n++) {
    const now = waiting.nextTimeoutAt()!;
    speaker.outlasted(now);
    at.push(now / 1_000);
    said.push(words(waiting.handle(now, { type: 'timeout' })));
  }
  expect(at).toEqual([60, 180, 300]);
  expect(said).toEqual(['lobby', 'lobby', 'lobby', 'lobby']);
});

test('waiting on for the same says nothing new, for something else it does', () => {
  const waiting = create();
  waiting.begin(0, 'lobby');
  expect(waiting.begin(5_000, 'lobby')).toEqual([]);
  expect(words(waiting.begin(5_000, 'locked'))).toBe('locked');
});

test('the longest wait is over after its limit, whatever was waited for', () => {
  const waiting = create();
  waiting.begin(0, 'lobby');
  waiting.begin(hour / 2, 'locked');
  let last: readonly WaitingOutput[] = [];
  let now = 0;
  while (!last.some((output) => output.do === 'waited-out')) {
    now = waiting.nextTimeoutAt()!;
    last = waiting.handle(now, { type: 'timeout' });
  }
  expect(now).toBe(hour);
});

test('the start of the meeting is a reason to look again', () => {
  const waiting = create();
  waiting.begin(0, 'start', 30_000);
  expect(waiting.nextTimeoutAt()).toBe(30_000);
  expect(waiting.handle(30_000, { type: 'timeout' })).toEqual([{ do: 'look-again' }]);
});

describe('keys', () => {
  test.each(['*1', '*6', '*9', '*3', '*5', '*7', '*8'])(
    '%s tells nothing of the meeting',
    (keys) => {
      const waiting = create();
      waiting.begin(0, 'lobby');
      expect(words(press(waiting, keys))).toBe('lobby');
    },
  );

  test('*2 is the next language, *0 help, *4 1 leaves', () => {
    const waiting = create();
    waiting.begin(0, 'lobby');
    expect(words(press(waiting, '*2'))).toBe('language-name lobby');
    expect(words(press(waiting, '*0'))).toBe('line-plain help');
    expect(words(press(waiting, '*41'))).toBe('leave-menu leaving any-key-undoes');
    waiting.handle(1_000, { type: 'said' });
    expect(waiting.handle(1_000 + undoAfterWordsMs, { type: 'timeout' })).toEqual([
      { do: 'leave' },
    ]);
  });

  test('leaving is taken back by any key', () => {
    const waiting = create();
    waiting.begin(0, 'lobby');
    press(waiting, '*41');
    expect(words(press(waiting, '5'))).toBe('taken-back');
    expect(waiting.handle(undoLimitMs, { type: 'timeout' })).toEqual([]);
  });
});
