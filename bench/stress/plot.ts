/** Line plots as SVG, with no script: they show in a mail and in a print. */

export interface PlotLine {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const [width, height, left, bottom, top, right] = [720, 240, 56, 32, 12, 160];
const colours = ['#1b6ca8', '#c2410c', '#2f7d32', '#7b3fa0', '#8a6d00', '#444444'];

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** 1, 2 or 5 times a power of ten: at most six lines up to `highest`. */
export function niceStep(highest: number): number {
  const rough = Math.max(highest, Number.MIN_VALUE) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
}

const ticksTo = (highest: number): readonly number[] => {
  const step = niceStep(highest);
  return Array.from({ length: Math.ceil(highest / step) + 1 }, (_, at) => at * step);
};

/** Begins at zero both ways. */
export function plot(
  title: string,
  unitX: string,
  unitY: string,
  lines: readonly PlotLine[],
): string {
  const points = lines.flatMap((line) => line.points);
  const ticksX = ticksTo(Math.max(1, ...points.map(({ x }) => x)));
  const ticksY = ticksTo(Math.max(1, ...points.map(({ y }) => y)));
  const [highX, highY] = [ticksX.at(-1) ?? 1, ticksY.at(-1) ?? 1];
  const x = (value: number): number => left + (value / highX) * (width - left - right);
  const y = (value: number): number => height - bottom - (value / highY) * (height - bottom - top);
  const at = (value: number): string => value.toFixed(1);
  const grid = [
    ...ticksY.map(
      (tick) =>
        `<path d="M${left} ${at(y(tick))}H${width - right}" stroke="#ddd"/>` +
        `<text x="${left - 6}" y="${at(y(tick) + 4)}" text-anchor="end">${shortly(tick)}</text>`,
    ),
    ...ticksX.map(
      (tick) =>
        `<text x="${at(x(tick))}" y="${height - bottom + 16}" text-anchor="middle">${shortly(tick)}</text>`,
    ),
  ];
  const drawn = lines.map(({ name, points: own }, number) => {
    const colour = colours[number % colours.length] ?? '#000';
    const path = own.map((point) => `${at(x(point.x))},${at(y(point.y))}`).join(' ');
    return (
      `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${path}"/>` +
      `<text x="${width - right + 8}" y="${top + 14 + 18 * number}" fill="${colour}">${escapeXml(name)}</text>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}" font-family="sans-serif" font-size="11">`,
    ...grid,
    `<text x="${width - right}" y="${height - 2}" text-anchor="end">${escapeXml(unitX)}</text>`,
    `<text x="2" y="${top}">${escapeXml(unitY)}</text>`,
    ...drawn,
    '</svg>',
  ].join('\n');
}

const shortly = (value: number): string => String(Number(value.toPrecision(3)));
