/**
 * `npm run soak -- --minutes 60 --callers 120`: callers come and go for a long time and hang up at
 * every step of a call, and what the gateway holds is watched. Fails where something stays behind.
 */
import { randomInt } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { apiKey } from '../../test/e2e/support/gateway-process.ts';
import { parsePlan } from '../stress/plan.ts';
import { openScene, type Scene } from '../stress/scene.ts';
import { startCallerFarm, type CallerFarm } from '../support/farm-client.ts';
import { monotonicMs } from '../support/monotonic.ts';
import { readGauges, type GaugeSample } from './gauges.ts';
import { drawJourney, seededRandom, type Journey } from './journey.ts';
import { judgeSoak, soakReport, type SoakResult } from './soak-report.ts';

const help = `npm run soak -- [options]

  --minutes M    how long callers come and go          [60]
  --callers N    about how many are there at a time    [100]
  --seed S       the same seed, the same calls         [drawn]
  --report DIR   writes report.md and report.html there`;

/** A caller is there for about so long: the rate of new calls comes from it. */
const meanCallS = 24;
const rooms = 20;
const sampleEveryMs = 5000;
const settleMs = 15_000;

interface Scenery {
  readonly scene: Scene;
  readonly farm: CallerFarm;
  readonly open: readonly string[];
  readonly lobby: readonly string[];
  readonly outcomes: Map<string, number>;
}

const count = (outcomes: Map<string, number>, what: string): void => {
  outcomes.set(what, (outcomes.get(what) ?? 0) + 1);
};

/** One call; what the gateway did with it is in its call log. */
async function travel(
  { scene, farm, open, lobby, outcomes }: Scenery,
  key: string,
  journey: Journey,
): Promise<void> {
  const { step, stayMs, digits } = journey;
  const [gateway] = scene.gateways;
  const target = `sip:0480445511@${gateway?.sip ?? ''}`;
  const voice = { kind: 'speech' } as const;
  if (step === 'ringing') {
    await farm.ask('place', { key, target, voice, hangUpAfterMs: stayMs });
    await farm.ask('hangUp', { keys: [key] });
    count(outcomes, step);
    return;
  }
  const placed = await farm.ask('place', { key, target, voice });
  count(outcomes, placed.answered ? step : `not answered: ${placed.cause}`);
  const id = (from: readonly string[]): string => from[randomInt(from.length)] ?? '';
  if (placed.answered && step !== 'greeting') {
    await wait(500);
    const keyed = {
      digits: id(open).slice(0, digits),
      'wrong-id': '000000000',
      lobby: id(lobby),
      room: id(open),
    }[step];
    await farm.ask('press', { key, digits: keyed });
  }
  await wait(stayMs);
  await farm.ask('hangUp', { keys: [key] });
}

async function soak(minutes: number, callers: number, seed: number): Promise<SoakResult> {
  const scene = await openScene(parsePlan(['--calls', String(callers)]));
  const farm = startCallerFarm();
  const samples: GaugeSample[] = [];
  const outcomes = new Map<string, number>();
  try {
    const make = async (more: object) => (await scene.api.makeMeeting(more)).callId;
    const open = [];
    const lobby = [];
    for (let room = 0; room < rooms; room += 1) open.push(await make({}));
    for (let room = 0; room < 2; room += 1) lobby.push(await make({ admission: 'lobby' }));
    const scenery: Scenery = { scene, farm, open, lobby, outcomes };
    const since = new Date();
    const [gateway] = scene.gateways;
    if (gateway?.pid === undefined || gateway.httpUrl === undefined)
      throw new Error('no gateway of our own');
    const watched = { pid: gateway.pid, metricsUrl: `${gateway.httpUrl}/metrics`, apiKey };

    const beganAtMs = monotonicMs();
    const nowS = (): number => (monotonicMs() - beganAtMs) / 1000;
    const sampling = setInterval(() => {
      void readGauges(watched, nowS()).then((sample) => samples.push(sample));
    }, sampleEveryMs);
    const random = seededRandom(seed);
    const under = new Set<Promise<void>>();
    let number = 0;
    try {
      while (nowS() < 60 * minutes) {
        number += 1;
        const call = travel(scenery, `call ${number}`, drawJourney(random, 30_000 * minutes)).catch(
          (error: unknown) => {
            count(outcomes, error instanceof Error ? error.message : 'fault');
          },
        );
        under.add(call);
        void call.then(() => under.delete(call));
        await wait((1000 * meanCallS) / callers);
      }
      await Promise.all(under);
      await wait(settleMs);
    } finally {
      clearInterval(sampling);
    }
    const end = await readGauges(watched, nowS());
    const live = await scene.api.calls('live', since);
    const ended = await scene.api.calls('ended', since);
    const byReason: Record<string, number> = {};
    for (const { termination } of ended) {
      const why = termination?.reason ?? 'no reason';
      byReason[why] = (byReason[why] ?? 0) + 1;
    }
    return {
      ...{ minutes, callers, seed, calls: number, samples, end, byReason },
      outcomes: Object.fromEntries(outcomes),
      liveAtEnd: live.length,
    };
  } finally {
    await farm.close();
    await scene.close();
  }
}

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '60' },
      callers: { type: 'string', default: '100' },
      seed: { type: 'string' },
      report: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const [minutes, callers] = [Number(values.minutes), Number(values.callers)];
  const seed = values.seed === undefined ? randomInt(2 ** 32) : Number(values.seed);
  if (values.help || !(minutes > 0) || !(callers >= 1) || !Number.isInteger(seed)) {
    console.error(help);
    return values.help ? 0 : 2;
  }
  const result = await soak(minutes, callers, seed);
  const report = soakReport(result);
  console.log(report.markdown);
  if (values.report !== undefined) {
    await mkdir(values.report, { recursive: true });
    await writeFile(join(values.report, 'report.md'), report.markdown);
    await writeFile(join(values.report, 'report.html'), report.html);
  }
  return judgeSoak(result).every(({ kept }) => kept) ? 0 : 1;
};

process.exitCode = await main();
