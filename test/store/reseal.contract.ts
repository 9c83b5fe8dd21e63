/** Everything sealed anew after the secret was replaced, over any database of the store. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { asCallId, asLegId } from '../../src/call/identifiers.ts';
import { openPostgresDatabase, openSqliteDatabase } from '../../src/store/database.ts';
import { createNumberVault } from '../../src/store/number-vault.ts';
import { resealAll, type Resealed } from '../../src/store/reseal.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { createManualClock } from './manual-clock.ts';
import { endedRecord, meetingDraft, silentLogger } from './records.ts';

const callId = asCallId('123123123')!;
const number = '+46701234567';
/** @param newUrl of an empty database of its own for each test; undefined: SQLite */
export function resealContract(newUrl: () => Promise<string | undefined>): void {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let databaseUrl: string | undefined;
  beforeEach(async () => {
    folder = await temporaryFolder();
    databaseUrl = await newUrl();
  });
  afterEach(() => folder.remove());

  const open = (pinSecret: string): Promise<Store> =>
    openStore({
      folder: folder.path,
      databaseUrl,
      nodeId: 'node-a',
      pinSecret,
      makeCallId: () => callId,
      clock: createManualClock(),
      logger: silentLogger,
    });

  const reseal = async (secrets: string): Promise<readonly Resealed[]> => {
    const database =
      databaseUrl === undefined
        ? await openSqliteDatabase(join(folder.path, 'ringbro.sqlite'))
        : await openPostgresDatabase(databaseUrl);
    try {
      // One row a batch: the places between batches are tried, too.
      return await resealAll({ database, secrets, batch: 1 });
    } finally {
      await database.close();
    }
  };

  async function fill(secret: string): Promise<void> {
    const store = await open(secret);
    await store.meetings.create(meetingDraft({ guestPin: '4711', hostPin: '9024' }));
    await store.invitees.add(callId, {
      name: 'Karin Ek',
      organisation: undefined,
      role: 'guest',
      interpreterId: undefined,
      language: undefined,
      slowKeys: false,
      phoneNumber: number,
      protectedIdentity: false,
      seatKept: false,
      mayBeTwoLegs: false,
      pin: '3232',
    });
    const hook = {
      url: 'https://receiver.example',
      events: [],
      description: undefined,
      createdAt: 0,
      failingSince: undefined,
      attempts: 0,
      nextAttemptAt: 0,
      lastProblem: undefined,
      disabledAt: undefined,
    };
    await store.webhooks.add({ ...hook, webhookId: 'w' }, 'a secret of two');
    const message = { messageId: 'm', createdAt: 0, payload: '{}', type: 'call.ended' };
    await store.webhooks.put([message]);
    const vault = createNumberVault(secret);
    for (const leg of ['a', 'b', 'c']) {
      const record = endedRecord(leg, { number: vault.keep(number, asLegId(leg)) });
      await store.journal.begin(record);
      await store.journal.end(record);
    }
    await store.close();
  }

  const counts = (done: readonly Resealed[]) =>
    Object.fromEntries(
      done.map(({ what, resealed, unreadable }) => [what, [resealed, unreadable]]),
    );

  test('all is sealed by the new one, and the former one may be dropped', async () => {
    await fill('old');
    const expected = { meetings: [1, 0], invitees: [1, 0], webhooks: [1, 0], calls: [3, 0] };
    expect(counts(await reseal('new,old'))).toEqual(expected);

    const store = await open('new');
    expect(await store.meetings.byCallId(callId)).toMatchObject({
      guestPin: '4711',
      hostPin: '9024',
    });
    expect(await store.invitees.list(callId)).toMatchObject([{ pin: '3232', phoneNumber: number }]);
    expect(await store.webhooks.claim(1, 2)).toMatchObject([{ secret: 'a secret of two' }]);
    const found = await store.calls.list({ wholeNumber: number, limit: 10 });
    expect(found.map(({ legId }) => legId).sort()).toEqual(['a', 'b', 'c']);
    const [first] = found;
    expect(store.numbers.open(first!.number!, first!.legId)).toBe(number);
    await store.close();
  });

  test('there is nothing to do the second time', async () => {
    await fill('old');
    await reseal('new,old');
    const nothing = { meetings: [0, 0], invitees: [0, 0], webhooks: [0, 0], calls: [0, 0] };
    expect(counts(await reseal('new,old'))).toEqual(nothing);
  });

  test('what no secret opens is left as it is', async () => {
    await fill('lost');
    if (databaseUrl !== undefined) {
      // Nodes that share a database have to agree on its secret: seen before anything is touched.
      await expect(reseal('new,old')).rejects.toMatchObject({ code: 'store/other-secret' });
      return;
    }
    const left = { meetings: [0, 1], invitees: [0, 1], webhooks: [0, 1], calls: [0, 3] };
    expect(counts(await reseal('new,old'))).toEqual(left);
    expect(counts(await reseal('new,lost'))).toMatchObject({ calls: [3, 0] });
  });
}
