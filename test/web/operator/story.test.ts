import { describe, expect, it } from 'vitest';
import { endReasons } from '../../../src/call/end-reasons.ts';
import { timelineEvents } from '../../../src/call/timeline.ts';
import { languages } from '../../../web/shared/language.ts';
import { tellEnding, tellLine, tellStory, type TimelineLine } from '../../../web/operator/story.ts';

const at = '2026-03-01T08:00:00.000Z';
const line = (event: string, fields?: TimelineLine['fields']): TimelineLine => ({
  at,
  event,
  ...(fields && { fields }),
});

describe('the story of a call', () => {
  it('is told in plain words', () => {
    const told = tellStory(
      [
        line('entered', { what: 'id' }),
        line('guess', { why: 'wrong-id', count: 1 }),
        line('guess', { why: 'phones-not-allowed', count: 2 }),
        line('waiting', { for: 'lobby' }),
        line('muted', { by: 'host' }),
        line('hand-lowered', { by: 'host' }),
        line('sound-tested', { heard: 'test-quiet test-echo', lossPct: 0, jitterMs: 2 }),
        line('recording', { on: true }),
        line('quality-poor', { way: 'up', mos: 2.1, lossPct: 9 }),
      ],
      'en',
    );
    expect(told.map(({ text }) => text)).toEqual([
      'Keyed a meeting ID (nine digits)',
      'Was not let in: no meeting has that ID (try 1)',
      'Was not let in: the booking does not allow phones (try 2)',
      'Waits to be let in',
      'Was muted by the host or from here',
      'The hand was lowered by the host',
      'Sound test: too quiet, echo',
      'Recording in the meeting: on. The caller was told',
      'The sound became poor from the phone to us',
    ]);
  });

  it('has what the caller heard, without the slots and the marks of other languages', () => {
    const { said } = tellLine(line('asked', { phrases: 'enter-id digits-missing' }), 'sv');
    expect(said).toEqual([
      'Välkommen. Slå ditt samtals-ID, nio siffror. For English, press star.',
      'Vi har fått … siffror. Slå resten, eller stjärna för att börja om.',
    ]);
  });

  it('has no empty slot left in any language, and says why at the end', () => {
    for (const language of languages) {
      for (const event of Object.keys(timelineEvents)) {
        const { text } = tellLine(line(event), language);
        expect(text).not.toMatch(/[{}]/);
      }
      for (const reason of Object.keys(endReasons))
        expect(tellLine(line('ended', { reason }), language).text).toMatch(/\. \S.*\.$/);
    }
  });

  it('shows an event of a newer node by its name', () => {
    expect(tellLine(line('teleported', { to: 'mars' }), 'sv').text).toBe('teleported');
    expect(tellLine(line('ended', { reason: 'eaten' }), 'en').text).toBe('The call is over');
    expect(tellLine(line('muted', { by: 'a-cat' }), 'en').text).toBe('Was muted a-cat');
  });

  it('says what to do about the end, and nothing while the call is on', () => {
    expect(tellEnding(null, 'en')).toBeUndefined();
    expect(
      tellEnding({ result: 'refused', reason: 'wrong-id', by: 'gateway' }, 'en'),
    ).toMatchObject({ isTrouble: true, whatToDo: expect.stringContaining('invitation') as string });
    expect(tellEnding({ result: 'completed', reason: 'hung-up', by: 'caller' }, 'da')).toEqual({
      why: 'Personen lagde på.',
      whatToDo: 'Der skal ikke gøres noget.',
      isTrouble: false,
    });
  });
});
