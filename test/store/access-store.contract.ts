/** Keys, accounts, sessions and the audit log, over any database of the store. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Account, AccessStore, ApiKey, Session } from '../../src/call/ports/access.ts';
import { createAccessStore } from '../../src/store/access-store.ts';
import type { Database } from '../../src/store/database.ts';
import type { TestDatabase } from './test-databases.ts';

const key = (changes: Partial<ApiKey> = {}): ApiKey => ({
  keyId: 'key_a',
  name: 'booking system',
  scopes: ['booking'],
  createdAt: 10,
  createdBy: 'root key',
  expiresAt: undefined,
  lastUsedAt: undefined,
  revokedAt: undefined,
  ...changes,
});

const account = (changes: Partial<Account> = {}): Account => ({
  accountId: 'acc_a',
  name: 'anna',
  scopes: ['operator'],
  passwordHash: 'hash',
  subject: undefined,
  createdAt: 10,
  disabledAt: undefined,
  ...changes,
});

const session = (changes: Partial<Session> = {}): Session => ({
  sessionId: 'ses_a',
  accountId: 'acc_a',
  csrfToken: 'csrf',
  createdAt: 1_000,
  lastSeenAt: 1_000,
  rotatedAt: 1_000,
  ...changes,
});

export function accessStoreContract(newDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let database: Database;
  let access: AccessStore;
  beforeEach(async () => {
    testDatabase = await newDatabase();
    database = await testDatabase.open();
    access = createAccessStore(database);
  });
  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  test('an account may be of a unit, and leave it', async () => {
    const { accounts } = access;
    await accounts.add(account({ unit: 'court-1' }));
    expect(await accounts.byName('anna')).toEqual(account({ unit: 'court-1' }));
    await accounts.change('acc_a', { unit: undefined });
    expect((await accounts.byId('acc_a'))?.unit).toBeUndefined();
  });

  test('a key is found by the hash of its secret, and revoked once', async () => {
    const { keys } = access;
    await keys.add(key({ expiresAt: 99 }), 'hash-a');
    await keys.add(key({ keyId: 'key_b', createdAt: 20 }), 'hash-b');
    expect(await keys.byHash('hash-a')).toEqual(key({ expiresAt: 99 }));
    expect(await keys.byHash('hash-c')).toBeUndefined();
    await keys.used('key_a', 30);
    expect(await keys.revoke('key_a', 40)).toBe(true);
    expect(await keys.revoke('key_a', 50)).toBe(false);
    expect(await keys.revoke('key_c', 50)).toBe(false);
    expect(await keys.list()).toEqual([
      key({ keyId: 'key_b', createdAt: 20 }),
      key({ expiresAt: 99, lastUsedAt: 30, revokedAt: 40 }),
    ]);
  });

  test('an account has a name of its own, and is changed field by field', async () => {
    const { accounts } = access;
    expect(await accounts.add(account())).toBe(true);
    expect(await accounts.add(account({ accountId: 'acc_b' }))).toBe(false);
    expect(await accounts.change('acc_a', { subject: 'issuer 1', passwordHash: undefined })).toBe(
      true,
    );
    const changed = account({ subject: 'issuer 1', passwordHash: undefined });
    expect(await accounts.byId('acc_a')).toEqual(changed);
    expect(await accounts.byName('anna')).toEqual(changed);
    expect(await accounts.bySubject('issuer 1')).toEqual(changed);
    await accounts.change('acc_a', { scopes: ['admin'], disabledAt: 7 });
    expect(await accounts.list()).toEqual([{ ...changed, scopes: ['admin'], disabledAt: 7 }]);
    expect(await accounts.change('acc_c', { disabledAt: 7 })).toBe(false);
  });

  test('the cookie before a rotation opens for a short while, and one of two rotations wins', async () => {
    const { sessions } = access;
    await sessions.add(session(), 'first');
    expect(await sessions.rotate('ses_a', { from: 'first', to: 'second' }, 5_000)).toBe(true);
    expect(await sessions.rotate('ses_a', { from: 'first', to: 'other' }, 5_000)).toBe(false);
    expect(await sessions.byHash('second', 6_000)).toEqual(session({ rotatedAt: 5_000 }));
    expect(await sessions.byHash('first', 6_000)).toBeDefined();
    expect(await sessions.byHash('first', 40_000)).toBeUndefined();
  });

  test('sessions go one by one, with their account, and with age', async () => {
    const { sessions } = access;
    await sessions.add(session(), 'a');
    await sessions.add(session({ sessionId: 'ses_b', accountId: 'acc_b' }), 'b');
    await sessions.add(session({ sessionId: 'ses_c', accountId: 'acc_c' }), 'c');
    await sessions.remove('ses_a');
    expect(await sessions.byHash('a', 2_000)).toBeUndefined();
    await sessions.removeOf('acc_b');
    expect(await sessions.byHash('b', 2_000)).toBeUndefined();
    await sessions.seen('ses_c', 5_000);
    await sessions.removeStale(4_000, 500);
    expect(await sessions.byHash('c', 2_000)).toMatchObject({ lastSeenAt: 5_000 });
    await sessions.removeStale(4_000, 2_000);
    expect(await sessions.byHash('c', 2_000)).toBeUndefined();
  });

  test('the audit log is read newest first, by what is asked for, page by page', async () => {
    const { audit } = access;
    const entry = (at: number, actor: string, target: string | undefined) => ({
      auditId: `id-${at}`,
      at,
      actor,
      action: 'POST /api/calls/:legId/mute',
      target,
      status: 204,
      address: '192.0.2.1',
      reason: undefined,
    });
    const all = [entry(1, 'root key', 'leg-1'), entry(2, 'account anna', undefined)];
    for (const each of all) await audit.write(each);
    expect(await audit.list({ limit: 10 })).toEqual(all.toReversed());
    expect(await audit.list({ limit: 10, target: 'leg-1' })).toEqual([all[0]]);
    expect(await audit.list({ limit: 10, actor: 'account anna' })).toEqual([all[1]]);
    expect(await audit.list({ limit: 10, from: 2, to: 3 })).toEqual([all[1]]);
    expect(await audit.list({ limit: 10, after: { auditId: 'id-2' } })).toEqual([all[0]]);
  });
}
