/** The same load on any SIP-to-LiveKit gateway: callers who dial a room each, speak and listen. */
import { setTimeout as wait } from 'node:timers/promises';
import type { CallerFarm } from '../support/farm-client.ts';
import { paced } from '../support/paced.ts';
import { measureCpu, readMemory } from '../support/process-usage.ts';
import { median, percentile } from '../support/statistics.ts';

/** A gateway, and what a caller dials to get into a room without a menu. */
export interface ComparedGateway {
  readonly name: string;
  readonly pid: number;
  /** One SIP URI a room. */
  readonly targets: readonly string[];
  close(): Promise<void>;
}

export interface ComparedFigures {
  readonly name: string;
  readonly callers: number;
  readonly answered: number;
  /** Callers to whom more than a tenth of the packets brought sound. */
  readonly hearing: number;
  /** INVITE to 200. */
  readonly answerP50Ms: number;
  readonly answerP95Ms: number;
  /** Of one core. */
  readonly cpuPctPerCaller: number;
  readonly rssMibPerCaller: number;
  readonly spacingP99Ms: number;
  readonly longestGapMs: number;
}

export interface LoadOptions {
  readonly callersPerRoom: number;
  readonly callsPerSecond: number;
  readonly warmUpMs: number;
  readonly windows: number;
  readonly windowMs: number;
}

const warmUpCallers = 4;
/** Some gateways answer only when somebody else is in the room. */
const ringLimitMs = 20_000;

export async function measureGateway(
  gateway: ComparedGateway,
  farm: CallerFarm,
  options: LoadOptions,
): Promise<ComparedFigures> {
  const { targets, pid, name } = gateway;
  const dialled = targets.flatMap((target) =>
    Array.from({ length: options.callersPerRoom }, () => target),
  );
  const notAnswered = { answered: false, cause: 'rang for too long' } as const;
  const dial = (all: readonly string[]) =>
    paced(all.length, options.callsPerSecond, (number) => {
      const caller = { key: `${name} ${number}`, target: all[number] ?? '' };
      const placed = farm.ask('place', { ...caller, voice: { kind: 'speech' } });
      return Promise.race([placed, wait(ringLimitMs, notAnswered)]);
    });
  const keys = dialled.map((_, number) => `${name} ${number}`);
  await dial(dialled.slice(0, warmUpCallers));
  await wait(3000);
  await farm.ask('hangUp', { keys: keys.slice(0, warmUpCallers) });
  await wait(3000);

  const before = await readMemory(pid);
  const outcomes = await dial(dialled);
  await wait(options.warmUpMs);
  await farm.ask('restartReports', undefined);
  const cpu = await measureCpu(pid, options.windows, options.windowMs);
  const { lines } = await farm.ask('report', undefined);
  const after = await readMemory(pid);
  await farm.ask('hangUp', { keys });
  const times = outcomes.flatMap((outcome) => (outcome.answered ? [outcome.afterMs] : []));
  const callers = dialled.length;
  return {
    ...{ name, callers, answered: times.length },
    hearing: lines.filter(
      ({ packets, soundingPackets }) => packets > 0 && soundingPackets > packets / 10,
    ).length,
    answerP50Ms: percentile(times, 0.5),
    answerP95Ms: percentile(times, 0.95),
    cpuPctPerCaller: median(cpu) / callers,
    rssMibPerCaller: (after.rssKib - before.rssKib) / 1024 / callers,
    spacingP99Ms: percentile(
      lines.map(({ spacingP99Ms }) => spacingP99Ms),
      0.99,
    ),
    longestGapMs: Math.max(...lines.map(({ longestMs }) => longestMs)),
  };
}
