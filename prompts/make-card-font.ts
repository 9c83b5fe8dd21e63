/**
 * Writes src/cards/letters.txt, the letters of the cards that video rooms see, from the outlines of a
 * TrueType font: `npm run card-font [-- font.ttf]`.
 *
 * A line is a letter: its code point, its width, and its outline as moves (M), lines (L) and quadratic
 * curves (Q), y upwards, in 2,048ths of the font's size.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const font = process.argv[2] ?? '/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed-Bold.ttf';

/** Latin with the letters of all languages of the European Union, Cyrillic, and signs of writing. */
const ranges = [
  [0x20, 0x7e],
  [0xa1, 0x17f],
  [0x218, 0x21b],
  [0x400, 0x45f],
  [0x490, 0x491],
  [0x2013, 0x2014],
  [0x2018, 0x201e],
  [0x2022, 0x2022],
  [0x2026, 0x2026],
] as const;

interface Point {
  readonly x: number;
  readonly y: number;
  readonly isOnCurve: boolean;
}
type Contour = readonly Point[];

const file = readFileSync(font);
const tables = new Map<string, number>();
for (let at = 12; at < 12 + 16 * file.readUInt16BE(4); at += 16)
  tables.set(file.toString('latin1', at, at + 4), file.readUInt32BE(at + 8));
const table = (name: string): number => {
  const at = tables.get(name);
  if (at === undefined) throw new Error(`${font} has no ${name}: not TrueType`);
  return at;
};

const unitsPerEm = file.readUInt16BE(table('head') + 18);
const hasLongOffsets = file.readInt16BE(table('head') + 50) === 1;
const measuredGlyphs = file.readUInt16BE(table('hhea') + 34);
const scaled = (value: number): number => Math.round((value * 2048) / unitsPerEm);

/** The subtable of format 4 (the Basic Multilingual Plane). */
const characterMap = (): number => {
  const cmap = table('cmap');
  for (let i = 0; i < file.readUInt16BE(cmap + 2); i++) {
    const at = cmap + file.readUInt32BE(cmap + 4 + 8 * i + 4);
    if (file.readUInt16BE(at) === 4) return at;
  }
  throw new Error(`${font} has no character map of format 4`);
};
const map = characterMap();

const glyphOf = (codePoint: number): number => {
  const doubleSegments = file.readUInt16BE(map + 6);
  for (let i = 0; i < doubleSegments; i += 2) {
    const startAt = map + 16 + doubleSegments + i;
    if (codePoint > file.readUInt16BE(map + 14 + i)) continue;
    const start = file.readUInt16BE(startAt);
    if (codePoint < start) return 0;
    const delta = file.readUInt16BE(startAt + doubleSegments);
    const offsetAt = startAt + 2 * doubleSegments;
    const offset = file.readUInt16BE(offsetAt);
    if (offset === 0) return (codePoint + delta) & 0xffff;
    const glyph = file.readUInt16BE(offsetAt + offset + 2 * (codePoint - start));
    return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
  }
  return 0;
};

const offsetOf = (glyph: number): number =>
  hasLongOffsets
    ? file.readUInt32BE(table('loca') + 4 * glyph)
    : 2 * file.readUInt16BE(table('loca') + 2 * glyph);

const widthOf = (glyph: number): number =>
  file.readUInt16BE(table('hmtx') + 4 * Math.min(glyph, measuredGlyphs - 1));

/** Flag bits of a simple glyph: on the curve, short x, short y, repeated, x and y same or positive. */
const readFlags = (from: number, count: number): { flags: number[]; end: number } => {
  const flags: number[] = [];
  let at = from;
  while (flags.length < count) {
    const flag = file.readUInt8(at++);
    flags.push(flag);
    if ((flag & 8) === 0) continue;
    for (let repeats = file.readUInt8(at++); repeats > 0; repeats--) flags.push(flag);
  }
  return { flags, end: at };
};

const readCoordinates = (
  flags: readonly number[],
  from: number,
  shortBit: number,
  sameBit: number,
): { values: number[]; end: number } => {
  let at = from;
  let value = 0;
  const values = flags.map((flag) => {
    if ((flag & shortBit) !== 0) value += ((flag & sameBit) !== 0 ? 1 : -1) * file.readUInt8(at++);
    else if ((flag & sameBit) === 0) {
      value += file.readInt16BE(at);
      at += 2;
    }
    return value;
  });
  return { values, end: at };
};

const simpleContours = (glyph: number, contours: number): Contour[] => {
  const at = table('glyf') + offsetOf(glyph) + 10;
  const ends = Array.from({ length: contours }, (_, i) => file.readUInt16BE(at + 2 * i));
  const instructions = file.readUInt16BE(at + 2 * contours);
  const count = (ends.at(-1) ?? -1) + 1;
  const { flags, end } = readFlags(at + 2 * contours + 2 + instructions, count);
  const xs = readCoordinates(flags, end, 2, 16);
  const ys = readCoordinates(flags, xs.end, 4, 32);
  const points = flags.map((flag, i) => ({
    x: xs.values[i] ?? 0,
    y: ys.values[i] ?? 0,
    isOnCurve: (flag & 1) === 1,
  }));
  return ends.map((last, i) => points.slice(i === 0 ? 0 : (ends[i - 1] ?? 0) + 1, last + 1));
};

/** A letter made of others: an A and its ring, say. */
const composedContours = (glyph: number): Contour[] => {
  const contours: Contour[] = [];
  let at = table('glyf') + offsetOf(glyph) + 10;
  for (let more = true; more;) {
    const flags = file.readUInt16BE(at);
    const part = file.readUInt16BE(at + 2);
    at += 4;
    const areWords = (flags & 1) !== 0;
    const dx = areWords ? file.readInt16BE(at) : file.readInt8(at);
    const dy = areWords ? file.readInt16BE(at + 2) : file.readInt8(at + 1);
    at += areWords ? 4 : 2;
    const fixed = (from: number): number => file.readInt16BE(from) / 16384;
    let [xx, xy, yx, yy] = [1, 0, 0, 1];
    if ((flags & 8) !== 0) {
      [xx, yy] = [fixed(at), fixed(at)];
      at += 2;
    } else if ((flags & 0x40) !== 0) {
      [xx, yy] = [fixed(at), fixed(at + 2)];
      at += 4;
    } else if ((flags & 0x80) !== 0) {
      [xx, xy, yx, yy] = [fixed(at), fixed(at + 2), fixed(at + 4), fixed(at + 6)];
      at += 8;
    }
    for (const contour of contoursOf(part))
      contours.push(
        contour.map(({ x, y, isOnCurve }) => ({
          x: x * xx + y * yx + dx,
          y: x * xy + y * yy + dy,
          isOnCurve,
        })),
      );
    more = (flags & 0x20) !== 0;
  }
  return contours;
};

function contoursOf(glyph: number): Contour[] {
  if (offsetOf(glyph) === offsetOf(glyph + 1)) return [];
  const contours = file.readInt16BE(table('glyf') + offsetOf(glyph));
  return contours < 0 ? composedContours(glyph) : simpleContours(glyph, contours);
}

const middle = (a: Point, b: Point): Point => ({
  x: (a.x + b.x) / 2,
  y: (a.y + b.y) / 2,
  isOnCurve: true,
});

/** Between two points off the curve lies one on it that the font leaves out. */
const withMiddles = (contour: Contour): Contour =>
  contour.flatMap((point, i) => {
    const next = contour[(i + 1) % contour.length] ?? point;
    return point.isOnCurve || next.isOnCurve ? [point] : [point, middle(point, next)];
  });

const pathOf = (contour: Contour): string => {
  const points = withMiddles(contour);
  const first = points.findIndex((point) => point.isOnCurve);
  const round = [...points.slice(first), ...points.slice(0, first + 1)];
  const [start, ...rest] = round;
  if (start === undefined) return '';
  const pair = ({ x, y }: Point): string => `${scaled(x)} ${scaled(y)}`;
  let path = `M ${pair(start)}`;
  for (let i = 0; i < rest.length; i++) {
    const point = rest[i];
    if (point === undefined) break;
    if (point.isOnCurve) path += ` L ${pair(point)}`;
    else path += ` Q ${pair(point)} ${pair(rest[++i] ?? start)}`;
  }
  return path;
};

const lines: string[] = [];
for (const [from, to] of ranges) {
  for (let codePoint = from; codePoint <= to; codePoint++) {
    const glyph = glyphOf(codePoint);
    if (glyph === 0) continue;
    const path = contoursOf(glyph).map(pathOf).join(' ');
    lines.push(`${codePoint.toString(16)} ${scaled(widthOf(glyph))} ${path}`.trimEnd());
  }
}
writeFileSync(new URL('../src/cards/letters.txt', import.meta.url), `${lines.join('\n')}\n`);
console.log(`${lines.length} letters`);
