/** `npm run bench`: measures the figures of docs/performance.md and prints them as a table. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { dispose } from '@livekit/rtc-node';
import { format, resolveConfig } from 'prettier';
import { startLiveKitServer, type TestLiveKitServer } from '../test/support/livekit-server.ts';
import { measureAnswerTime } from './answer-time.ts';
import { measureCostPerCaller, type CostPerCaller, type CostShape } from './cost-per-caller.ts';
import { measureEncryption } from './encryption.ts';
import {
  answerTimeRows,
  costDetails,
  costRows,
  encryptionRows,
  setupRateDetails,
  setupRateRows,
  type CpuAim,
  soundTimeRows,
} from './figure-rows.ts';
import { measureSetupRate } from './setup-rate.ts';
import { measureSoundTime } from './sound-time.ts';
import { figureTable, type FigureRow } from './support/figure-table.ts';
import { describeMachine, machineLine } from './support/machine.ts';
import { withFigures } from './support/performance-page.ts';

const figures = ['answer', 'sound', 'rate', 'cost', 'encryption'] as const;
type FigureName = (typeof figures)[number];

const help = `npm run bench [-- options]      measures for about 15 minutes; keep the machine quiet

  --only NAMES   some figures only: ${figures.join(',')}
  --quick        tiny numbers, to see that it runs: its figures say nothing
  --write        puts the figures into docs/performance.md`;

interface Plan {
  readonly answer: Parameters<typeof measureAnswerTime>[1];
  readonly sound: Parameters<typeof measureSoundTime>[1];
  readonly rate: Parameters<typeof measureSetupRate>[1];
  readonly cost: Parameters<typeof measureCostPerCaller>[2];
  readonly encryption: Parameters<typeof measureEncryption>[1];
  readonly shapes: readonly (CostShape & { readonly cpuAim: CpuAim })[];
}

const shapesOf = (pairs: number, guestRooms: number, inOneRoom: number): Plan['shapes'] => [
  {
    name: 'two callers a room',
    rooms: pairs,
    callersPerRoom: 2,
    guest: false,
    cpuAim: { pct: 0.2 },
  },
  {
    name: 'one caller and one guest a room',
    rooms: guestRooms,
    callersPerRoom: 1,
    guest: true,
    cpuAim: { pct: 0.45 },
  },
  {
    name: `${inOneRoom} callers in one room`,
    rooms: 1,
    callersPerRoom: inOneRoom,
    guest: false,
    cpuAim: { timesFirst: 1.2 },
  },
];

const fullPlan: Plan = {
  answer: { calls: 200, callsPerSecond: 5 },
  sound: { calls: 40 },
  rate: { ratesPerSecond: [2, 4, 8, 12, 16, 20, 25, 30], stepMs: 4000 },
  // Node compiles what is hot in steps: what a caller costs falls for half a minute.
  cost: { warmUpMs: 30_000, windows: 4, windowMs: 5000, callsPerSecond: 8 },
  encryption: {
    ...{ rooms: 15, turns: 3, warmUpMs: 4000, windows: 3, windowMs: 3000, callsPerSecond: 8 },
  },
  // As many callers in pairs as in the one room: what a node costs at rest is shared by as many.
  shapes: shapesOf(20, 16, 40),
};

const quickPlan: Plan = {
  answer: { calls: 10, callsPerSecond: 5 },
  sound: { calls: 3 },
  rate: { ratesPerSecond: [1, 2], stepMs: 2000 },
  cost: { warmUpMs: 3000, windows: 3, windowMs: 2000, callsPerSecond: 5 },
  encryption: {
    ...{ rooms: 2, turns: 1, warmUpMs: 1000, windows: 1, windowMs: 2000, callsPerSecond: 5 },
  },
  shapes: shapesOf(3, 2, 6),
};

interface Measured {
  readonly rows: readonly FigureRow[];
  /** A table of what is behind the rows. */
  readonly details?: string;
}

const measureCost = async (livekit: TestLiveKitServer, plan: Plan): Promise<Measured> => {
  const rows: FigureRow[] = [];
  const results: CostPerCaller[] = [];
  for (const shape of plan.shapes) {
    const result = await measureCostPerCaller(livekit, shape, plan.cost);
    results.push(result);
    rows.push(...costRows(result, results[0] ?? result, shape.cpuAim));
  }
  return { rows, details: costDetails(results) };
};

const measurements: Readonly<
  Record<FigureName, (livekit: TestLiveKitServer, plan: Plan) => Promise<Measured>>
> = {
  answer: async (livekit, { answer }) => ({
    rows: answerTimeRows(await measureAnswerTime(livekit, answer)),
  }),
  sound: async (livekit, { sound }) => ({
    rows: soundTimeRows(await measureSoundTime(livekit, sound)),
  }),
  rate: async (livekit, { rate }) => {
    const result = await measureSetupRate(livekit, rate);
    return { rows: setupRateRows(result), details: setupRateDetails(result) };
  },
  cost: measureCost,
  encryption: async (livekit, { encryption }) => ({
    rows: encryptionRows(await measureEncryption(livekit, encryption)),
  }),
};

const notMeasured = (name: FigureName, error: unknown): Measured => ({
  rows: [
    {
      figure: name,
      measured: 'not measured',
      aim: '',
      met: false,
      basis: error instanceof Error ? error.message : String(error),
    },
  ],
});

/** Each figure with a gateway of its own: none inherits another's heat or garbage. */
const measureAll = async (names: readonly FigureName[], plan: Plan) => {
  const livekit = await startLiveKitServer();
  const measured: Measured[] = [];
  let isWhole = true;
  try {
    for (const name of names) {
      console.error(`measuring: ${name} …`);
      const result = await measurements[name](livekit, plan).catch((error: unknown) => {
        isWhole = false;
        return notMeasured(name, error);
      });
      measured.push(result);
    }
  } finally {
    await dispose();
    await livekit.close();
  }
  return { measured, isWhole };
};

const page = fileURLToPath(new URL('../docs/performance.md', import.meta.url));

const writePage = async (text: string): Promise<void> => {
  const changed = withFigures(await readFile(page, 'utf8'), text);
  const style = (await resolveConfig(page)) ?? {};
  await writeFile(page, await format(changed, { ...style, parser: 'markdown' }));
};

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const wanted = values.only?.split(',') ?? figures;
  const names = figures.filter((name) => wanted.includes(name));
  const canWrite = !values.quick && values.only === undefined;
  if (values.help || names.length !== wanted.length || (values.write && !canWrite)) {
    console.error(help);
    return values.help ? 0 : 2;
  }
  if (process.platform !== 'linux') {
    console.error('the bench reads /proc and runs on Linux only');
    return 2;
  }
  const { measured, isWhole } = await measureAll(names, values.quick ? quickPlan : fullPlan);
  const text = [
    machineLine(describeMachine(new Date())),
    figureTable(measured.flatMap(({ rows }) => rows)),
    ...measured.flatMap(({ details }) => (details === undefined ? [] : [details])),
  ].join('\n\n');
  console.log(await format(text, { parser: 'markdown' }));
  if (values.write && isWhole) await writePage(text);
  if (values.write && !isWhole) console.error('docs/performance.md is left as it was');
  return isWhole ? 0 : 1;
};

process.exitCode = await main();
