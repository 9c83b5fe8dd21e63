import { expect, it } from 'vitest';
import { layOutCard } from '../../src/cards/card-layout.ts';
import { createLettering } from '../../src/cards/lettering.ts';

const { widthOf } = createLettering();
const hd = { width: 1280, height: 720 };
const sentence =
  'You are in the waiting room. Nobody can hear you. Please hold until you are let in.';

it('words are wrapped between words and stay inside the picture', () => {
  const { lines } = layOutCard(
    { language: 'en', heading: 'Welcome', lines: [sentence] },
    hd,
    widthOf,
  );
  expect(
    lines
      .slice(1)
      .map(({ text }) => text)
      .join(' '),
  ).toBe(sentence);
  for (const { text, size, x } of lines) expect(x + widthOf(text, size)).toBeLessThan(1280);
});

it('much text is written smaller, and what still does not fit is cut with a sign of it', () => {
  const few = layOutCard({ language: 'en', heading: 'Help', lines: [sentence] }, hd, widthOf);
  const more = layOutCard(
    { language: 'en', heading: 'Help', lines: Array.from({ length: 6 }, () => sentence) },
    hd,
    widthOf,
  );
  const tooMuch = layOutCard(
    { language: 'en', heading: 'Help', lines: Array.from({ length: 60 }, () => sentence) },
    hd,
    widthOf,
  );
  expect(more.lines[1]!.size).toBeLessThan(few.lines[1]!.size);
  expect(more.bottom).toBeLessThan(720);
  expect(tooMuch.bottom).toBeLessThan(720);
  expect(tooMuch.lines.at(-1)?.text).toMatch(/…$/);
});

it('a word wider than the picture is broken', () => {
  const word = 'a'.repeat(200);
  const { lines } = layOutCard({ language: 'sv', heading: 'x', lines: [word] }, hd, widthOf);
  expect(
    lines
      .slice(1)
      .map(({ text }) => text)
      .join(''),
  ).toBe(word);
});

it('on the smallest pictures letters are as small as can be read', () => {
  const small = { width: 176, height: 144 };
  const { lines } = layOutCard(
    { language: 'sv', heading: 'Hej', lines: ['Vänta.'] },
    small,
    widthOf,
  );
  expect(lines[1]?.size).toBe(14);
});

it('letters of Swedish, Danish and names of others have a width, unknown ones that of a question mark', () => {
  for (const letter of 'åäöæøéüłčżЖщґ') {
    expect(widthOf(letter, 100)).toBeGreaterThan(20);
    expect(widthOf(letter, 100)).not.toBe(widthOf('?', 100));
  }
  expect(widthOf('王', 100)).toBe(widthOf('?', 100));
});
