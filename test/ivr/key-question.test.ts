import { describe, expect, test } from 'vitest';
import { createKeyQuestion } from '../../src/ivr/key-question.ts';
import { phrase } from '../../src/ivr/phrase.ts';

const ask = () =>
  createKeyQuestion({
    words: [phrase('dial-out-from'), phrase('dial-out-join')],
    again: [phrase('dial-out-join')],
    keys: ['1', '2'],
    rounds: 3,
    waitMs: 8_000,
  });
const keysOf = (outputs: ReturnType<ReturnType<typeof ask>['begin']>): readonly string[] =>
  outputs.map((output) =>
    output.type === 'say' ? output.phrases.map(({ key }) => key).join(' ') : output.type,
  );

describe('a question by key', () => {
  test('is answered by its keys alone, also before the words are over', () => {
    const question = ask();
    question.begin();
    expect(question.press('2')).toEqual([{ type: 'hush' }, { type: 'answered', key: '2' }]);
    expect(question.press('1')).toEqual([]);
    expect(question.nextTimeoutAt()).toBeUndefined();
  });

  test('is put again after silence, shorter, and then given up', () => {
    const question = ask();
    expect(keysOf(question.begin())).toEqual(['dial-out-from dial-out-join']);
    for (const [at, expected] of [
      [0, 'dial-out-join'],
      [20_000, 'dial-out-join'],
      [40_000, 'unanswered'],
    ] as const) {
      question.said(at);
      expect(question.timeout(at + 7_999)).toEqual([]);
      expect(keysOf(question.timeout(at + 8_000))).toEqual([expected]);
    }
    expect(question.nextTimeoutAt()).toBeUndefined();
    expect(question.press('1')).toEqual([]);
  });

  test('counts another key as a round, so that nobody can hold it open', () => {
    const question = ask();
    question.begin();
    expect(keysOf(question.press('7'))).toEqual(['hush', 'dial-out-join']);
    expect(keysOf(question.press('7'))).toEqual(['hush', 'dial-out-join']);
    expect(keysOf(question.press('7'))).toEqual(['hush', 'unanswered']);
  });

  test('takes # and * for the habit of other menus', () => {
    const question = ask();
    question.begin();
    expect([...question.press('#'), ...question.press('*')]).toEqual([]);
    expect(question.press('1').at(-1)).toEqual({ type: 'answered', key: '1' });
  });
});
