import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CallOutput } from '../../src/call/call-messages.ts';
import type { Sound } from '../../src/call/ports/sip-engine.ts';
import { toUtterance } from '../../src/call/utterance.ts';

const play = (
  changes: Partial<Extract<CallOutput, { do: 'play' }>> = {},
): Extract<CallOutput, { do: 'play' }> => ({
  do: 'play',
  utteranceId: 1,
  language: 'sv',
  phrases: [{ key: 'enter-id' }],
  openingElapsedMs: undefined,
  tone: false,
  ...changes,
});
const zone = 'Europe/Stockholm';
/** When each sound begins, from the ACK on. */
const starts = (sounds: readonly Sound[], from: number): readonly (readonly [string, number])[] => {
  let at = from;
  return sounds.map((sound) => {
    const start = at;
    at += 'ms' in sound ? sound.ms : 0;
    return [sound.kind, start] as const;
  });
};

test('the first sounds: a soft tone by 300 ms, words from 0.8 s', () => {
  const { sounds } = toUtterance(play({ openingElapsedMs: 0 }), zone);
  const begins = new Map(starts(sounds, 0));
  expect(begins.get('tone')).toBeLessThanOrEqual(300);
  expect(begins.get('prompt')).toBe(800);
});

test('whenever the first words come, they come at 0.8 s and not before', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 799 }), (elapsedMs) => {
      const { sounds } = toUtterance(play({ openingElapsedMs: elapsedMs }), zone);
      expect(new Map(starts(sounds, elapsedMs)).get('prompt')).toBe(800);
    }),
  );
});

test('later words come at once, the tone of the open microphone after them', () => {
  const { sounds, phrases } = toUtterance(
    play({ phrases: [{ key: 'admitted' }], tone: true, language: 'da' }),
    zone,
  );
  expect(phrases).toEqual(['admitted']);
  expect(sounds).toEqual([
    { kind: 'prompt', language: 'da', file: 'admitted.wav' },
    { kind: 'tone', hz: 880, ms: 120, levelDbm0: -20 },
  ]);
});

test('a time is spoken in the meeting’s zone', () => {
  const at = Date.UTC(2026, 6, 1, 8, 15);
  const { sounds } = toUtterance(play({ phrases: [{ key: 'too-early-wait', at }] }), zone);
  const files = sounds.flatMap((sound) => (sound.kind === 'prompt' ? [sound.file] : []));
  expect(files).toContain('number-10.wav');
  expect(files).toContain('number-15.wav');
});
