import { setTimeout as wait } from 'node:timers/promises';
import { monotonicMs } from './monotonic.ts';

/**
 * Begins `count` jobs at an even rate and resolves when all are done. The schedule is absolute, so
 * that the rate is kept whatever a timer is late by.
 */
export const paced = async <T>(
  count: number,
  perSecond: number,
  begin: (number: number) => Promise<T>,
): Promise<readonly T[]> => {
  const beganAtMs = monotonicMs();
  const jobs: Promise<T>[] = [];
  for (let number = 0; number < count; number += 1) {
    const dueInMs = beganAtMs + (1000 * number) / perSecond - monotonicMs();
    if (dueInMs > 0) await wait(dueInMs);
    jobs.push(begin(number));
  }
  return Promise.all(jobs);
};
