/**
 * What a caller costs: CPU of the gateway process (all its threads, user and system) and growth of
 * its memory, beside the bare UDP floor under the same callers in the same run. Callers dial the
 * call ID itself and speak from then on, 50 packets a second each way.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { TestLiveKitServer } from '../test/support/livekit-server.ts';
import { startCallerFarm, type CallerFarm } from './support/farm-client.ts';
import type { FarmReport } from './support/farm-protocol.ts';
import {
  startGatewayUnderTest,
  type BenchMeeting,
  type GatewayUnderTest,
} from './support/gateway-under-test.ts';
import { paced } from './support/paced.ts';
import { measureCpu, readMemory } from './support/process-usage.ts';
import { enterRoom, type RoomGuest } from './support/room-guest.ts';
import { longGapMs } from './support/spacing-record.ts';
import { median, percentile } from './support/statistics.ts';
import type { FloorPorts } from './udp-floor.ts';

export interface CostShape {
  readonly name: string;
  readonly rooms: number;
  readonly callersPerRoom: number;
  /** Whether a guest is in each room, who speaks a tone in Opus and hears the callers. */
  readonly guest: boolean;
}

export interface CostOptions {
  readonly warmUpMs: number;
  readonly windows: number;
  readonly windowMs: number;
  readonly callsPerSecond: number;
}

export interface CostPerCaller {
  readonly shape: CostShape;
  readonly callers: number;
  readonly joined: number;
  readonly failures: readonly string[];
  /** Percent of one core a caller, median of the windows. */
  readonly cpuPct: number;
  readonly cpuPctLowest: number;
  readonly cpuPctHighest: number;
  readonly floorCpuPct: number;
  /** The gateway after the warm-up calls, with no call. Part of `cpuPct`, shared by the callers. */
  readonly atRestPct: number;
  readonly ratioToFloor: number;
  /** Growth since before the callers came, after the warm-up calls, divided by the callers. */
  readonly rssKib: number;
  readonly pssKib: number;
  /** Over the windows, at the callers' ears. */
  readonly sound: SoundAtCallers;
  /** The same load against the floor: what the measuring process itself makes of even spacing. */
  readonly floorSound: SoundAtCallers;
}

export interface SoundAtCallers {
  /** Callers to whom more than a tenth of the packets brought sound. */
  readonly hearing: number;
  /** 99 of 100 callers had a p99 of RTP spacing of at most this. */
  readonly spacingP99Ms: number;
  readonly longestGapMs: number;
  readonly callersWithLongGap: number;
  readonly ownLatenessMs: number;
}

const warmUpCallers = 4;
const guestTone = { hz: 1700, levelDbfs: -20 };
const floorProgram = fileURLToPath(new URL('udp-floor.ts', import.meta.url));

const soundOf = ({ lines, ownLatenessMs }: FarmReport): SoundAtCallers => ({
  hearing: lines.filter(({ packets, soundingPackets }) => soundingPackets > packets / 10).length,
  spacingP99Ms: percentile(
    lines.map(({ spacingP99Ms }) => spacingP99Ms),
    0.99,
  ),
  longestGapMs: Math.max(...lines.map(({ longestMs }) => longestMs)),
  callersWithLongGap: lines.filter(({ longestMs }) => longestMs > longGapMs).length,
  ownLatenessMs,
});

/** Dials the call IDs one after another at the rate; returns what went wrong. */
const dialAll = async (
  gateway: GatewayUnderTest,
  farm: CallerFarm,
  callIds: readonly string[],
  callsPerSecond: number,
): Promise<{ readonly keys: readonly string[]; readonly failures: readonly string[] }> => {
  const keys = callIds.map((_, number) => `caller ${number}`);
  const outcomes = await paced(callIds.length, callsPerSecond, (number) => {
    const [key, target] = [keys[number] ?? '', gateway.target(callIds[number] ?? '')];
    return farm.ask('place', { key, target, voice: { kind: 'speech' } });
  });
  return {
    keys,
    failures: outcomes.flatMap((outcome) => (outcome.answered ? [] : [outcome.cause])),
  };
};

const callIdsOf = (meetings: readonly BenchMeeting[], perRoom: number): string[] =>
  meetings.flatMap(({ callId }) => Array.from({ length: perRoom }, () => callId));

/** A few whole calls first: code is compiled, codecs are loaded, and none of that is a caller's cost. */
const warmUpGateway = async (
  gateway: GatewayUnderTest,
  farm: CallerFarm,
  meetings: readonly BenchMeeting[],
  { callersPerRoom }: CostShape,
  { callsPerSecond }: CostOptions,
): Promise<void> => {
  const callIds = callIdsOf(meetings, callersPerRoom).slice(0, warmUpCallers);
  const { keys } = await dialAll(gateway, farm, callIds, callsPerSecond);
  await gateway.joined(callIds.length, 15_000);
  await wait(3000);
  await farm.ask('hangUp', { keys });
  await gateway.idle(15_000);
  await wait(2000);
};

/** The shape's callers at a gateway of its own, and what that and livekit-server use meanwhile. */
export const measureGateway = async (
  livekit: TestLiveKitServer,
  farm: CallerFarm,
  shape: CostShape,
  options: CostOptions,
  env: Readonly<Record<string, string>> = {},
) => {
  const gateway = await startGatewayUnderTest(livekit, env);
  const livekitPid = livekit.pid();
  const cpuOfLivekit = async (windows: number): Promise<readonly number[]> =>
    livekitPid === undefined ? [] : measureCpu(livekitPid, windows, options.windowMs);
  const guests: RoomGuest[] = [];
  try {
    const meetings: BenchMeeting[] = [];
    for (let number = 0; number < shape.rooms; number += 1) {
      meetings.push(await gateway.makeMeeting());
    }
    for (const [number, { room }] of shape.guest ? meetings.entries() : []) {
      const identity = `guest ${number}`;
      guests.push(await enterRoom({ ...livekit, room, identity, tone: guestTone }));
    }
    await warmUpGateway(gateway, farm, meetings, shape, options);
    const [atRest, livekitAtRest] = await Promise.all([
      measureCpu(gateway.pid, 1, options.windowMs),
      cpuOfLivekit(1),
    ]);
    const before = await readMemory(gateway.pid);
    const callIds = callIdsOf(meetings, shape.callersPerRoom);
    const { keys, failures } = await dialAll(gateway, farm, callIds, options.callsPerSecond);
    const joined = await gateway.joined(callIds.length, 20_000);
    await wait(options.warmUpMs);
    await farm.ask('restartReports', undefined);
    const [cpu, livekitCpu] = await Promise.all([
      measureCpu(gateway.pid, options.windows, options.windowMs),
      cpuOfLivekit(options.windows),
    ]);
    const report = await farm.ask('report', undefined);
    const after = await readMemory(gateway.pid);
    await farm.ask('hangUp', { keys });
    const lost = report.lines.filter(({ ended }) => ended).length;
    return {
      joined,
      failures: [...failures, ...Array.from({ length: lost }, () => 'ended by the gateway')],
      cpu,
      atRestPct: median(atRest),
      livekitPct: median(livekitCpu) - median(livekitAtRest),
      restRssKib: before.rssKib,
      rssKib: after.rssKib - before.rssKib,
      pssKib: after.pssKib - before.pssKib,
      sound: soundOf(report),
    };
  } finally {
    for (const guest of guests) await guest.leave();
    await gateway.stop();
  }
};

const measureFloor = async (farm: CallerFarm, shape: CostShape, options: CostOptions) => {
  const callers = shape.rooms * shape.callersPerRoom;
  const floor = fork(floorProgram, [String(callers)]);
  const exited = once(floor, 'exit');
  try {
    const [ports] = (await once(floor, 'message')) as [FloorPorts];
    if (floor.pid === undefined) throw new Error('the floor has no process');
    await farm.ask('startUdp', { ...ports, address: '127.0.0.1', roomSpeaks: shape.guest });
    await wait(options.warmUpMs);
    await farm.ask('restartReports', undefined);
    const cpu = await measureCpu(floor.pid, options.windows, options.windowMs);
    const sound = soundOf(await farm.ask('report', undefined));
    await farm.ask('stopUdp', undefined);
    return { cpu, sound };
  } finally {
    floor.disconnect();
    await exited;
  }
};

export const measureCostPerCaller = async (
  livekit: TestLiveKitServer,
  shape: CostShape,
  options: CostOptions,
): Promise<CostPerCaller> => {
  const farm = startCallerFarm();
  try {
    const floor = await measureFloor(farm, shape, options);
    const gateway = await measureGateway(livekit, farm, shape, options);
    const callers = shape.rooms * shape.callersPerRoom;
    const cpuPct = median(gateway.cpu) / callers;
    const floorCpuPct = median(floor.cpu) / callers;
    return {
      shape,
      callers,
      joined: gateway.joined,
      failures: gateway.failures,
      cpuPct,
      cpuPctLowest: Math.min(...gateway.cpu) / callers,
      cpuPctHighest: Math.max(...gateway.cpu) / callers,
      floorCpuPct,
      atRestPct: gateway.atRestPct,
      ratioToFloor: cpuPct / floorCpuPct,
      rssKib: gateway.rssKib / callers,
      pssKib: gateway.pssKib / callers,
      sound: gateway.sound,
      floorSound: floor.sound,
    };
  } finally {
    await farm.close();
  }
};
