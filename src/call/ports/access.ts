/** Who may use the API: keys of programs, accounts of people, their sessions; and who did what. */

/**
 * `booking`: meetings and what a host may do; `operator`: calls and what help may do; `read-only`:
 * calls, to look at; `admin`: keys, accounts, webhooks and the audit log, never given to a key.
 */
export const scopes = ['booking', 'operator', 'read-only', 'admin'] as const;
export type Scope = (typeof scopes)[number];

export interface ApiKey {
  readonly keyId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
  readonly createdBy: string;
  readonly expiresAt: number | undefined;
  /** To the minute. */
  readonly lastUsedAt: number | undefined;
  readonly revokedAt: number | undefined;
  /** The organisation unit that it books for; undefined: for any. */
  readonly unit?: string | undefined;
}

/** Keys are known by the hash of their secret alone: the secret itself is kept nowhere. */
export interface KeyRing {
  add(key: ApiKey, secretHash: string): Promise<void>;
  byHash(secretHash: string): Promise<ApiKey | undefined>;
  /** Newest first. */
  list(): Promise<readonly ApiKey[]>;
  /** False where there is none, or it was revoked before. */
  revoke(keyId: string, at: number): Promise<boolean>;
  used(keyId: string, at: number): Promise<void>;
}

export interface Account {
  readonly accountId: string;
  /** Lower case, unique: what a person types, or the e-mail address of the sign-in service. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** As `hashPassword` made it; undefined: signs in elsewhere only. */
  readonly passwordHash: string | undefined;
  /** Who this is at the sign-in service, once known: issuer and subject. */
  readonly subject: string | undefined;
  readonly createdAt: number;
  readonly disabledAt: number | undefined;
  /** The organisation unit whose person it is; undefined: of none. */
  readonly unit?: string | undefined;
}

export type AccountChanges = Partial<
  Pick<Account, 'scopes' | 'passwordHash' | 'subject' | 'disabledAt' | 'unit'>
>;

export interface AccountBook {
  /** False where the name is taken. */
  add(account: Account): Promise<boolean>;
  byId(accountId: string): Promise<Account | undefined>;
  byName(name: string): Promise<Account | undefined>;
  bySubject(subject: string): Promise<Account | undefined>;
  list(): Promise<readonly Account[]>;
  /** False where there is none. */
  change(accountId: string, changes: AccountChanges): Promise<boolean>;
}

export interface Session {
  readonly sessionId: string;
  readonly accountId: string;
  /** What a page has to send along with a change. */
  readonly csrfToken: string;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly rotatedAt: number;
}

/** Sessions are known by the hash of their cookie. */
export interface SessionBook {
  add(session: Session, tokenHash: string): Promise<void>;
  /** Also by the hash before the last rotation, for a short while: requests cross on their way. */
  byHash(tokenHash: string, now: number): Promise<Session | undefined>;
  seen(sessionId: string, at: number): Promise<void>;
  /** False where another request was first. */
  rotate(sessionId: string, hashes: { from: string; to: string }, at: number): Promise<boolean>;
  remove(sessionId: string): Promise<void>;
  removeOf(accountId: string): Promise<void>;
  /** Those nobody used since `seenBefore`, and those begun before `createdBefore`. */
  removeStale(seenBefore: number, createdBefore: number): Promise<void>;
}

/** One thing that somebody did. No secrets, no titles, no numbers; call IDs are masked. */
export interface AuditEntry {
  /** Sorts by time. */
  readonly auditId: string;
  readonly at: number;
  /** `key booking system`, `account anna`, `root key`. */
  readonly actor: string;
  /** Method and route, or a word of our own such as `session.begin`. */
  readonly action: string;
  readonly target: string | undefined;
  /** The HTTP status that was answered. */
  readonly status: number;
  readonly address: string | undefined;
  /** Why, where a reason was asked for. */
  readonly reason: string | undefined;
  /** The organisation unit of the key or account that did it, where it has one. */
  readonly unit?: string | undefined;
}

export interface AuditQuery {
  readonly actor?: string;
  readonly target?: string;
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
  readonly after?: { readonly auditId: string };
}

export interface AuditLog {
  write(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  list(query: AuditQuery): Promise<readonly AuditEntry[]>;
}

export interface AccessStore {
  readonly keys: KeyRing;
  readonly accounts: AccountBook;
  readonly sessions: SessionBook;
  readonly audit: AuditLog;
}
