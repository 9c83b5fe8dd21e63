/** `npm run bench:store`: how fast the call log is found, and how many calls a second the store takes. */
import { join } from 'node:path';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { createCallStore } from '../../src/store/call-store.ts';
import { openPostgresDatabase, openSqliteDatabase } from '../../src/store/database.ts';
import { createNumberVault } from '../../src/store/number-vault.ts';
import { startPostgresServer } from '../../test/support/postgres-server.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { describeMachine } from '../support/machine.ts';
import { type DatabaseKind, fillCalls } from './fill.ts';
import { measureSearches } from './searches.ts';
import { measureWrites } from './writes.ts';

const help = `npm run bench:store [-- options]

  --calls N      records in the call log      [1000000]
  --times N      of each search               [100]
  --only NAMES   search,writes                [both]
  --on NAMES     sqlite,postgres              [both]`;

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '1000000' },
    times: { type: 'string', default: '100' },
    only: { type: 'string', default: 'search,writes' },
    on: { type: 'string', default: 'sqlite,postgres' },
    help: { type: 'boolean', default: false },
  },
});

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
const secret = 'a secret of the measurement, and of nothing else';

async function search(kind: DatabaseKind, folder: string, url: string): Promise<void> {
  const population = {
    calls: Number(values.calls),
    open: 500,
    until: Date.now(),
    overDays: 90,
  };
  const database = await (kind === 'sqlite'
    ? openSqliteDatabase(join(folder, 'bench.sqlite'))
    : openPostgresDatabase(url));
  const numbers = createNumberVault(secret);
  const startedAt = performance.now();
  await fillCalls(database, kind, population, numbers);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  print(
    `\n${kind}: ${population.calls} calls in ${seconds} s; load ${loadavg()[0]?.toFixed(1) ?? ''}`,
  );
  print('\n| search | p50 | p95 | found |\n| --- | --- | --- | --- |');
  const calls = createCallStore(database, numbers);
  for (const { name, p50Ms, p95Ms, found } of await measureSearches(
    calls,
    population,
    Number(values.times),
  ))
    print(`| ${name} | ${ms(p50Ms)} | ${ms(p95Ms)} | ${found} |`);
  await database.close();
}

async function writes(kind: DatabaseKind, newUrl: () => Promise<string>): Promise<void> {
  print(`\n${kind}; load ${loadavg()[0]?.toFixed(1) ?? ''}`);
  print('\n| nodes | calls at once | calls a second | rows a call | rows a second |');
  print('| --- | --- | --- | --- | --- |');
  const shapes =
    kind === 'sqlite'
      ? [[1, 1, 40] as const, [1, 256, 4_000] as const]
      : [[1, 1, 40] as const, [1, 256, 4_000] as const, [4, 64, 1_500] as const];
  for (const [nodes, atOnce, calls] of shapes) {
    const databaseUrl = kind === 'sqlite' ? undefined : await newUrl();
    const { callsPerSecond, rowsPerCall } = await measureWrites({
      databaseUrl,
      nodes,
      atOnce,
      calls,
      secret,
      settle: atOnce === 1,
    });
    const rows = rowsPerCall === undefined ? '' : rowsPerCall.toFixed(1);
    const rowsPerSecond =
      rowsPerCall === undefined ? '' : (rowsPerCall * callsPerSecond).toFixed(0);
    print(
      `| ${nodes} | ${nodes * atOnce} | ${callsPerSecond.toFixed(0)} | ${rows} | ${rowsPerSecond} |`,
    );
  }
}

if (values.help) print(help);
else {
  const machine = describeMachine(new Date());
  print(`${machine.date}: ${machine.cores} cores (${machine.cpuModel}), Node ${machine.node}`);
  const folder = await temporaryFolder();
  const server = values.on.includes('postgres')
    ? await startPostgresServer({ durable: true })
    : undefined;
  const newUrl = async (): Promise<string> => (await server?.newDatabase()) ?? '';
  try {
    for (const kind of ['sqlite', 'postgres'] as const) {
      if (!values.on.includes(kind)) continue;
      if (values.only.includes('search')) await search(kind, folder.path, await newUrl());
      if (values.only.includes('writes')) await writes(kind, newUrl);
    }
  } finally {
    await server?.close();
    await folder.remove();
  }
}
