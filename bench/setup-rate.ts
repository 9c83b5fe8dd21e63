/**
 * Calls a second that can be set up without a gap for those in a call. Ten callers, two a room,
 * are in calls and note the spacing of the RTP they get, while others dial meetings at a rising
 * rate, join, stay a while and hang up. The dialling is done by a second process, so that its work
 * delays no measuring one.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { TestLiveKitServer } from '../test/support/livekit-server.ts';
import { startCallerFarm, type CallerFarm } from './support/farm-client.ts';
import { startGatewayUnderTest, type GatewayUnderTest } from './support/gateway-under-test.ts';
import { paced } from './support/paced.ts';
import { longGapMs } from './support/spacing-record.ts';
import { percentile } from './support/statistics.ts';

export interface SetupRateOptions {
  readonly ratesPerSecond: readonly number[];
  readonly stepMs: number;
}

/** One rate, kept up for a while. */
export interface SetupStep {
  readonly ratePerSecond: number;
  readonly dialled: number;
  readonly joined: number;
  /** From the INVITE's arrival to the caller being in the room, by the gateway's call log. */
  readonly joinP95Ms: number;
  /** Longest spacing of RTP packets that any of the callers in a call met. */
  readonly longestGapMs: number;
  readonly longGaps: number;
  /** How late the measuring process itself woke up at worst: its share of the gap. */
  readonly ownLatenessMs: number;
  readonly callsLost: number;
  readonly passed: boolean;
}

export interface SetupRate {
  readonly callersInCalls: number;
  readonly inCallJoined: number;
  /** The highest rate below which, itself included, every rate passed; 0 where none did. */
  readonly highestPassedPerSecond: number;
  readonly steps: readonly SetupStep[];
}

const callersInCalls = 10;
const stayMs = 3000;
/** Set-ups that are not in the room by the end of their stay have failed. */
const settleMs = 2000;
const warmUpCalls = 4;

interface Scene {
  readonly gateway: GatewayUnderTest;
  readonly talking: CallerFarm;
  readonly dialling: CallerFarm;
}

const place = (farm: CallerFarm, gateway: GatewayUnderTest, key: string, callId: string) =>
  farm.ask('place', { key, target: gateway.target(callId), voice: { kind: 'speech' } });

/** Dials `count` calls at the rate, two to a meeting; resolves when the last has hung up. */
const dialAtRate = async (
  { gateway, dialling }: Scene,
  callIds: readonly string[],
  ratePerSecond: number,
) => {
  await paced(callIds.length, ratePerSecond, async (number) => {
    const key = `set-up ${number}`;
    await place(dialling, gateway, key, callIds[number] ?? '');
    await wait(stayMs);
    await dialling.ask('hangUp', { keys: [key] });
  });
};

const runStep = async (scene: Scene, ratePerSecond: number, stepMs: number): Promise<SetupStep> => {
  const { gateway, talking } = scene;
  const dialled = Math.max(2, Math.round((ratePerSecond * stepMs) / 1000));
  const meetings = await Promise.all(
    Array.from({ length: Math.ceil(dialled / 2) }, () => gateway.makeMeeting()),
  );
  const callIds = meetings.flatMap(({ callId }) => [callId, callId]).slice(0, dialled);
  await talking.ask('restartReports', undefined);
  await dialAtRate(scene, callIds, ratePerSecond);
  const { lines, ownLatenessMs } = await talking.ask('report', undefined);

  await wait(settleMs);
  const ended = await gateway.calls('ended');
  const ours = ended.filter(({ callId }) => callId !== null && callIds.includes(callId));
  const joinTimes = ours.flatMap(({ startedAt, joinedAt }) =>
    joinedAt === null ? [] : [Date.parse(joinedAt) - Date.parse(startedAt)],
  );
  const longestGapMs = Math.max(...lines.map(({ longestMs }) => longestMs));
  const callsLost = lines.filter((line) => line.ended).length;
  return {
    ratePerSecond,
    dialled,
    joined: joinTimes.length,
    joinP95Ms: percentile(joinTimes, 0.95),
    longestGapMs,
    longGaps: lines.reduce((sum, { longGaps }) => sum + longGaps, 0),
    ownLatenessMs,
    callsLost,
    passed: longestGapMs <= longGapMs && joinTimes.length === dialled && callsLost === 0,
  };
};

const takePlaces = async ({ gateway, talking, dialling }: Scene): Promise<number> => {
  const warmUp = await gateway.makeMeeting();
  for (let number = 0; number < warmUpCalls; number += 1) {
    await place(dialling, gateway, `warm-up ${number}`, warmUp.callId);
  }
  await gateway.joined(warmUpCalls, 10_000);
  await dialling.ask('hangUp', {
    keys: Array.from({ length: warmUpCalls }, (_, number) => `warm-up ${number}`),
  });
  await gateway.idle(10_000);
  for (let room = 0; room < callersInCalls / 2; room += 1) {
    const { callId } = await gateway.makeMeeting();
    for (const seat of [1, 2]) await place(talking, gateway, `talking ${room}.${seat}`, callId);
  }
  return gateway.joined(callersInCalls, 15_000);
};

/** Rates rise until one fails twice. A failure that does not repeat is shown among the steps. */
export const measureSetupRate = async (
  livekit: TestLiveKitServer,
  { ratesPerSecond, stepMs }: SetupRateOptions,
): Promise<SetupRate> => {
  const gateway = await startGatewayUnderTest(livekit);
  const scene: Scene = { gateway, talking: startCallerFarm(), dialling: startCallerFarm() };
  try {
    const inCallJoined = await takePlaces(scene);
    const steps: SetupStep[] = [];
    let highestPassedPerSecond = 0;
    for (const rate of ratesPerSecond) {
      let step = await runStep(scene, rate, stepMs);
      steps.push(step);
      if (!step.passed) {
        step = await runStep(scene, rate, stepMs);
        steps.push(step);
      }
      if (!step.passed) break;
      highestPassedPerSecond = rate;
    }
    return { callersInCalls, inCallJoined, highestPassedPerSecond, steps };
  } finally {
    await scene.talking.close();
    await scene.dialling.close();
    await gateway.stop();
  }
};
