/** Calls from their start to their end through journal, follower and database, seats included. */
import { sql } from 'kysely';
import { asCallId, asLegId } from '../../src/call/identifiers.ts';
import type { CallRecord } from '../../src/call/ports/call-records.ts';
import { openPostgresDatabase } from '../../src/store/database.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { processClock } from '../../src/process-clock.ts';
import { temporaryFolder } from '../../test/support/temporary-folder.ts';
import { meetingDraft, silentLogger } from '../../test/store/records.ts';
import { callOf, type CallPopulation } from './call-population.ts';

export interface WriteShape {
  /** Undefined: SQLite. */
  readonly databaseUrl: string | undefined;
  readonly nodes: number;
  /** Calls of each node that are on at a time. */
  readonly atOnce: number;
  /** In all, of each node. */
  readonly calls: number;
  readonly secret: string;
  /** Each change reaches the database before the next, as with calls that take their time. */
  readonly settle: boolean;
}

export interface WriteRate {
  readonly callsPerSecond: number;
  /** Rows that the database wrote for each call; undefined: it does not count them. */
  readonly rowsPerCall: number | undefined;
}

const meetingsPerNode = 50;
const callIdOfMeeting = (node: number, n: number) =>
  asCallId(String(100_000_000 + node * 1_000 + (n % meetingsPerNode)))!;

export async function measureWrites(shape: WriteShape): Promise<WriteRate> {
  const folders = await Promise.all(Array.from({ length: shape.nodes }, () => temporaryFolder()));
  const stores = [];
  for (const [node, folder] of folders.entries())
    stores.push(await openNode(shape, node, folder.path));
  for (const [node, store] of stores.entries())
    for (let n = 0; n < meetingsPerNode; n += 1)
      await store.meetings.create(meetingDraft({ callId: callIdOfMeeting(node, n) }));
  const before = await rowsWritten(shape.databaseUrl);
  const startedAt = performance.now();
  await Promise.all(stores.map((store, node) => runNode(store, node, shape)));
  const seconds = (performance.now() - startedAt) / 1000;
  for (const store of stores) await store.close();
  const after = await rowsWritten(shape.databaseUrl);
  for (const folder of folders) await folder.remove();
  const calls = shape.nodes * shape.calls;
  return {
    callsPerSecond: calls / seconds,
    rowsPerCall: before === undefined || after === undefined ? undefined : (after - before) / calls,
  };
}

const openNode = (shape: WriteShape, node: number, folder: string): Promise<Store> =>
  openStore({
    folder,
    databaseUrl: shape.databaseUrl,
    nodeId: `node-${node}`,
    pinSecret: shape.secret,
    makeCallId: () => callIdOfMeeting(node, 0),
    clock: processClock,
    logger: silentLogger,
  });

async function runNode(store: Store, node: number, shape: WriteShape): Promise<void> {
  let next = 0;
  const population = { calls: shape.calls, open: 0, until: Date.now(), overDays: 1 };
  const stored = async (): Promise<void> => {
    while (store.journal.backlog() > 0) await new Promise((done) => setImmediate(done));
  };
  const caller = async (): Promise<void> => {
    while (next < shape.calls) {
      const n = next;
      next += 1;
      await oneCall(store, node, n, population, shape.settle ? stored : () => Promise.resolve());
    }
  };
  await Promise.all(Array.from({ length: shape.atOnce }, caller));
  await stored();
}

/** Answered, identified, waiting, joined, with figures while it is in, over. */
async function oneCall(
  store: Store,
  node: number,
  n: number,
  population: CallPopulation,
  step: () => Promise<void>,
): Promise<void> {
  const legId = asLegId(`leg-${node}-${n}`);
  const callId = callIdOfMeeting(node, n);
  const ended: CallRecord = { ...callOf(n, population, store.numbers), legId, callId };
  const open: CallRecord = { ...ended, endedAt: undefined, termination: undefined, state: 'ivr' };
  await store.journal.begin(open);
  await step();
  store.journal.update({ ...open, state: 'waiting' });
  await step();
  await store.meetings.takeSeat(callId, legId);
  store.journal.update({ ...open, state: 'joined' });
  await step();
  await store.meetings.releaseSeat(legId);
  await store.journal.end(ended);
  await step();
}

/** PostgreSQL counts; a moment late. */
async function rowsWritten(databaseUrl: string | undefined): Promise<number | undefined> {
  if (databaseUrl === undefined) return undefined;
  await new Promise((done) => setTimeout(done, 1_500));
  const database = await openPostgresDatabase(databaseUrl);
  const { rows } = await sql<{ written: number | string }>`
    select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::float8 as written
    from pg_stat_user_tables where relname in ('calls', 'seats', 'meetings')`.execute(
    database.main,
  );
  await database.close();
  return Number(rows[0]?.written ?? 0);
}
