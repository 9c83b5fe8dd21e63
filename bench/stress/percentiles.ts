import { percentile } from '../support/statistics.ts';
import type { Percentiles } from './stress-result.ts';

export const percentilesOf = (values: readonly number[]): Percentiles => ({
  count: values.length,
  p50: percentile(values, 0.5),
  p95: percentile(values, 0.95),
  p99: percentile(values, 0.99),
});
