/**
 * CSV that a spreadsheet opens as it is meant: RFC 4180 with every field quoted, UTF-8 with a mark
 * (Excel takes it for another encoding without), and nothing in it that is computed.
 */

export type Cell = string | number | boolean | null;

/**
 * What a spreadsheet takes for a formula gets an apostrophe before it: those that begin so, also
 * after blanks, and full-width forms (https://owasp.org/www-community/attacks/CSV_Injection).
 */
const looksLikeFormula = /^\s*[=+\-@\t\r\n＝＋－＠|%]/u;

export const byteOrderMark = '\uFEFF';

function cellText(cell: Cell): string {
  if (cell === null) return '""';
  const text = String(cell).replaceAll('\0', '');
  const safe = typeof cell === 'string' && looksLikeFormula.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

export const csvLine = (cells: readonly Cell[], separator: ',' | ';' | '\t'): string =>
  `${cells.map(cellText).join(separator)}\r\n`;
