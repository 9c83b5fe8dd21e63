import { describe, expect, it } from 'vitest';
import type { Card } from '../../src/call/ports/media.ts';
import { createCardPress, type CardPress, type Print } from '../../src/cards/card-press.ts';
import { createCardStream, type CardStream } from '../../src/cards/card-stream.ts';
import { drawCard } from '../../src/cards/draw-card.ts';
import type { Picture } from '../../src/cards/h264/picture.ts';
import { createLettering } from '../../src/cards/lettering.ts';
import { printCard } from '../../src/cards/print-card.ts';
import { decodeH264, psnr } from '../support/decode-h264.ts';

const lobby: Card = {
  language: 'sv',
  heading: 'Välkommen',
  lines: ['Du är i väntrummet. Ingen hör dig. Vänta kvar tills du blir insläppt.'],
};
const size = { width: 1280, height: 720 };
const lettering = createLettering();
/** As from a thread: not there when it is asked for, and there when it is looked at again. */
const printLater: Print = (card, on) => {
  let looks = 0;
  const picture = printCard(card, on, lettering);
  return { picture: () => (++looks > 1 ? picture : undefined) };
};
const press = createCardPress(printLater);

const streamOf = (card = lobby, on: CardPress = press): CardStream =>
  createCardStream({ card, ...size, frameRate: 5, press: on });

/** What comes in this time, called each 20 ms. */
const frames = (stream: CardStream, fromMs: number, toMs: number): (readonly Buffer[])[] => {
  const found: (readonly Buffer[])[] = [];
  for (let now = fromMs; now < toMs; now += 20) {
    const units = stream.frame(now);
    if (units !== undefined) found.push(units);
  }
  return found;
};

const types = (units: readonly Buffer[]): string =>
  [...new Set(units.map((unit) => unit[0]! & 0x1f))].join();

const drawn = (card: Card): Picture => drawCard(card, size, lettering);

describe('a stream of a card', () => {
  it('is decoded to what was drawn, in less than 40 kB', () => {
    const [idr = [], ...rest] = frames(streamOf(), 0, 2000);
    const { pictures, complaints } = decodeH264([...idr, ...rest.flat()], size);
    expect(complaints).toBe('');
    expect(pictures).toHaveLength(rest.length + 1);
    for (const picture of [pictures[0]!, pictures.at(-1)!])
      expect(psnr(picture, drawn(lobby).luma, size)).toBeGreaterThan(40);
    expect(idr.reduce((sum, unit) => sum + unit.length, 0)).toBeLessThan(40_000);
  });

  it('begins with parameter sets and an IDR picture, then repeats it five times a second', () => {
    const [idr = [], ...rest] = frames(streamOf(), 0, 2000);
    expect(types(idr)).toBe('7,8,5');
    expect(rest.length).toBeGreaterThanOrEqual(8);
    expect(rest.map(types)).toEqual(rest.map(() => '1'));
    for (const [unit] of rest) expect(unit?.length).toBeLessThan(12);
  });

  it('has another IDR picture when one is asked for, with another idr_pic_id, and each ten seconds', () => {
    const stream = streamOf();
    const [first = []] = frames(stream, 0, 1000);
    stream.requestKeyFrame();
    const [second = [], third = []] = frames(stream, 1000, 2000);
    expect(types(second)).toBe('7,8,5');
    expect(types(third)).toBe('1');
    expect(second[2]).not.toEqual(first[2]);
    expect(frames(stream, 2000, 11_500).filter((units) => units.length > 1)).toHaveLength(1);
  });

  it('is drawn once for all who show it', () => {
    const own = createCardPress(printLater);
    expect(frames(streamOf(lobby, own), 0, 20)).toHaveLength(0);
    frames(streamOf(lobby, own), 0, 3000);
    expect(frames(streamOf(lobby, own), 0, 20)).toHaveLength(1);
  });
});
