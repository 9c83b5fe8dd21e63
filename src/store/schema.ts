/**
 * The tables, for SQLite and PostgreSQL alike: times are bigint epoch milliseconds (a PostgreSQL
 * pool has to parse int8 as a number), truths are 0 or 1, structures are JSON text.
 */

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

export interface Schema {
  meetings: MeetingsTable;
  seats: SeatsTable;
  calls: CallsTable;
  nodes: NodesTable;
  guesses: GuessesTable;
  shared: SharedTable;
}
