/** The booked meetings. */
import type { Language } from '../../ivr/language.ts';
import type { Invitee, Role } from '../../meeting/invitee.ts';
import type { MeetingOptions } from '../../meeting/meeting-options.ts';
import type { CallId, InviteeId, LegId, RoomName } from '../identifiers.ts';

export type Admission = 'open' | 'host' | 'lobby';

export type AfterHostLeaves = 'lobby' | 'end' | 'continue';

export interface Meeting {
  readonly callId: CallId;
  readonly title: string | undefined;
  readonly videoAddress: string | undefined;
  readonly room: RoomName;
  readonly startsAt: number | undefined;
  readonly endsAt: number | undefined;
  readonly timeZone: string;
  readonly guestPin: string | undefined;
  readonly hostPin: string | undefined;
  readonly admission: Admission;
  readonly afterHostLeaves: AfterHostLeaves;
  readonly maxParticipants: number | undefined;
  readonly phonesAllowed: boolean;
  readonly locked: boolean;
  readonly language: Language | undefined;
  readonly options: MeetingOptions;
  readonly invitees: readonly Invitee[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Who wants a seat, and who else is there beside the callers. */
export interface SeatClaim {
  readonly role: Role;
  readonly inviteeId: InviteeId | undefined;
  /** The seat of an earlier call of this invitee is taken over. */
  readonly takesOver: boolean;
  /** Participants of the room who are no callers. */
  readonly others: number;
}

export const guestClaim: SeatClaim = {
  role: 'guest',
  inviteeId: undefined,
  takesOver: false,
  others: 0,
};

export type SeatOutcome =
  /**
   * `number`: the lowest free number among the phones of this meeting, for "Phone 1". `replaces`:
   * the earlier call of the same invitee, whose seat it was.
   */
  | { readonly seated: true; readonly number: number; readonly replaces?: LegId | undefined }
  | { readonly seated: false; readonly reason: 'full' | 'gone' };

export interface MeetingDirectory {
  byCallId(callId: CallId): Promise<Meeting | undefined>;
  byVideoAddress(address: string): Promise<Meeting | undefined>;
  /** One transaction over all nodes of the store; without a claim, a guest's. A seat taken twice by one leg is the same seat. */
  takeSeat(callId: CallId, legId: LegId, claim?: Partial<SeatClaim>): Promise<SeatOutcome>;
  releaseSeat(legId: LegId): Promise<void>;
}

/** What a meeting is made from. Without `callId` or `room` the store makes random ones. */
export interface MeetingDraft extends Omit<
  Meeting,
  'callId' | 'room' | 'locked' | 'options' | 'invitees' | 'createdAt' | 'updatedAt'
> {
  /** Those that are left out have their defaults. */
  readonly options?: Partial<MeetingOptions>;
  readonly callId: CallId | undefined;
  readonly room: RoomName | undefined;
}

/** A key that is there is set, `undefined` included; a key that is not there stays. */
export type MeetingChanges = Partial<
  Omit<Meeting, 'callId' | 'room' | 'options' | 'invitees' | 'createdAt' | 'updatedAt'>
> & {
  /** All of them: those that are left out go back to their defaults. */
  readonly options?: Partial<MeetingOptions>;
};

export type MeetingOutcome =
  | { readonly done: true; readonly meeting: Meeting }
  /** Somebody else has this value. */
  | { readonly done: false; readonly reason: 'callId' | 'room' | 'videoAddress' }
  | { readonly done: false; readonly reason: 'not-found' };

/** The booked meetings, as the API writes and reads them. */
export interface MeetingBook extends MeetingDirectory {
  create(draft: MeetingDraft): Promise<MeetingOutcome>;
  change(callId: CallId, changes: MeetingChanges): Promise<MeetingOutcome>;
  /** Newest first; `after` is the last one of the page before. */
  list(page: {
    readonly limit: number;
    readonly after: { readonly createdAt: number; readonly callId: CallId } | undefined;
  }): Promise<readonly Meeting[]>;
  /** False where there was none. */
  remove(callId: CallId): Promise<boolean>;
  /** A new random room name, so that old tokens lead nowhere; a room chosen by the API keeps its own. */
  renewRoom(callId: CallId): Promise<MeetingOutcome>;
}

/** What a host does to a meeting as a whole, for the callers of all nodes. Rejects where it was not done. */
export interface MeetingActions {
  setLocked(callId: CallId, locked: boolean): Promise<void>;
  /** Moves the booked end; nothing where none is booked. */
  extend(callId: CallId, byMs: number): Promise<void>;
  /** Ends it where the booked end has passed and the booking wants live talk to end with it. */
  endIfDue(callId: CallId, now: number): Promise<void>;
  /** Ends it for all: the room is closed and gets a new name. */
  end(callId: CallId): Promise<void>;
}
