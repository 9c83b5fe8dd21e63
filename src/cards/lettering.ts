/** The letters of the cards: how wide they are, and how they look at any size. */
import { readFileSync } from 'node:fs';
import { fillOutline, type Bitmap, type OutlineStep } from './outline.ts';

export interface Lettering {
  /** In pixels, at a size in pixels. */
  readonly widthOf: (text: string, size: number) => number;
  /** Calls back for each letter with its bitmap, whose left upper corner is at `x`, `y`. */
  draw(
    text: string,
    size: number,
    x: number,
    baseline: number,
    put: (bitmap: Bitmap, x: number, y: number) => void,
  ): void;
}

interface Letter {
  readonly width: number;
  readonly outline: readonly OutlineStep[];
}

/** Of the outlines, to a font's size. */
const unitsPerEm = 2048;

const parseOutline = (words: readonly string[]): OutlineStep[] => {
  const steps: OutlineStep[] = [];
  for (let at = 0; at < words.length;) {
    const kind = words[at];
    const [a = 0, b = 0, c = 0, d = 0] = words.slice(at + 1, at + 5).map(Number);
    if (kind === 'Q') steps.push({ kind: 'curve', controlX: a, controlY: b, x: c, y: d });
    else steps.push({ kind: kind === 'M' ? 'move' : 'line', x: a, y: b });
    at += kind === 'Q' ? 5 : 3;
  }
  return steps;
};

const parseLetter = (line: string): Letter => {
  const [, width = '', ...words] = line.split(' ');
  return { width: Number(width), outline: parseOutline(words) };
};

const noLetter: Letter = { width: 0, outline: [] };

/** Reads letters.txt, whose form is told in the script that writes it; a letter is parsed when it is met. */
export const createLettering = (): Lettering => {
  const text = readFileSync(new URL('letters.txt', import.meta.url), 'utf8');
  const lines = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    lines.set(String.fromCodePoint(Number.parseInt(line, 16)), line);
  }
  const letters = new Map<string, Letter>();
  const letterOf = (character: string): Letter | undefined => {
    const known = letters.get(character);
    const line = lines.get(character);
    if (known !== undefined || line === undefined) return known;
    const letter = parseLetter(line);
    letters.set(character, letter);
    return letter;
  };
  /** What we have no letter for: without its marks, else a question mark. */
  const lettersOf = (words: string): Letter[] =>
    Array.from(words.normalize('NFC'), (character) => {
      const [base = ''] = character.normalize('NFD');
      return letterOf(character) ?? letterOf(base) ?? letterOf('?') ?? noLetter;
    });
  return {
    widthOf: (words, size) =>
      lettersOf(words).reduce((sum, { width }) => sum + width, 0) * (size / unitsPerEm),
    draw: (words, size, x, baseline, put) => {
      const scale = size / unitsPerEm;
      let at = x;
      for (const { width, outline } of lettersOf(words)) {
        const filled = fillOutline(outline, scale, at, baseline);
        if (filled !== undefined) put(filled.bitmap, filled.x, filled.y);
        at += width * scale;
      }
    },
  };
};
