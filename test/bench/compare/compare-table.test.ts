import { expect, test } from 'vitest';
import { compareTable } from '../../../bench/compare/compare-table.ts';
import type { ComparedFigures } from '../../../bench/compare/load.ts';

const figures = (name: string, changes: Partial<ComparedFigures> = {}): ComparedFigures => ({
  ...{ name, callers: 30, answered: 30, hearing: 30, answerP50Ms: 5, answerP95Ms: 10 },
  ...{ cpuPctPerCaller: 0.4, rssMibPerCaller: 2, spacingP99Ms: 22, longestGapMs: 25 },
  ...changes,
});

test('the other is set in proportion to us', () => {
  const table = compareTable(figures('a'), figures('b', { cpuPctPerCaller: 2.4, answered: 20 }));
  expect(table).toContain('| CPU a caller | 0.400 % of a core | 2.400 % of a core | 6.0 |');
  expect(table).toContain('| answered | 30 | 20 |  |');
});

test('what shrank or was not measured has no ratio', () => {
  const table = compareTable(
    figures('a', { rssMibPerCaller: -1 }),
    figures('b', { answerP50Ms: Number.NaN }),
  );
  expect(table).toContain('| memory a caller | -1.00 MiB | 2.00 MiB |  |');
  expect(table).toContain('| INVITE to 200, p50 | 5.0 ms | not measured |  |');
});
