import { describe, expect, it } from 'vitest';
import {
  clockSpan,
  figure,
  gradeOf,
  lengthMs,
  spacedCallId,
  spacedCode,
} from '../../../web/operator/format.ts';

describe('figures for people', () => {
  it('spans are as a clock shows them, and never less than nothing', () => {
    expect([0, 7_900, 760_000, 3_729_000, -5].map(clockSpan)).toEqual([
      '0:00',
      '0:07',
      '12:40',
      '1:02:09',
      '0:00',
    ]);
  });

  it('a call that is on is as long as until now', () => {
    const startedAt = '2026-03-01T08:00:00.000Z';
    expect(lengthMs({ startedAt, endedAt: null }, Date.parse(startedAt) + 90)).toBe(90);
    expect(lengthMs({ startedAt, endedAt: '2026-03-01T08:00:05.000Z' }, 0)).toBe(5_000);
  });

  it('digits stand in groups that can be read aloud, masked ones too', () => {
    expect(spacedCode('175039')).toBe('17 50 39');
    expect(spacedCallId('142536475')).toBe('142 536 475');
    expect(spacedCallId('••••••475')).toBe('••• ••• 475');
  });

  it('the decimal sign is that of the language', () => {
    expect([figure(4.31, 'sv'), figure(4.31, 'en'), figure(4.31, 'da')]).toEqual([
      '4,3',
      '4.3',
      '4,3',
    ]);
  });

  it('a score is good, fair or bad as the E-model has it', () => {
    expect([4.4, 4.03, 4.02, 3.6, 3.59, 1].map(gradeOf)).toEqual([
      'good',
      'good',
      'fair',
      'fair',
      'bad',
      'bad',
    ]);
  });
});
