/** The generated part of docs/performance.md lies between two comments; all else is left as it is. */
export const figuresBegin = '<!-- figures: written by npm run bench -- --write -->';
export const figuresEnd = '<!-- figures end -->';

/** Throws where the page has no place for them: nothing is appended by guess. */
export const withFigures = (page: string, figures: string): string => {
  const begin = page.indexOf(figuresBegin);
  const end = page.indexOf(figuresEnd);
  if (begin < 0 || end < begin) throw new Error('the page has no place for the figures');
  return `${page.slice(0, begin)}${figuresBegin}\n\n${figures.trim()}\n\n${page.slice(end)}`;
};
