import { expect, test } from 'vitest';
import { languages } from '../../src/ivr/language.ts';
import { invitationText } from '../../src/meeting/invitation.ts';
import { createMeeting } from '../support/call-world.ts';

const context = {
  dialIn: [
    { number: '+46480445511', language: 'sv' },
    { number: '+4589100000', language: 'da' },
  ],
  joinUrl: 'https://meet.example.org/join/123456789',
  helpNumber: '+46480000000',
} as const;
const meeting = createMeeting({
  title: 'Very private',
  startsAt: Date.UTC(2026, 5, 1, 7, 0),
  endsAt: Date.UTC(2026, 5, 1, 8, 0),
  videoAddress: 'anna@meet.example.org',
  guestPin: '4711',
});

test('the Swedish invitation', () => {
  expect(invitationText(meeting, 'sv', context)).toMatchInlineSnapshot(`
    "Kallelse till digitalt möte
    måndag 1 juni 2026, 09:00 till 10:00

    Samtals-ID: 123 456 789
    Mötet har en pinkod som du får på annat sätt.

    Telefon: +46480445511, +4589100000
      Slå samtals-ID när rösten ber om det. Stjärna börjar om.
    Dator eller mobil: https://meet.example.org/join/123456789
    Videorum: anna@meet.example.org

    Ring gärna några minuter i förväg. Ingen hör dig förrän du har släppts in.
    Fungerar inte tekniken, ring +46480000000.
    Mötet får inte spelas in.
    "
  `);
});

test.each(languages)(
  'in %s it says every way in, fits on paper and tells no secret',
  (language) => {
    const text = invitationText(meeting, language, context);
    for (const part of ['123 456 789', '+46480445511', context.joinUrl, 'anna@meet.example.org'])
      expect(text).toContain(part);
    expect(text).toContain('+46480000000');
    // Summer time in the meeting's own zone.
    expect(text).toMatch(/0?9[:.]00.*10[:.]00/);
    expect(text).not.toMatch(/Very private|4711/);
    const lines = text.split('\n');
    expect(lines.length).toBeLessThan(25);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(90);
  },
);

test('a Dane reads the Danish number first', () => {
  expect(invitationText(meeting, 'da', context)).toContain('+4589100000, +46480445511');
});

test('where phones are not allowed no number is given', () => {
  const text = invitationText({ ...meeting, phonesAllowed: false }, 'sv', context);
  expect(text).not.toContain('+46480445511');
});
