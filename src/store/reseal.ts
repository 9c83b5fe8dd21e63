/**
 * What is sealed in the database, sealed anew by the secret that seals now, so that a former one may
 * be dropped. Goes on beside running nodes, which have to seal by the new secret already: a row that
 * changed meanwhile is left as it is, as its change was sealed anew.
 */
import type { NumberVault } from '../call/ports/privacy.ts';
import type { LegId } from '../call/identifiers.ts';
import type { Database } from './database.ts';
import { inviteeContext } from './invitee-row.ts';
import { pinContext } from './meeting-row.ts';
import { createNumberVault } from './number-vault.ts';
import { createPinSeal, type PinSeal } from './pin-seal.ts';
import { checkSharedSecret } from './shared-secret.ts';
import { isStoreError } from './store-error.ts';
import { webhookContext } from './webhook-store.ts';

export interface Resealed {
  readonly what: 'meetings' | 'invitees' | 'webhooks' | 'calls';
  readonly resealed: number;
  /** By none of the secrets: by another one that was dropped too early, or damaged. */
  readonly unreadable: number;
}

export interface ResealOptions {
  readonly database: Database;
  /** As for `createPinSeal`: the first seals, the others open. */
  readonly secrets: string;
  readonly batch?: number;
}

/** One table, read in the order of its key. */
interface SealedTable<Row> {
  readonly what: Resealed['what'];
  /** The next rows after this key; empty at the end. */
  readonly read: (after: string, limit: number) => Promise<readonly Row[]>;
  readonly keyOf: (row: Row) => string;
  /** False where there was nothing to do. Throws `store/unreadable-pin`. */
  readonly reseal: (row: Row) => Promise<boolean>;
}

/** Rejects with a `StoreError` where the database fails or has another secret; it may be begun again. */
export async function resealAll(options: ResealOptions): Promise<readonly Resealed[]> {
  const { database, secrets, batch = 500 } = options;
  const seal = createPinSeal(secrets);
  await checkSharedSecret(database, seal);
  return [
    await resealTable(meetings(database, seal), batch),
    await resealTable(invitees(database, seal), batch),
    await resealTable(webhooks(database, seal), batch),
    await resealTable(numbersOfCalls(database, seal, createNumberVault(secrets)), batch),
  ];
}

async function resealTable<Row>(table: SealedTable<Row>, batch: number): Promise<Resealed> {
  let resealed = 0;
  let unreadable = 0;
  let after = '';
  for (;;) {
    const rows = await table.read(after, batch);
    const last = rows.at(-1);
    if (last === undefined) return { what: table.what, resealed, unreadable };
    for (const row of rows) {
      try {
        if (await table.reseal(row)) resealed += 1;
      } catch (error) {
        if (!isStoreError(error, 'store/unreadable-pin')) throw error;
        unreadable += 1;
      }
    }
    after = table.keyOf(last);
  }
}

/** Null where it is sealed by the secret of now, or there is nothing. */
const anew = (seal: PinSeal, sealed: string | null, context: string): string | null =>
  sealed === null || seal.isCurrent(sealed) ? null : seal.seal(seal.open(sealed, context), context);

interface MeetingPins {
  readonly call_id: string;
  readonly guest_pin: string | null;
  readonly host_pin: string | null;
}

function meetings({ main }: Database, seal: PinSeal): SealedTable<MeetingPins> {
  return {
    what: 'meetings',
    keyOf: (row) => row.call_id,
    read: (after, limit) =>
      main
        .selectFrom('meetings')
        .select(['call_id', 'guest_pin', 'host_pin'])
        .where('call_id', '>', after)
        .orderBy('call_id')
        .limit(limit)
        .execute(),
    async reseal({ call_id, guest_pin, host_pin }) {
      let done = false;
      for (const [column, sealed, role] of [
        ['guest_pin', guest_pin, 'guest'],
        ['host_pin', host_pin, 'host'],
      ] as const) {
        const next = anew(seal, sealed, pinContext(call_id, role));
        if (next === null) continue;
        await main
          .updateTable('meetings')
          .set({ [column]: next })
          .where('call_id', '=', call_id)
          .where(column, '=', sealed)
          .execute();
        done = true;
      }
      return done;
    },
  };
}

interface SealedPerson {
  readonly invitee_id: string;
  readonly call_id: string;
  readonly person: string;
}

function invitees({ main }: Database, seal: PinSeal): SealedTable<SealedPerson> {
  return {
    what: 'invitees',
    keyOf: (row) => row.invitee_id,
    read: (after, limit) =>
      main
        .selectFrom('invitees')
        .select(['invitee_id', 'call_id', 'person'])
        .where('invitee_id', '>', after)
        .orderBy('invitee_id')
        .limit(limit)
        .execute(),
    async reseal({ invitee_id, call_id, person }) {
      const next = anew(seal, person, inviteeContext(invitee_id, call_id));
      if (next === null) return false;
      await main
        .updateTable('invitees')
        .set({ person: next })
        .where('invitee_id', '=', invitee_id)
        .where('person', '=', person)
        .execute();
      return true;
    },
  };
}

interface SealedSecret {
  readonly webhook_id: string;
  readonly secret: string;
}

function webhooks({ main }: Database, seal: PinSeal): SealedTable<SealedSecret> {
  return {
    what: 'webhooks',
    keyOf: (row) => row.webhook_id,
    read: (after, limit) =>
      main
        .selectFrom('webhooks')
        .select(['webhook_id', 'secret'])
        .where('webhook_id', '>', after)
        .orderBy('webhook_id')
        .limit(limit)
        .execute(),
    async reseal({ webhook_id, secret }) {
      const next = anew(seal, secret, webhookContext(webhook_id));
      if (next === null) return false;
      await main
        .updateTable('webhooks')
        .set({ secret: next })
        .where('webhook_id', '=', webhook_id)
        .where('secret', '=', secret)
        .execute();
      return true;
    },
  };
}

interface SealedNumber {
  readonly leg_id: string;
  readonly number_sealed: string | null;
  readonly number_hash: string | null;
}

/** Hashed anew, too: by the hash a call is found. */
function numbersOfCalls(
  { main, search }: Database,
  seal: PinSeal,
  numbers: NumberVault,
): SealedTable<SealedNumber> {
  return {
    what: 'calls',
    keyOf: (row) => row.leg_id,
    // Where searches look, so that no call waits.
    read: (after, limit) =>
      search
        .selectFrom('calls')
        .select(['leg_id', 'number_sealed', 'number_hash'])
        .where('leg_id', '>', after)
        .where('number_sealed', 'is not', null)
        .orderBy('leg_id')
        .limit(limit)
        .execute(),
    async reseal({ leg_id, number_sealed, number_hash }) {
      if (number_sealed === null || number_hash === null || seal.isCurrent(number_sealed))
        return false;
      const legId = leg_id as LegId;
      const number = numbers.open({ sealed: number_sealed, hash: number_hash }, legId);
      const { sealed, hash } = numbers.keep(number, legId);
      await main
        .updateTable('calls')
        .set({ number_sealed: sealed, number_hash: hash })
        .where('leg_id', '=', leg_id)
        .where('number_sealed', '=', number_sealed)
        .execute();
      return true;
    },
  };
}
