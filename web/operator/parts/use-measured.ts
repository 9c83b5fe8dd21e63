import { usePage } from '../context.ts';
import { figure } from '../format.ts';
import type { Measure } from '../quality-plot.ts';
import type { PageWord } from '../words/page-words.ts';

export const measureWords: Readonly<Record<Measure, PageWord>> = {
  mos: 'mos',
  lossPct: 'loss',
  jitterMs: 'jitter',
  concealedMs: 'concealed',
};

const units: Readonly<Record<Measure, string>> = {
  mos: '',
  lossPct: ' %',
  jitterMs: ' ms',
  concealedMs: ' ms',
};

/** A figure with its unit; a dash where nobody knows. */
export function useMeasured(): (measure: Measure, value: number | undefined) => string {
  const { language } = usePage();
  return (measure, value) => {
    if (value === undefined) return '–';
    const digits = measure === 'mos' || measure === 'lossPct' ? 1 : 0;
    return `${figure(value, language, digits)}${units[measure]}`;
  };
}
