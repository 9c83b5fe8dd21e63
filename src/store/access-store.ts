/** Keys, accounts and sessions in the database. All methods reject with a `StoreError` when it fails. */
import type {
  AccessStore,
  AccountBook,
  AccountChanges,
  KeyRing,
  SessionBook,
} from '../call/ports/access.ts';
import { fromAccountRow, fromKeyRow, fromSessionRow } from './access-row.ts';
import { createAuditStore } from './audit-store.ts';
import type { Database } from './database.ts';
import { isStoreError } from './store-error.ts';

/** How long the cookie before a rotation still opens: longer than a request is under way. */
const previousGoodMs = 30_000;

export function createAccessStore(database: Database): AccessStore {
  return {
    keys: createKeyRing(database),
    accounts: createAccountBook(database),
    sessions: createSessionBook(database),
    audit: createAuditStore(database),
  };
}

function createKeyRing({ main }: Database): KeyRing {
  return {
    async add(key, secretHash) {
      await main
        .insertInto('api_keys')
        .values({
          key_id: key.keyId,
          secret_hash: secretHash,
          name: key.name,
          scopes: JSON.stringify(key.scopes),
          created_at: key.createdAt,
          created_by: key.createdBy,
          expires_at: key.expiresAt ?? null,
          last_used_at: null,
          revoked_at: null,
          unit: key.unit ?? null,
        })
        .execute();
    },
    async byHash(secretHash) {
      const row = await main
        .selectFrom('api_keys')
        .selectAll()
        .where('secret_hash', '=', secretHash)
        .executeTakeFirst();
      return row && fromKeyRow(row);
    },
    async list() {
      const rows = await main
        .selectFrom('api_keys')
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('key_id')
        .execute();
      return rows.map(fromKeyRow);
    },
    async revoke(keyId, at) {
      const { numUpdatedRows } = await main
        .updateTable('api_keys')
        .set({ revoked_at: at })
        .where('key_id', '=', keyId)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async used(keyId, at) {
      await main
        .updateTable('api_keys')
        .set({ last_used_at: at })
        .where('key_id', '=', keyId)
        .execute();
    },
  };
}

const accountColumns = (changes: AccountChanges) => ({
  ...(changes.scopes && { scopes: JSON.stringify(changes.scopes) }),
  ...('passwordHash' in changes && { password_hash: changes.passwordHash ?? null }),
  ...('subject' in changes && { subject: changes.subject ?? null }),
  ...('unit' in changes && { unit: changes.unit ?? null }),
  ...('disabledAt' in changes && { disabled_at: changes.disabledAt ?? null }),
});

function createAccountBook({ main }: Database): AccountBook {
  const by = async (column: 'account_id' | 'name' | 'subject', value: string) => {
    const row = await main
      .selectFrom('accounts')
      .selectAll()
      .where(column, '=', value)
      .executeTakeFirst();
    return row && fromAccountRow(row);
  };
  return {
    async add(account) {
      try {
        await main
          .insertInto('accounts')
          .values({
            account_id: account.accountId,
            name: account.name,
            scopes: JSON.stringify(account.scopes),
            password_hash: account.passwordHash ?? null,
            subject: account.subject ?? null,
            created_at: account.createdAt,
            disabled_at: account.disabledAt ?? null,
            unit: account.unit ?? null,
          })
          .execute();
        return true;
      } catch (error) {
        if (isStoreError(error, 'store/unique')) return false;
        throw error;
      }
    },
    byId: (accountId) => by('account_id', accountId),
    byName: (name) => by('name', name),
    bySubject: (subject) => by('subject', subject),
    async list() {
      const rows = await main.selectFrom('accounts').selectAll().orderBy('name').execute();
      return rows.map(fromAccountRow);
    },
    async change(accountId, changes) {
      const { numUpdatedRows } = await main
        .updateTable('accounts')
        .set(accountColumns(changes))
        .where('account_id', '=', accountId)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
  };
}

function createSessionBook({ main }: Database): SessionBook {
  return {
    async add(session, tokenHash) {
      await main
        .insertInto('sessions')
        .values({
          session_id: session.sessionId,
          token_hash: tokenHash,
          previous_hash: null,
          previous_until: 0,
          account_id: session.accountId,
          csrf_token: session.csrfToken,
          created_at: session.createdAt,
          last_seen_at: session.lastSeenAt,
          rotated_at: session.rotatedAt,
        })
        .execute();
    },
    async byHash(tokenHash, now) {
      const row = await main
        .selectFrom('sessions')
        .selectAll()
        .where((builder) =>
          builder.or([
            builder('token_hash', '=', tokenHash),
            builder.and([
              builder('previous_hash', '=', tokenHash),
              builder('previous_until', '>', now),
            ]),
          ]),
        )
        .executeTakeFirst();
      return row && fromSessionRow(row);
    },
    async seen(sessionId, at) {
      await main
        .updateTable('sessions')
        .set({ last_seen_at: at })
        .where('session_id', '=', sessionId)
        .execute();
    },
    async rotate(sessionId, { from, to }, at) {
      const { numUpdatedRows } = await main
        .updateTable('sessions')
        .set({
          token_hash: to,
          previous_hash: from,
          previous_until: at + previousGoodMs,
          rotated_at: at,
        })
        .where('session_id', '=', sessionId)
        .where('token_hash', '=', from)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async remove(sessionId) {
      await main.deleteFrom('sessions').where('session_id', '=', sessionId).execute();
    },
    async removeOf(accountId) {
      await main.deleteFrom('sessions').where('account_id', '=', accountId).execute();
    },
    async removeStale(seenBefore, createdBefore) {
      await main
        .deleteFrom('sessions')
        .where((builder) =>
          builder.or([
            builder('last_seen_at', '<', seenBefore),
            builder('created_at', '<', createdBefore),
          ]),
        )
        .execute();
    },
  };
}
