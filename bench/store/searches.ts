/** What operators look for in the call log, and how long the answer takes. */
import { asCallId, asSipCallId } from '../../src/call/identifiers.ts';
import type { CallLog, CallQuery } from '../../src/call/ports/call-records.ts';
import { maskNumber } from '../../src/meeting/mask-number.ts';
import { percentile } from '../support/statistics.ts';
import {
  callIdOf,
  type CallPopulation,
  numberOf,
  sipCallIdOf,
  startOf,
  supportCodeOf,
} from './call-population.ts';

export interface SearchTime {
  readonly name: string;
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Median. */
  readonly found: number;
}

const pageLimit = 51;
const dayMs = 86_400_000;

type QueryOf = (n: number) => Omit<CallQuery, 'limit'>;

const searchesOf = (population: CallPopulation): Readonly<Record<string, QueryOf>> => ({
  'first page': () => ({}),
  'a page far back': (n) => ({
    after: { startedAt: startOf(n, population), legId: 'leg-9' as never },
  }),
  'live calls': () => ({ state: 'live' }),
  'calls that wait': () => ({ state: 'waiting' }),
  'calls that ended': () => ({ state: 'ended' }),
  'one meeting': (n) => ({ callId: asCallId(callIdOf(n, population))! }),
  'one day': (n) => ({
    from: startOf(n, population),
    to: startOf(n, population) + dayMs,
  }),
  'one result, refused': () => ({ result: 'refused' }),
  'one result, server errors of one day': (n) => ({
    result: 'server-error',
    from: startOf(n, population),
    to: startOf(n, population) + dayMs,
  }),
  'a masked number': (n) => ({ number: maskNumber(numberOf(n, population)) }),
  'a whole number': (n) => ({ wholeNumber: numberOf(n, population) }),
  'a SIP Call-ID': (n) => ({ sipCallId: asSipCallId(sipCallIdOf(n)) }),
  'a support code': (n) => ({ supportCode: supportCodeOf(n) }),
  'a whole number on one day': (n) => ({
    wholeNumber: numberOf(n, population),
    from: startOf(n, population) - 1,
    to: startOf(n, population) + dayMs,
  }),
});

/** Each of them `times` times, of calls scattered over all of the population. */
export async function measureSearches(
  calls: Pick<CallLog, 'list'>,
  population: CallPopulation,
  times: number,
): Promise<SearchTime[]> {
  const measured: SearchTime[] = [];
  for (const [name, queryOf] of Object.entries(searchesOf(population))) {
    const tookMs: number[] = [];
    const found: number[] = [];
    for (let turn = 0; turn < times; turn += 1) {
      const n = Math.floor((population.calls * (turn + 0.5)) / times);
      const startedAt = performance.now();
      const records = await calls.list({ limit: pageLimit, ...queryOf(n) });
      tookMs.push(performance.now() - startedAt);
      found.push(records.length);
    }
    measured.push({
      name,
      p50Ms: percentile(tookMs, 0.5),
      p95Ms: percentile(tookMs, 0.95),
      found: percentile(found, 0.5),
    });
  }
  return measured;
}
