import { describe, expect, test } from 'vitest';
import { defaultCallSettings } from '../../src/call/call-settings.ts';
import {
  createIvrMachine,
  type IvrMachine,
  type IvrOutput,
  type Refusal,
} from '../../src/ivr/ivr-machine.ts';

const start = (): IvrMachine => {
  const ivr = createIvrMachine(defaultCallSettings.ivr);
  ivr.handle(0, { type: 'start' });
  ivr.handle(0, { type: 'said' });
  return ivr;
};
const press = (ivr: IvrMachine, keys: string, now = 0): readonly IvrOutput[] =>
  Array.from(keys).flatMap((digit) => ivr.handle(now, { type: 'digit', digit }));
const refuse = (ivr: IvrMachine, refusal: Refusal, general = false): readonly IvrOutput[] =>
  ivr.handle(0, { type: 'refused', refusal, general });
const words = (outputs: readonly IvrOutput[]): string =>
  outputs
    .flatMap((output) => ('phrases' in output ? output.phrases.map(({ key }) => key) : []))
    .join(' ');

describe('tries', () => {
  test('wrong-id, last-try, no-more-tries, then 0 asks for a person', () => {
    const ivr = start();
    press(ivr, '111111111');
    expect(words(refuse(ivr, 'wrong-id'))).toBe('wrong-id');
    press(ivr, '222222222');
    expect(words(refuse(ivr, 'wrong-id'))).toBe('last-try');
    press(ivr, '333333333');
    expect(words(refuse(ivr, 'wrong-id'))).toBe('no-more-tries');
    const last = press(ivr, '0').at(-1);
    expect(last).toEqual({ type: 'desk' });
    expect(ivr.nextTimeoutAt()).toBeUndefined();
  });

  test('who does not press 0 is ended after ten seconds', () => {
    const ivr = start();
    for (let n = 0; n < 3; n++) refuse(ivr, 'wrong-id');
    ivr.handle(2_000, { type: 'said' });
    expect(ivr.nextTimeoutAt()).toBe(12_000);
    expect(ivr.handle(12_000, { type: 'timeout' })).toEqual([
      { type: 'over', reason: 'wrong-id', phrases: [] },
    ]);
  });

  test('an ended meeting says so and is over', () => {
    expect(refuse(start(), 'meeting-ended')).toEqual([
      { type: 'over', reason: 'meeting-ended', phrases: [{ key: 'ended' }] },
    ]);
  });
});

describe('guessing', () => {
  const refusals: readonly Refusal[] = [
    'wrong-id',
    'too-early',
    'meeting-ended',
    'full',
    'phones-not-allowed',
    'room-encrypted',
  ];

  test.each(refusals)('above the rate %s sounds like every other refusal', (refusal) => {
    const ivr = start();
    expect(words(refuse(ivr, refusal, true))).toBe('general-refusal silence-prompt');
    expect(press(ivr, '123456789').at(-1)?.type).toBe('entered');
  });

  test.each(refusals)('the third answer of a call is the same whatever it is: %s', (refusal) => {
    const ivr = start();
    refuse(ivr, 'wrong-id');
    refuse(ivr, 'wrong-id');
    expect(refuse(ivr, refusal)).toEqual([{ type: 'say', phrases: [{ key: 'no-more-tries' }] }]);
  });
});

describe('language menu', () => {
  test.each([
    ['1', 'sv'],
    ['2', 'en'],
    ['3', 'da'],
  ] as const)('%s is %s', (key, language) => {
    const ivr = start();
    expect(words(press(ivr, '*'))).toBe('language-menu');
    const outputs = press(ivr, key);
    expect(outputs).toContainEqual({ type: 'language', language });
    expect(words(outputs)).toBe('language-name enter-id');
  });

  test('0 is help, then the question again', () => {
    const ivr = start();
    expect(words(press(ivr, '*0'))).toBe('language-menu help silence-prompt');
  });

  test('any other key says the menu again; silence goes back to the question', () => {
    const ivr = start();
    expect(words(press(ivr, '*7'))).toBe('language-menu language-menu');
    ivr.handle(1_000, { type: 'said' });
    expect(words(ivr.handle(16_000, { type: 'timeout' }))).toBe('silence-prompt');
  });
});

describe('PIN', () => {
  test('is asked for with its own length', () => {
    const ivr = start();
    press(ivr, '123456789');
    expect(words(ivr.handle(0, { type: 'ask-pin', length: 4 }))).toBe('enter-pin');
    expect(press(ivr, '4711').at(-1)).toEqual({ type: 'entered', what: 'pin', digits: '4711' });
  });

  test('may be typed ahead while the ID is looked up', () => {
    const ivr = start();
    press(ivr, '123456789#4711');
    expect(ivr.handle(0, { type: 'ask-pin', length: 4 })).toEqual([
      { type: 'entered', what: 'pin', digits: '4711' },
    ]);
  });

  test('begun ahead is not talked over, and what was typed ahead of a wrong ID is dropped', () => {
    const ivr = start();
    press(ivr, '12345678947');
    expect(ivr.handle(0, { type: 'ask-pin', length: 4 })).toEqual([]);
    expect(press(ivr, '11').at(-1)).toMatchObject({ digits: '4711' });

    const other = start();
    press(other, '11111111147');
    refuse(other, 'wrong-id');
    expect(press(other, '123456789').at(-1)).toMatchObject({ digits: '123456789' });
  });
});

test('after a hold the question is asked again', () => {
  expect(words(start().handle(60_000, { type: 'resumed' }))).toBe('silence-prompt');
});

test('four rounds of silence end with a word', () => {
  const ivr = start();
  let outputs: readonly IvrOutput[] = [];
  for (let now = ivr.nextTimeoutAt(); now !== undefined; now = ivr.nextTimeoutAt()) {
    outputs = ivr.handle(now, { type: 'timeout' });
    ivr.handle(now + 2_000, { type: 'said' });
  }
  expect(outputs).toEqual([
    { type: 'over', reason: 'no-input', phrases: [{ key: 'silence-goodbye' }] },
  ]);
});
