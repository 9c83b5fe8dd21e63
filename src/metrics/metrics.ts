/** All metrics of one node, for Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/). */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CallRecord } from '../call/ports/call-records.ts';
import { createCallMetrics } from './call-metrics.ts';
import { type PartSources, watchParts } from './part-metrics.ts';

export interface Metrics {
  readonly callChanged: (record: CallRecord) => void;
  readonly directoryAnswered: (outcome: string, ms: number) => void;
  /** One call of the gateway to itself; undefined: no problem. */
  readonly canaryCalled: (number: string, problem: string | undefined) => void;
  /** From here on the parts are asked too. */
  watch(sources: PartSources): void;
  readonly read: () => Promise<{ readonly contentType: string; readonly text: string }>;
}

const directoryBucketsS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 3];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const calls = createCallMetrics(registry);
  const asked = new Counter({
    name: 'ringbro_directory_requests_total',
    help: 'Questions to the outside directory, by outcome',
    labelNames: ['outcome'] as const,
    registers,
  });
  const took = new Histogram({
    name: 'ringbro_directory_request_seconds',
    help: 'How long the outside directory took',
    buckets: directoryBucketsS,
    registers,
  });

  const canary = canaryMetrics(registry);

  return {
    callChanged: calls.changed,
    directoryAnswered(outcome, ms) {
      asked.inc({ outcome });
      took.observe(ms / 1000);
    },
    canaryCalled(number, problem) {
      canary.calls.inc({ outcome: problem ?? 'well' });
      canary.up.set({ number }, problem === undefined ? 1 : 0);
    },
    watch(sources) {
      watchParts(registry, sources);
    },
    read: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

function canaryMetrics(registry: Registry) {
  const registers = [registry];
  return {
    calls: new Counter({
      name: 'ringbro_canary_calls_total',
      help: 'Calls of the gateway to itself, by outcome: well, or what went wrong',
      labelNames: ['outcome'] as const,
      registers,
    }),
    up: new Gauge({
      name: 'ringbro_canary_up',
      help: '1 where the last call of the gateway to itself on this number went well',
      labelNames: ['number'] as const,
      registers,
    }),
  };
}
