/** Where the words of a card stand: wrapped, as large as they fit, cut where even small ones don't. */
import type { Card } from '../call/ports/media.ts';
import type { PictureSize } from './h264/parameter-sets.ts';

export interface PlacedLine {
  readonly text: string;
  readonly size: number;
  readonly x: number;
  readonly baseline: number;
  readonly role: 'heading' | 'line';
}

export interface CardLayout {
  readonly lines: readonly PlacedLine[];
  /** The block of text, in pixels. */
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
}

export type Measure = (text: string, size: number) => number;

const headingToLine = 1.5;
const lineHeight = 1.32;
const gapAfterHeading = 0.7;
const gapBetweenLines = 0.35;
/** From the wished size down, until all fits. */
const shrinking = [1, 0.88, 0.77, 0.67, 0.58, 0.5];

/** Breaks between words, and within one that is wider than a row. */
const wrap = (text: string, size: number, width: number, measure: Measure): string[] => {
  const rows: string[] = [];
  let row = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const longer = row === '' ? word : `${row} ${word}`;
    if (measure(longer, size) <= width) {
      row = longer;
      continue;
    }
    if (row !== '') rows.push(row);
    row = '';
    for (const character of word) {
      if (row !== '' && measure(row + character, size) > width) {
        rows.push(row);
        row = '';
      }
      row += character;
    }
  }
  return row === '' ? rows : [...rows, row];
};

interface Row {
  readonly text: string;
  readonly size: number;
  readonly role: PlacedLine['role'];
  /** From the row above, without the row's own height. */
  readonly gap: number;
}

const rowsOf = (card: Card, size: number, width: number, measure: Measure): Row[] => {
  const headingSize = size * headingToLine;
  const heading = wrap(card.heading, headingSize, width, measure).map((text): Row => ({
    text,
    size: headingSize,
    role: 'heading',
    gap: 0,
  }));
  const lines = card.lines.flatMap((line, index) =>
    wrap(line, size, width, measure).map((text, row): Row => {
      const before = index === 0 ? gapAfterHeading : gapBetweenLines;
      return { text, size, role: 'line', gap: row === 0 ? size * before : 0 };
    }),
  );
  return [...heading, ...lines];
};

const heightOf = (rows: readonly Row[]): number =>
  rows.reduce((sum, row) => sum + row.gap + row.size * lineHeight, 0);

/** As many rows as fit; the last of them says that there was more. */
const cut = (rows: readonly Row[], height: number): readonly Row[] => {
  const kept: Row[] = [];
  for (const row of rows) {
    if (kept.length > 0 && heightOf([...kept, row]) > height) break;
    kept.push(row);
  }
  const last = kept.pop();
  if (last === undefined) return rows;
  return [...kept, kept.length + 1 < rows.length ? { ...last, text: `${last.text}…` } : last];
};

export const layOutCard = (
  card: Card,
  { width, height }: PictureSize,
  measure: Measure,
): CardLayout => {
  const unit = Math.min(width / 1280, height / 720);
  // On the smallest pictures letters are as small as can be read.
  const wished = Math.max(50 * unit, 14);
  const left = Math.round(112 * unit);
  const rowWidth = width - left - Math.round(80 * unit);
  const room = height - 2 * Math.round(64 * unit);
  const attempts = shrinking.map((share) => rowsOf(card, wished * share, rowWidth, measure));
  const fitting = attempts.find((rows) => heightOf(rows) <= room);
  const rows = fitting ?? cut(attempts.at(-1) ?? [], room);
  const top = (height - heightOf(rows)) / 2;
  let at = top;
  const lines = rows.map(({ text, size, role, gap }): PlacedLine => {
    at += gap + size * lineHeight;
    return { text, size, x: left, baseline: Math.round(at - size * 0.33), role };
  });
  return { lines, left, top, bottom: at };
};
