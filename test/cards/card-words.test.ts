import { expect, it } from 'vitest';
import { unshowableCard, welcomeCard } from '../../src/cards/card-words.ts';

it('who is there is named, and that nobody shows a picture', () => {
  const { heading, lines } = welcomeCard('sv', ['Anna', 'Phone 1', '']);
  expect(heading).toBe('Välkommen');
  expect(lines).toEqual(['I mötet: Anna, Phone 1', 'Ingen visar bild just nu.']);
});

it('alone: that is said', () => {
  expect(welcomeCard('da', []).lines).toEqual(['Der er ikke andre her lige nu.']);
});

it('why there is no picture is said, and that the sound goes on', () => {
  expect(unshowableCard('en', 'Bo').lines).toEqual([
    'The picture of Bo comes in a format that cannot be shown here.',
    'The sound works as usual.',
  ]);
});

it.each(['sv', 'en', 'da'] as const)('each reason has words of its own (%s)', (language) => {
  const reasons = ['format', 'limit', 'failed'] as const;
  const said = reasons.map((reason) => unshowableCard(language, 'Bo', reason).lines[0]);
  expect(new Set(said).size).toBe(3);
  for (const line of said) expect(line).toMatch(/ Bo /);
});
