/** A meeting as the core knows it, and as a row. */
import type { Insertable, Selectable, Updateable } from 'kysely';
import type { CallId, RoomName } from '../call/identifiers.ts';
import type {
  Admission,
  AfterHostLeaves,
  Meeting,
  MeetingChanges,
  MeetingDraft,
} from '../call/ports/meetings.ts';
import type { Language } from '../ivr/language.ts';
import type { Invitee } from '../meeting/invitee.ts';
import { type MeetingOptions, withDefaultOptions } from '../meeting/meeting-options.ts';
import type { PinSeal } from './pin-seal.ts';
import type { MeetingsTable } from './schema.ts';

export type MeetingRow = Selectable<MeetingsTable>;

export const pinContext = (callId: string, role: 'guest' | 'host'): string =>
  `${role} pin of ${callId}`;
const sealed = (seal: PinSeal, pin: string | undefined, context: string): string | null =>
  pin === undefined ? null : seal.seal(pin, context);
const opened = (seal: PinSeal, pin: string | null, context: string): string | undefined =>
  pin === null ? undefined : seal.open(pin, context);

/** The form in which addresses are compared: `Room@Example.org` is `room@example.org`. */
export const normaliseVideoAddress = (address: string): string =>
  address.replace(/^sips?:/i, '').toLowerCase();
const normalised = (address: string | undefined): string | null =>
  address === undefined ? null : normaliseVideoAddress(address);

export function toMeetingRow(
  draft: MeetingDraft,
  made: { readonly callId: CallId; readonly room: RoomName; readonly now: number },
  seal: PinSeal,
): Insertable<MeetingsTable> {
  return {
    call_id: made.callId,
    title: draft.title ?? null,
    video_address: normalised(draft.videoAddress),
    room: made.room,
    room_given: draft.room === undefined ? 0 : 1,
    starts_at: draft.startsAt ?? null,
    ends_at: draft.endsAt ?? null,
    time_zone: draft.timeZone,
    guest_pin: sealed(seal, draft.guestPin, pinContext(made.callId, 'guest')),
    host_pin: sealed(seal, draft.hostPin, pinContext(made.callId, 'host')),
    admission: draft.admission,
    after_host_leaves: draft.afterHostLeaves,
    max_participants: draft.maxParticipants ?? null,
    phones_allowed: Number(draft.phonesAllowed),
    locked: 0,
    language: draft.language ?? null,
    options: JSON.stringify(draft.options ?? {}),
    unit: draft.options?.unit ?? '',
    seat_turns: 0,
    created_at: made.now,
    updated_at: made.now,
  };
}

/** Only the columns whose key is in `changes`. */
export function toMeetingUpdate(
  callId: CallId,
  changes: MeetingChanges,
  now: number,
  seal: PinSeal,
): Updateable<MeetingsTable> {
  const given = <Value>(key: keyof MeetingChanges, value: Value): Value | undefined =>
    key in changes ? value : undefined;
  const update: Updateable<MeetingsTable> = {
    title: given('title', changes.title ?? null),
    video_address: given('videoAddress', normalised(changes.videoAddress)),
    starts_at: given('startsAt', changes.startsAt ?? null),
    ends_at: given('endsAt', changes.endsAt ?? null),
    time_zone: changes.timeZone,
    guest_pin: given('guestPin', sealed(seal, changes.guestPin, pinContext(callId, 'guest'))),
    host_pin: given('hostPin', sealed(seal, changes.hostPin, pinContext(callId, 'host'))),
    admission: changes.admission,
    after_host_leaves: changes.afterHostLeaves,
    max_participants: given('maxParticipants', changes.maxParticipants ?? null),
    phones_allowed: changes.phonesAllowed === undefined ? undefined : Number(changes.phonesAllowed),
    locked: changes.locked === undefined ? undefined : Number(changes.locked),
    language: given('language', changes.language ?? null),
    options: given('options', JSON.stringify(changes.options ?? {})),
    unit: given('options', changes.options?.unit ?? ''),
  };
  return { ...update, updated_at: now };
}

export type MeetingPins = Pick<Meeting, 'guestPin' | 'hostPin'>;

/** Throws `store/unreadable-pin`: a meeting whose PIN cannot be read must not open without one. */
export const meetingPins = (row: MeetingRow, seal: PinSeal): MeetingPins => ({
  guestPin: opened(seal, row.guest_pin, pinContext(row.call_id, 'guest')),
  hostPin: opened(seal, row.host_pin, pinContext(row.call_id, 'host')),
});

/** Throws as `meetingPins` does. */
export function fromMeetingRow(
  row: MeetingRow,
  invitees: readonly Invitee[],
  seal: PinSeal,
): Meeting {
  return {
    callId: row.call_id as CallId,
    title: row.title ?? undefined,
    videoAddress: row.video_address ?? undefined,
    room: row.room as RoomName,
    startsAt: row.starts_at ?? undefined,
    endsAt: row.ends_at ?? undefined,
    timeZone: row.time_zone,
    ...meetingPins(row, seal),
    admission: row.admission as Admission,
    afterHostLeaves: row.after_host_leaves as AfterHostLeaves,
    maxParticipants: row.max_participants ?? undefined,
    phonesAllowed: row.phones_allowed === 1,
    locked: row.locked === 1,
    language: (row.language ?? undefined) as Language | undefined,
    options: withDefaultOptions(JSON.parse(row.options) as Partial<MeetingOptions>),
    invitees,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
