/** Keys, accounts, sessions and audit entries as the API knows them, from their rows. */
import type { Selectable } from 'kysely';
import type { Account, ApiKey, AuditEntry, Scope, Session } from '../call/ports/access.ts';
import type { AccountsTable, ApiKeysTable, AuditTable, SessionsTable } from './schema.ts';

const scopesOf = (text: string): readonly Scope[] => JSON.parse(text) as readonly Scope[];

export const fromKeyRow = (row: Selectable<ApiKeysTable>): ApiKey => ({
  keyId: row.key_id,
  name: row.name,
  scopes: scopesOf(row.scopes),
  createdAt: row.created_at,
  createdBy: row.created_by,
  expiresAt: row.expires_at ?? undefined,
  lastUsedAt: row.last_used_at ?? undefined,
  revokedAt: row.revoked_at ?? undefined,
  unit: row.unit ?? undefined,
});

export const fromAccountRow = (row: Selectable<AccountsTable>): Account => ({
  accountId: row.account_id,
  name: row.name,
  scopes: scopesOf(row.scopes),
  passwordHash: row.password_hash ?? undefined,
  subject: row.subject ?? undefined,
  createdAt: row.created_at,
  disabledAt: row.disabled_at ?? undefined,
  unit: row.unit ?? undefined,
});

export const fromSessionRow = (row: Selectable<SessionsTable>): Session => ({
  sessionId: row.session_id,
  accountId: row.account_id,
  csrfToken: row.csrf_token,
  createdAt: row.created_at,
  lastSeenAt: row.last_seen_at,
  rotatedAt: row.rotated_at,
});

export const fromAuditRow = (row: Selectable<AuditTable>): AuditEntry => ({
  auditId: row.audit_id,
  at: row.at,
  actor: row.actor,
  action: row.action,
  target: row.target ?? undefined,
  status: row.status,
  address: row.address ?? undefined,
  reason: row.reason ?? undefined,
  unit: row.unit === '' ? undefined : row.unit,
});
