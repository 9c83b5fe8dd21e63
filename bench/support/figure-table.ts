/** One line of the table. */
export interface FigureRow {
  readonly figure: string;
  readonly measured: string;
  /** Empty where there is no aim. */
  readonly aim: string;
  /** undefined where there is no aim to meet. */
  readonly met: boolean | undefined;
  /** What the number rests on: how many, how long, what failed. */
  readonly basis: string;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

export const markdownTable = (
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string => {
  const lines = [header, header.map(() => '---'), ...rows];
  return lines.map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');
};

export const figureTable = (rows: readonly FigureRow[]): string =>
  markdownTable(
    ['figure', 'measured', 'aim', 'met', 'basis'],
    rows.map(({ figure, measured, aim, met, basis }) => [
      figure,
      measured,
      aim,
      met === undefined ? '' : met ? 'yes' : 'no',
      basis,
    ]),
  );

/** A number as the table shows it; what could not be measured says so. */
export const shown = (value: number, digits: number, unit: string): string =>
  Number.isFinite(value) ? `${value.toFixed(digits)} ${unit}`.trim() : 'not measured';
