import { expect, it, vi } from 'vitest';
import type { Card } from '../../src/call/ports/media.ts';
import { createLettering } from '../../src/cards/lettering.ts';
import { printCard } from '../../src/cards/print-card.ts';
import { printOnThread } from '../../src/cards/print-thread.ts';

const size = { width: 320, height: 192 };
const card: Card = { language: 'en', heading: 'Welcome', lines: ['You are in the lobby.'] };

it(
  'a card that the thread printed is the one that would be printed here',
  { timeout: 30_000 },
  async () => {
    const problems: unknown[] = [];
    const print = printOnThread((error) => problems.push(error));
    const [one, other] = [print(card, size), print({ ...card, heading: 'Välkommen' }, size)];
    expect(one.picture()).toBeUndefined();
    const picture = await vi.waitFor(
      () => {
        const printed = [one.picture(), other.picture()];
        expect(printed).not.toContain(undefined);
        return printed;
      },
      { timeout: 20_000 },
    );
    const here = printCard(card, size, createLettering());
    for (const idrPicId of [1, 2]) {
      expect(picture[0]?.slices(idrPicId)).toEqual(here.slices(idrPicId));
      expect(picture[1]?.slices(idrPicId)).not.toEqual(here.slices(idrPicId));
    }
    expect(problems).toEqual([]);
  },
);

it(
  'a thread that falls is told of, what waited behind is printed by a new one, and what felled it is tried once more',
  { timeout: 30_000 },
  async () => {
    const problems: unknown[] = [];
    const print = printOnThread((error) => problems.push(error));
    const broken = print(JSON.parse('{}') as Card, size);
    const behind = print(card, size);
    await vi.waitFor(
      () => {
        expect(broken.hasFailed?.()).toBe(true);
        expect(behind.picture()).toBeDefined();
      },
      { timeout: 20_000 },
    );
    expect(broken.picture()).toBeUndefined();
    expect(problems).toHaveLength(2);
    const next = print({ ...card, heading: 'Velkommen' }, size);
    await vi.waitFor(
      () => {
        expect(next.picture()).toBeDefined();
      },
      { timeout: 20_000 },
    );
  },
);
