/** Short facts of meetings, known to all nodes of a store, and after a restart. */
import type { CallId } from '../identifiers.ts';

/**
 * `removed`: somebody was removed, `subject` their invitee's key or '' for an unknown phone.
 * `dial-out`: a call of ours was made, `subject` the number as `GuessLog.hide` made it.
 * `ended`: the meeting was ended at its booked end, `at`.
 */
export type MarkKind = 'removed' | 'dial-out' | 'ended';

export interface Mark {
  readonly kind: MarkKind;
  readonly callId: CallId;
  readonly subject: string;
  readonly at: number;
}

/** All reject with a `StoreError` when the database fails. */
export interface MarkBook {
  /** True for one caller only, on whichever node. */
  add(mark: Mark): Promise<boolean>;
  remove(mark: Mark): Promise<void>;
  /** Those at or after `from`, oldest first. */
  since(kind: MarkKind, from: number): Promise<readonly Mark[]>;
}
