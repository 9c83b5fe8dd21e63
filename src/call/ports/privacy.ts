/** What is kept of persons, for how long, and who may see or remove it. */
import type { CallId, LegId } from '../identifiers.ts';
import type { CallRecord } from './call-records.ts';

/** A whole number as it is kept: nobody reads it, and who knows it finds it. */
export interface KeptNumber {
  /** Encrypted, bound to its call. */
  readonly sealed: string;
  /** Keyed hash of the normalised number. */
  readonly hash: string;
}

export interface NumberVault {
  keep(number: string, legId: LegId): KeptNumber;
  /** Throws where the secret is another one. */
  open(kept: KeptNumber, legId: LegId): string;
  /** All hashes that this number may have been kept under. */
  hashes(number: string): readonly string[];
  /** Names the person of a number in the audit log: always the same, and does not tell the number. */
  nameOf(number: string): string;
}

/** What a legal hold keeps: one call, a meeting with its calls, or all of an organisation unit. */
export type HoldTarget =
  | { readonly kind: 'call'; readonly target: LegId }
  | { readonly kind: 'meeting'; readonly target: CallId }
  | { readonly kind: 'unit'; readonly target: string };

export type Hold = HoldTarget & {
  readonly holdId: string;
  readonly reason: string;
  readonly createdAt: number;
  readonly createdBy: string;
};

/** While a hold is there, nothing of what it names is removed. All reject with a `StoreError`. */
export interface HoldBook {
  add(hold: Hold): Promise<void>;
  /** Newest first. */
  list(): Promise<readonly Hold[]>;
  /** False where there is none. */
  lift(holdId: string): Promise<boolean>;
}

/** The calls of one person, known by their number. All reject with a `StoreError`. */
export interface PersonBook {
  /** Newest first, at most `limit`. */
  callsOf(number: string, limit: number): Promise<readonly CallRecord[]>;
  /** Removes the records of ended calls. `held`: kept by a legal hold; `live`: not over yet. */
  erase(number: string): Promise<{
    readonly erased: number;
    readonly held: number;
    readonly live: number;
  }>;
}

/** How many days each is kept after its end. */
export interface Ages {
  readonly numbers: number;
  readonly records: number;
  readonly traces: number;
  readonly audit: number;
}

export interface RetentionAges {
  readonly byDefault: Ages;
  readonly units: Readonly<Record<string, Ages>>;
}
