/** Those who are invited to a meeting, as the API writes and reads them. */
import type { Invitee, InviteeSettings } from '../../meeting/invitee.ts';
import type { CallId, InviteeId } from '../identifiers.ts';

/** Without `pin` a random one is made, as long as the meeting's other PINs. */
export interface InviteeDraft extends InviteeSettings {
  readonly pin: string | undefined;
}

/** A key that is there is set, `undefined` included; a key that is not there stays. */
export type InviteeChanges = Partial<InviteeSettings> & { readonly pin?: string };

export type InviteeOutcome =
  | { readonly done: true; readonly invitee: Invitee }
  /** `pin-taken`: another PIN of the meeting is the same; `pin-length`: they are of another length. */
  | { readonly done: false; readonly reason: 'not-found' | 'pin-taken' | 'full' }
  | { readonly done: false; readonly reason: 'pin-length'; readonly length: number };

export interface InviteeBook {
  /** Oldest first; undefined where there is no such meeting. */
  list(callId: CallId): Promise<readonly Invitee[] | undefined>;
  add(callId: CallId, draft: InviteeDraft): Promise<InviteeOutcome>;
  change(callId: CallId, inviteeId: InviteeId, changes: InviteeChanges): Promise<InviteeOutcome>;
  /** False where there was none. */
  remove(callId: CallId, inviteeId: InviteeId): Promise<boolean>;
}

/** Invitees of one meeting at most. */
export const maxInvitees = 200;
