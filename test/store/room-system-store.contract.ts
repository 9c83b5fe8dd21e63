/** Room systems and their bindings, over any database of the store. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Binding, RoomSystem } from '../../src/call/ports/room-systems.ts';
import type { Database } from '../../src/store/database.ts';
import { createRoomSystemStore } from '../../src/store/room-system-store.ts';
import type { TestDatabase } from './test-databases.ts';

const now = 1_000_000;
const address = 'room-12@meet.example.org';
const system: RoomSystem = { address, name: 'Room 12', createdAt: now, createdBy: 'anna' };
const secret = { md5: 'a'.repeat(32), sha256: 'b'.repeat(64) };
const binding = (contact: string, cseq: number, changes: Partial<Binding> = {}): Binding => ({
  address,
  contact,
  transport: 'tcp',
  remoteAddress: '192.0.2.7',
  remotePort: 5060,
  nodeId: 'one',
  sipCallId: 'call-1',
  cseq,
  expiresAt: now + 60_000,
  ...changes,
});
const change = (cseq: number, put: readonly Binding[], drop: readonly string[] | 'all' = []) => ({
  ...{ address, put, drop, cseq, now },
  sipCallId: 'call-1',
});

export function roomSystemStoreContract(newDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let database: Database;
  const book = () => createRoomSystemStore(database);
  beforeEach(async () => {
    testDatabase = await newDatabase();
    database = await testDatabase.open();
  });
  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  test('a room system is added once, found with its secret, and removed with its bindings', async () => {
    expect(await book().add(system, secret)).toBe(true);
    expect(await book().add({ ...system, name: 'Another' }, secret)).toBe(false);
    expect(await book().list()).toEqual([system]);
    expect(await book().has(address)).toBe(true);
    expect(await book().secretOf(address)).toEqual(secret);
    await book().change(change(1, [binding('sip:a@192.0.2.7', 1)]));
    expect(await book().remove(address)).toBe(true);
    expect(await book().remove(address)).toBe(false);
    expect(await book().secretOf(address)).toBeUndefined();
    expect(await book().bindings(now)).toEqual([]);
  });

  test('bindings are put, refreshed, dropped and forgotten when their time is over', async () => {
    const [one, other] = [binding('sip:a@192.0.2.7', 1), binding('sip:b@192.0.2.7', 1)];
    expect(await book().change(change(1, [one, other]))).toHaveLength(2);
    const later = { ...one, cseq: 2, expiresAt: now + 90_000 };
    expect(await book().change(change(2, [later], [other.contact]))).toEqual([later]);
    expect(await book().bindings(now + 60_000, address)).toEqual([later]);
    expect(await book().bindings(now, 'somebody@else.example')).toEqual([]);
    expect(await book().bindings(now + 90_000)).toEqual([]);
    expect(await book().change(change(3, [], 'all'))).toEqual([]);
  });

  test('what came earlier changes nothing that came later, of the same Call-ID', async () => {
    const kept = binding('sip:a@192.0.2.7', 5);
    await book().change(change(5, [kept]));
    for (const cseq of [4, 5]) {
      expect(await book().change(change(cseq, [], 'all'))).toBeUndefined();
      expect(await book().change(change(cseq, [{ ...kept, cseq }]))).toBeUndefined();
    }
    expect(await book().bindings(now)).toEqual([kept]);
    const rebooted = { ...kept, cseq: 1, sipCallId: 'call-2' };
    const afterBoot = { ...change(1, [rebooted]), sipCallId: 'call-2' };
    expect(await book().change(afterBoot)).toEqual([rebooted]);
  });

  test('an address has ten bindings at most: those that last longest', async () => {
    const many = Array.from({ length: 12 }, (_, i) =>
      binding(`sip:d${i}@192.0.2.7`, 1, { expiresAt: now + 60_000 + i }),
    );
    const left = await book().change(change(1, many));
    expect(left?.map(({ contact }) => contact)).toEqual(
      many
        .slice(2)
        .reverse()
        .map(({ contact }) => contact),
    );
  });
}
