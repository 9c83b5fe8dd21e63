/**
 * What a meeting answers to somebody who knows its ID. Pure: the meeting, the time and what is
 * known of the caller in, one answer out. Seats are the store's (they need a transaction).
 */
import type { Meeting } from '../call/ports/meetings.ts';
import { identifyByPin } from './identify.ts';
import { pinLengthOf, type Role } from './invitee.ts';

/** Who comes this much early may wait on the line; earlier ones are asked to call again. */
export const earlyWaitMs = 30 * 60_000;

export type { Role };

export interface AdmissionContext {
  readonly now: number;
  /** What was keyed in, or undefined while nothing was. */
  readonly pin: string | undefined;
  /** A host let this one call in: lobby, lock and the wait for the host are behind it. */
  readonly letIn: boolean;
  /** Whether a host is in the meeting. */
  readonly hostPresent: boolean;
  /** Known since an earlier admission of this call: no PIN is asked again. */
  readonly role?: Role | undefined;
  /** Was removed from this meeting before: a host decides. */
  readonly mustKnock?: boolean;
  /** The last host left and the meeting has its guests wait: an open one is opened by a host then. */
  readonly hostLeft?: boolean;
  /** The sound is encrypted on its way to us, and its keys too. */
  readonly lineEncrypted: boolean;
  /** Whether the room is known to be end-to-end encrypted. */
  readonly roomEncrypted: boolean;
}

export type AdmissionOutcome =
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'ended' }
  /** `mayWait`: it begins within `earlyWaitMs`. */
  | { readonly outcome: 'too-early'; readonly startsAt: number; readonly mayWait: boolean }
  | { readonly outcome: 'phones-not-allowed' }
  | { readonly outcome: 'encrypted' }
  /** The meeting asks for an encrypted line, and this one is none. */
  | { readonly outcome: 'encryption-required' }
  | { readonly outcome: 'pin-wanted'; readonly length: number }
  | { readonly outcome: 'wrong-pin'; readonly length: number }
  | { readonly outcome: 'wait'; readonly for: 'locked' | 'host' | 'lobby' }
  | { readonly outcome: 'admit'; readonly role: Role };

/** The booked end closes the door. It says nothing about those who are in. */
export const isOver = (meeting: Meeting, now: number): boolean =>
  meeting.endsAt !== undefined && now >= meeting.endsAt;

/** Decides in the order in which the sentences are worth hearing; the first that applies counts. */
export function decideAdmission(
  meeting: Meeting | undefined,
  context: AdmissionContext,
): AdmissionOutcome {
  if (meeting === undefined) return { outcome: 'unknown' };
  const { now } = context;
  if (isOver(meeting, now)) return { outcome: 'ended' };
  if (!meeting.phonesAllowed) return { outcome: 'phones-not-allowed' };
  if (context.roomEncrypted) return { outcome: 'encrypted' };
  if (meeting.options.encryption === 'required' && !context.lineEncrypted)
    return { outcome: 'encryption-required' };
  if (meeting.startsAt !== undefined && now < meeting.startsAt) {
    const { startsAt } = meeting;
    return { outcome: 'too-early', startsAt, mayWait: startsAt - now <= earlyWaitMs };
  }
  const role = context.role ?? identifyByPin(meeting, context.pin)?.role;
  if (role === undefined) {
    const outcome = context.pin === undefined ? 'pin-wanted' : 'wrong-pin';
    return { outcome, length: pinLengthOf(meeting) ?? 0 };
  }
  if (role === 'host' || context.letIn) return { outcome: 'admit', role };
  if (meeting.locked) return { outcome: 'wait', for: 'locked' };
  if (context.mustKnock === true) return { outcome: 'wait', for: 'lobby' };
  if (role === 'interpreter' && meeting.options.interpreterFirst) return { outcome: 'admit', role };
  if (meeting.admission === 'lobby') return { outcome: 'wait', for: 'lobby' };
  const hostOpens = meeting.admission === 'host' || context.hostLeft === true;
  if (hostOpens && !context.hostPresent) return { outcome: 'wait', for: 'host' };
  return { outcome: 'admit', role };
}
