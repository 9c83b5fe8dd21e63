/**
 * The tables, for SQLite and PostgreSQL alike: times are bigint epoch milliseconds (a PostgreSQL
 * pool has to parse int8 as a number), truths are 0 or 1, structures are JSON text.
 */
import type { Generated } from 'kysely';

export interface MeetingsTable {
  call_id: string;
  title: string | null;
  /** Lower case, without a scheme. */
  video_address: string | null;
  room: string;
  /** 1 where the API chose the room: it keeps its name after an end-for-all. */
  room_given: number;
  starts_at: number | null;
  ends_at: number | null;
  time_zone: string;
  /** Sealed, see pin-seal.ts. */
  guest_pin: string | null;
  host_pin: string | null;
  admission: string;
  after_host_leaves: string;
  max_participants: number | null;
  phones_allowed: number;
  locked: number;
  language: string | null;
  /** JSON: the `MeetingOptions` that were set. */
  options: string;
  /** Out of `options`, for what is kept how long; empty: none. */
  unit: Generated<string>;
  /** Written by each transaction that takes a seat: the row lock that works in both databases. */
  seat_turns: number;
  created_at: number;
  updated_at: number;
}

export interface SeatsTable {
  leg_id: string;
  call_id: string;
  /** "Phone 1" has 1. */
  number: number;
  node_id: string;
  lease_id: string;
  invitee_id: string | null;
  role: Generated<string>;
}

export interface InviteesTable {
  invitee_id: string;
  call_id: string;
  /** Sealed JSON: PIN, name, number, role. See invitee-row.ts. */
  person: string;
  /** JSON. */
  settings: string;
  created_at: number;
  updated_at: number;
}

export interface CallsTable {
  leg_id: string;
  sip_call_id: string;
  node_id: string;
  /** The life of that node which wrote the call: a later life may close it. */
  lease_id: string;
  engine: string;
  direction: string;
  from_number: string | null;
  /** The whole number, see number-vault.ts. */
  number_sealed: string | null;
  number_hash: string | null;
  to_address: string;
  call_id: string | null;
  room: string | null;
  state: string;
  started_at: number;
  answered_at: number | null;
  joined_at: number | null;
  ended_at: number | null;
  result: string | null;
  reason: string | null;
  ended_by: string | null;
  codec: string | null;
  encrypted: number;
  /** JSON. */
  details: string;
  /** Out of `details`, to be searched by. */
  support_code: string | null;
  /** Out of `details`; empty: none. */
  unit: Generated<string>;
  security: string | null;
  quality: string | null;
  timeline: string;
}

export interface NodesTable {
  node_id: string;
  /** One life of the node's process. */
  lease_id: string;
  lease_until: number;
  renewed_at: number;
  started_at: number;
}

/** Answers that let nobody in, for as long as they count (src/meeting/guess-limiter.ts). */
export interface GuessesTable {
  at: number;
  /** Whose it was, as a keyed hash; null where the caller had no number. */
  source: string | null;
}

/** What all nodes of the store have to agree on. */
export interface SharedTable {
  name: string;
  value: string;
}

export interface ApiKeysTable {
  key_id: string;
  secret_hash: string;
  name: string;
  /** JSON. */
  scopes: string;
  created_at: number;
  created_by: string;
  expires_at: number | null;
  last_used_at: number | null;
  unit: string | null;
  revoked_at: number | null;
}

export interface AccountsTable {
  account_id: string;
  name: string;
  /** JSON. */
  scopes: string;
  password_hash: string | null;
  subject: string | null;
  created_at: number;
  disabled_at: number | null;
  unit: string | null;
}

export interface SessionsTable {
  session_id: string;
  token_hash: string;
  /** Good until `previous_until`: requests cross with the rotation. */
  previous_hash: string | null;
  previous_until: number;
  account_id: string;
  csrf_token: string;
  created_at: number;
  last_seen_at: number;
  rotated_at: number;
}

export interface AuditTable {
  /** Sorts by time. */
  audit_id: string;
  at: number;
  actor: string;
  action: string;
  target: string | null;
  status: number;
  address: string | null;
  reason: string | null;
  /** Of the key or account that did it; empty: none. */
  unit: Generated<string>;
}

export interface WebhooksTable {
  webhook_id: string;
  url: string;
  /** JSON: the types of events it wants; empty: all. */
  events: string;
  /** Sealed, see pin-seal.ts. */
  secret: string;
  description: string | null;
  created_at: number;
  failing_since: number | null;
  attempts: number;
  next_attempt_at: number;
  last_problem: string | null;
  last_delivered_at: number | null;
  disabled_at: number | null;
  /** The node that sends now: nobody else does before `lease_until`. */
  lease_by: string | null;
  lease_until: number;
}

export interface WebhookMessagesTable {
  webhook_id: string;
  /** Sorts in the order of sending. */
  message_id: string;
  created_at: number;
  payload: string;
}

/** Meetings that came from the outside directory, and when it was asked. */
export interface DirectoryMeetingsTable {
  call_id: string;
  asked_at: number;
}

/** What is not removed, however old it is. */
export interface HoldsTable {
  hold_id: string;
  kind: string;
  target: string;
  reason: string;
  created_at: number;
  created_by: string;
}

/** Erased for a person; journals of nodes may still have them for a while. */
export interface ErasedCallsTable {
  leg_id: string;
  erased_at: number;
}

/** What one node at a time does for all. */
export interface JobsTable {
  name: string;
  lease_by: string | null;
  lease_until: number;
}

/** Short facts of meetings: `mark-book.ts`. */
export interface MarksTable {
  kind: string;
  call_id: string;
  subject: string;
  at: number;
}

/** Room systems of our own: `room-system-store.ts`. */
export interface RoomSystemsTable {
  /** `user@domain`. */
  address: string;
  name: string;
  ha1_md5: string | null;
  ha1_sha256: string | null;
  created_at: number;
  created_by: string;
}

/** Where they are registered. */
export interface BindingsTable {
  address: string;
  contact: string;
  transport: string;
  remote_address: string;
  remote_port: number;
  node_id: string;
  sip_call_id: string;
  cseq: number;
  expires_at: number;
}

export interface Schema {
  meetings: MeetingsTable;
  seats: SeatsTable;
  invitees: InviteesTable;
  calls: CallsTable;
  nodes: NodesTable;
  guesses: GuessesTable;
  shared: SharedTable;
  api_keys: ApiKeysTable;
  accounts: AccountsTable;
  sessions: SessionsTable;
  audit: AuditTable;
  webhooks: WebhooksTable;
  webhook_messages: WebhookMessagesTable;
  directory_meetings: DirectoryMeetingsTable;
  marks: MarksTable;
  room_systems: RoomSystemsTable;
  bindings: BindingsTable;
  holds: HoldsTable;
  erased_calls: ErasedCallsTable;
  jobs: JobsTable;
}
