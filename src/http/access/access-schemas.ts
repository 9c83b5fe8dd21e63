/** Keys, accounts, sessions and audit entries as the API takes and shows them. */
import { z } from 'zod';
import { cursor, limit, time, title, unitCode } from '../field-schemas.ts';

const oneLine = (most: number) => title.min(1).max(most);
const scope = z.enum(['booking', 'operator', 'read-only', 'admin']);
/** A key that may make keys would be as good as the root key, and would be left lying about. */
const keyScope = z.enum(['booking', 'operator', 'read-only']);

const listOf = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).max(4);

export const newKey = z.strictObject({
  name: oneLine(80).describe('Whose key it is: shown in the audit log'),
  scopes: listOf(keyScope),
  expiresAt: time.nullish(),
  unit: unitCode.nullish().describe('Books for this organisation unit alone'),
});

export const shownKey = z
  .object({
    keyId: z.string(),
    name: z.string(),
    scopes: z.array(scope),
    createdAt: z.string(),
    createdBy: z.string(),
    expiresAt: z.string().nullable(),
    lastUsedAt: z.string().nullable().describe('To the minute'),
    revokedAt: z.string().nullable(),
    unit: z.string().nullable(),
  })
  .meta({ id: 'Key' });

export const madeKey = shownKey
  .extend({ key: z.string().describe('Shown once: it is not kept') })
  .meta({ id: 'MadeKey' });

export const keyList = z.object({ items: z.array(shownKey) }).meta({ id: 'KeyList' });

const accountName = z
  .string()
  .trim()
  .toLowerCase()
  .min(1)
  .max(120)
  .regex(/^[^\s\p{Cc}]+$/u, { error: 'must be one word, or an e-mail address' });

export const password = z
  .string()
  .min(12, { error: 'must be at least 12 characters' })
  .max(200)
  .meta({ format: 'password' });

export const newAccount = z.strictObject({
  name: accountName,
  scopes: listOf(scope),
  unit: unitCode.nullish().describe('Books for this organisation unit alone'),
  password: password.nullish().describe('Without one, the person signs in by the sign-in service'),
});

export const accountChanges = z.strictObject({
  scopes: listOf(scope).optional(),
  password: password.nullable().optional(),
  disabled: z.boolean().optional(),
  unit: unitCode.nullable().optional(),
});

export const shownAccount = z
  .object({
    accountId: z.string(),
    name: z.string(),
    scopes: z.array(scope),
    unit: z.string().nullable(),
    hasPassword: z.boolean(),
    signInService: z.boolean().describe('Has signed in by the sign-in service'),
    createdAt: z.string(),
    disabledAt: z.string().nullable(),
  })
  .meta({ id: 'Account' });

export const accountList = z.object({ items: z.array(shownAccount) }).meta({ id: 'AccountList' });

export const credentials = z.strictObject({
  name: z.string().trim().toLowerCase().min(1).max(120),
  password: z.string().min(1).max(200).meta({ format: 'password' }),
});

export const newPassword = z.strictObject({
  current: z.string().min(1).max(200).meta({ format: 'password' }),
  password,
});

export const shownSession = z
  .object({
    name: z.string(),
    scopes: z.array(scope),
    csrfToken: z.string().describe('To be sent as X-CSRF-Token with each change'),
    expiresAt: z.string().describe('At the latest'),
    idleInS: z.number().describe('It ends in so long unless somebody uses it; reading is no use'),
    idleLimitS: z.number().describe('And so long it lasts after each use'),
    hasPassword: z.boolean(),
  })
  .meta({ id: 'Session' });

export const signInWays = z
  .object({ password: z.boolean(), service: z.boolean() })
  .meta({ id: 'SignInWays' });

export const auditFilter = z.strictObject({
  actor: z.string().max(200).optional(),
  target: z.string().max(200).optional().describe('A leg ID, a key ID, …'),
  from: time.optional(),
  to: time.optional(),
  limit,
  cursor,
});

export const auditPage = z
  .object({
    items: z.array(
      z.object({
        auditId: z.string(),
        at: z.string(),
        actor: z.string(),
        action: z.string(),
        target: z.string().nullable(),
        status: z.number().int(),
        address: z.string().nullable(),
        reason: z.string().nullable(),
      }),
    ),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'AuditPage' });
