/** What a host on the phone wants done to others than the own call, and whom a host can ask about. */
import type { Role } from '../meeting/admission.ts';
import type { CallId, InviteeId, LegId } from './identifiers.ts';
import type { SpokenPerson } from './person.ts';
import type { PictureState } from './ports/sip-engine.ts';

export type HostAct =
  | { readonly act: 'admit'; readonly legId: LegId }
  | { readonly act: 'refuse'; readonly legId: LegId }
  /** A private word with one who waits. */
  | { readonly act: 'talk'; readonly legId: LegId }
  | { readonly act: 'mute-phones'; readonly callId: CallId; readonly muted: boolean }
  | { readonly act: 'set-locked'; readonly callId: CallId; readonly locked: boolean }
  | { readonly act: 'extend'; readonly callId: CallId; readonly byMs: number }
  | { readonly act: 'end'; readonly callId: CallId };

/** Somebody who can be let in by a host. */
export interface WaitingCaller {
  readonly legId: LegId;
  /** The last two digits of the number, as the room would show them; undefined where withheld. */
  readonly numberEnd: string | undefined;
  /** Undefined: nobody says who it is. */
  readonly person?: SpokenPerson | undefined;
}

/** Somebody who is in the meeting by telephone. */
export interface PhoneInMeeting extends WaitingCaller {
  readonly role: Role;
  /** A video room whose picture the hosts were told is missing, and why. */
  readonly missing?: MissingPicture | undefined;
}

export type MissingPicture = Exclude<PictureState, 'coming'>;

/**
 * A phone at a meeting's door or in it, as a node tells the others of it: without a name, which each
 * node has in its own booking.
 */
export interface CallerSeen extends Omit<PhoneInMeeting, 'person'> {
  readonly callId: CallId;
  readonly place: 'door' | 'in';
  readonly since: number;
  /** At this phone; undefined: one. */
  readonly people?: number | undefined;
  readonly inviteeId?: InviteeId | undefined;
}
