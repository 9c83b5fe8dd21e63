/** INVITE to 200: what a caller waits for the answer, while calls come at a steady rate. */
import { setTimeout as wait } from 'node:timers/promises';
import type { TestLiveKitServer } from '../test/support/livekit-server.ts';
import type { PlaceOutcome } from './support/farm-protocol.ts';
import { startCallerFarm } from './support/farm-client.ts';
import { startGatewayUnderTest } from './support/gateway-under-test.ts';
import { paced } from './support/paced.ts';
import { percentile } from './support/statistics.ts';

export interface AnswerTimeOptions {
  readonly calls: number;
  readonly callsPerSecond: number;
}

export interface AnswerTime {
  readonly calls: number;
  readonly callsPerSecond: number;
  /** From handing the INVITE to the caller's socket to its 200 read by the caller. Of the answered calls. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failures: readonly string[];
}

/** Calls before the counted ones, whose times are left out: code is compiled, files are open. */
const warmUpCalls = 5;
const inIvrMs = 2000;

export const measureAnswerTime = async (
  livekit: TestLiveKitServer,
  { calls, callsPerSecond }: AnswerTimeOptions,
): Promise<AnswerTime> => {
  const gateway = await startGatewayUnderTest(livekit);
  const farm = startCallerFarm();
  const call = async (key: string): Promise<PlaceOutcome> => {
    const target = gateway.target('0480000000');
    const outcome = await farm.ask('place', { key, target, voice: { kind: 'speech' } });
    await wait(inIvrMs);
    await farm.ask('hangUp', { keys: [key] });
    return outcome;
  };
  try {
    const placed = await paced(warmUpCalls + calls, callsPerSecond, (number) =>
      call(`call ${number}`),
    );
    const outcomes = placed.slice(warmUpCalls);
    const times = outcomes.flatMap((outcome) => (outcome.answered ? [outcome.afterMs] : []));
    return {
      calls,
      callsPerSecond,
      p50Ms: percentile(times, 0.5),
      p99Ms: percentile(times, 0.99),
      failures: outcomes.flatMap((outcome) => (outcome.answered ? [] : [outcome.cause])),
    };
  } finally {
    await farm.close();
    await gateway.stop();
  }
};
