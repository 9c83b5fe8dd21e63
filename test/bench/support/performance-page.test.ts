import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { figuresBegin, figuresEnd, withFigures } from '../../../bench/support/performance-page.ts';

test('new figures take the place of the old ones and leave the rest alone', () => {
  const page = `before\n\n${figuresBegin}\n\nold\n\n${figuresEnd}\n\nafter\n`;
  const written = withFigures(page, 'new');
  expect(written).toBe(`before\n\n${figuresBegin}\n\nnew\n\n${figuresEnd}\n\nafter\n`);
  expect(withFigures(written, 'newer')).toContain('newer');
});

test('a page without a place for them is an error', () => {
  expect(() => withFigures(`${figuresEnd} ${figuresBegin}`, 'new')).toThrow('no place');
});

test('the page of the project has a place for them', async () => {
  const page = await readFile('docs/performance.md', 'utf8');
  expect(withFigures(page, 'measured')).toContain('measured');
});
