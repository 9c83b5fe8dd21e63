/** Who did what, in the database. Entries are added and, when they are old, removed; never changed. */
import type { AuditLog } from '../call/ports/access.ts';
import { fromAuditRow } from './access-row.ts';
import type { Database } from './database.ts';

export function createAuditStore({ main, search }: Database): AuditLog {
  return {
    async write(entry) {
      await main
        .insertInto('audit')
        .values({
          audit_id: entry.auditId,
          at: entry.at,
          actor: entry.actor,
          action: entry.action,
          target: entry.target ?? null,
          status: entry.status,
          address: entry.address ?? null,
          reason: entry.reason ?? null,
          unit: entry.unit ?? '',
        })
        .execute();
    },
    async list({ actor, target, from, to, limit, after }) {
      let found = search.selectFrom('audit').selectAll().orderBy('audit_id', 'desc').limit(limit);
      if (actor !== undefined) found = found.where('actor', '=', actor);
      if (target !== undefined) found = found.where('target', '=', target);
      if (from !== undefined) found = found.where('at', '>=', from);
      if (to !== undefined) found = found.where('at', '<', to);
      if (after !== undefined) found = found.where('audit_id', '<', after.auditId);
      return (await found.execute()).map(fromAuditRow);
    },
  };
}
