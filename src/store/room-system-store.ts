/** Room systems and their bindings in the database. All methods reject with a `StoreError` when it fails. */
import type { Selectable } from 'kysely';
import type { Binding, RoomSystem, RoomSystemBook } from '../call/ports/room-systems.ts';
import type { Database } from './database.ts';
import type { BindingsTable, RoomSystemsTable } from './schema.ts';
import { isStoreError } from './store-error.ts';

/** Of one address: whoever registers from more places has forgotten the first ones. */
const mostBindings = 10;

const fromRow = (row: Selectable<RoomSystemsTable>): RoomSystem => ({
  address: row.address,
  name: row.name,
  createdAt: row.created_at,
  createdBy: row.created_by,
});

const transportOf = (text: string): Binding['transport'] =>
  text === 'tls' || text === 'tcp' ? text : 'udp';
const fromBindingRow = (row: Selectable<BindingsTable>): Binding => ({
  address: row.address,
  contact: row.contact,
  transport: transportOf(row.transport),
  remoteAddress: row.remote_address,
  remotePort: row.remote_port,
  nodeId: row.node_id,
  sipCallId: row.sip_call_id,
  cseq: row.cseq,
  expiresAt: row.expires_at,
});
const toBindingRow = (binding: Binding): BindingsTable => ({
  address: binding.address,
  contact: binding.contact,
  transport: binding.transport,
  remote_address: binding.remoteAddress,
  remote_port: binding.remotePort,
  node_id: binding.nodeId,
  sip_call_id: binding.sipCallId,
  cseq: binding.cseq,
  expires_at: binding.expiresAt,
});

export function createRoomSystemStore({ main }: Database): RoomSystemBook {
  const rowOf = (address: string) =>
    main.selectFrom('room_systems').selectAll().where('address', '=', address).executeTakeFirst();

  return {
    async add(system, secret) {
      try {
        await main
          .insertInto('room_systems')
          .values({
            address: system.address,
            name: system.name,
            ha1_md5: secret.md5 ?? null,
            ha1_sha256: secret.sha256 ?? null,
            created_at: system.createdAt,
            created_by: system.createdBy,
          })
          .execute();
        return true;
      } catch (error) {
        if (isStoreError(error, 'store/unique')) return false;
        throw error;
      }
    },
    async list() {
      const rows = await main.selectFrom('room_systems').selectAll().orderBy('address').execute();
      return rows.map(fromRow);
    },
    has: async (address) => (await rowOf(address)) !== undefined,
    async remove(address) {
      return main.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('bindings').where('address', '=', address).execute();
        const { numDeletedRows } = await transaction
          .deleteFrom('room_systems')
          .where('address', '=', address)
          .executeTakeFirst();
        return numDeletedRows > 0n;
      });
    },
    async secretOf(address) {
      const row = await rowOf(address);
      return row && { sha256: row.ha1_sha256 ?? undefined, md5: row.ha1_md5 ?? undefined };
    },
    async change({ address, put, drop, sipCallId, cseq, now }) {
      return main.transaction().execute(async (transaction) => {
        await transaction
          .deleteFrom('bindings')
          .where('address', '=', address)
          .where('expires_at', '<=', now)
          .execute();
        const before = await transaction
          .selectFrom('bindings')
          .selectAll()
          .where('address', '=', address)
          .execute();
        const touched = new Set([...(drop === 'all' ? [] : drop), ...put.map((b) => b.contact)]);
        const isLate = before.some(
          (row) =>
            (drop === 'all' || touched.has(row.contact)) &&
            row.sip_call_id === sipCallId &&
            row.cseq >= cseq,
        );
        if (isLate) return undefined;
        const kept = before
          .filter((row) => drop !== 'all' && !touched.has(row.contact))
          .map(fromBindingRow);
        const after = [...put, ...kept]
          .toSorted((one, other) => other.expiresAt - one.expiresAt)
          .slice(0, mostBindings);
        await transaction.deleteFrom('bindings').where('address', '=', address).execute();
        if (after.length > 0)
          await transaction.insertInto('bindings').values(after.map(toBindingRow)).execute();
        return after;
      });
    },
    async bindings(now, address) {
      const rows = await main
        .selectFrom('bindings')
        .selectAll()
        .where('expires_at', '>', now)
        .$if(address !== undefined, (query) => query.where('address', '=', address ?? ''))
        .orderBy('expires_at', 'desc')
        .execute();
      return rows.map(fromBindingRow);
    },
  };
}
