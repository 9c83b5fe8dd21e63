/** Between the meeting of the core and the meeting of the API. */
import { asCallId, asRoomName } from '../call/identifiers.ts';
import type { Meeting, MeetingChanges, MeetingDraft } from '../call/ports/meetings.ts';
import type { Invitee } from '../meeting/invitee.ts';
import { invitationText } from '../meeting/invitation.ts';
import { defaultMeetingOptions, type MeetingOptions } from '../meeting/meeting-options.ts';
import type { MeetingSettings, NewMeeting, ShownMeeting } from './meeting-schemas.ts';
import type { HttpAppOptions } from './ports.ts';
import { type FieldError, ProblemError } from './problems.ts';

type Settings = Omit<MeetingDraft, 'callId' | 'room'>;

const asTime = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Date.parse(text);
const asText = (time: number | undefined): string | null =>
  time === undefined ? null : new Date(time).toISOString();

const isOptionName = (name: string): name is keyof MeetingOptions =>
  Object.hasOwn(defaultMeetingOptions, name);
const optionNames = Object.keys(defaultMeetingOptions).filter(isOptionName);

/** The options that were given; `null` is the default. */
const givenOptions = (given: MeetingSettings): Partial<MeetingOptions> =>
  Object.fromEntries(
    optionNames
      .map((name) => [name, given[name] ?? undefined] as const)
      .filter(([, value]) => value !== undefined),
  );

/** Every setting, with its default where the API gave none. */
function withDefaults(given: MeetingSettings, defaultTimeZone: string): Settings {
  return {
    title: given.title ?? undefined,
    videoAddress: given.videoAddress ?? undefined,
    startsAt: asTime(given.startsAt ?? undefined),
    endsAt: asTime(given.endsAt ?? undefined),
    timeZone: given.timeZone ?? defaultTimeZone,
    guestPin: given.guestPin ?? undefined,
    hostPin: given.hostPin ?? undefined,
    admission: given.admission ?? 'open',
    afterHostLeaves: given.afterHostLeaves ?? 'continue',
    maxParticipants: given.maxParticipants ?? undefined,
    phonesAllowed: given.phonesAllowed ?? true,
    language: given.language ?? undefined,
    options: givenOptions(given),
  };
}

/** Throws `request/invalid` where fields do not go together. */
export function toDraft(given: NewMeeting, defaultTimeZone: string): MeetingDraft {
  const settings = withDefaults(given, defaultTimeZone);
  refuseContradictions(settings);
  return {
    ...settings,
    callId: asCallId(given.callId ?? ''),
    room: typeof given.room === 'string' ? asRoomName(given.room) : undefined,
  };
}

/** What the meeting had, but for what was given; `null` goes back to the default. */
const changedOptions = (given: MeetingSettings, { options }: Meeting): Partial<MeetingOptions> => ({
  ...Object.fromEntries(Object.entries(options).filter(([name]) => !(name in given))),
  ...givenOptions(given),
});

/** The fields that were given, and no others. Throws `request/invalid` as `toDraft` does. */
export function toChanges(
  given: MeetingSettings,
  before: Meeting,
  defaultTimeZone: string,
): MeetingChanges {
  const fields = Object.entries(withDefaults(given, defaultTimeZone));
  const changes: MeetingChanges = {
    ...Object.fromEntries(fields.filter(([key]) => key in given)),
    ...(optionNames.some((name) => name in given) && { options: changedOptions(given, before) }),
  };
  refuseContradictions({ ...before, ...changes });
  return changes;
}

function refuseContradictions(
  meeting: Settings & { readonly invitees?: readonly Invitee[] },
): void {
  const errors: FieldError[] = [];
  const { startsAt, endsAt, guestPin, hostPin } = meeting;
  if (startsAt !== undefined && endsAt !== undefined && endsAt <= startsAt) {
    errors.push({ pointer: '#/endsAt', detail: 'must be after startsAt' });
  }
  if (guestPin !== undefined && hostPin !== undefined) {
    // The ninth digit of an ID ends its entry, and so does the last of a PIN: by its length.
    if (guestPin.length !== hostPin.length) {
      errors.push({ pointer: '#/hostPin', detail: 'must be as long as guestPin' });
    } else if (guestPin === hostPin) {
      errors.push({ pointer: '#/hostPin', detail: 'must differ from guestPin' });
    }
  }
  for (const [key, ours] of [
    ['guestPin', guestPin],
    ['hostPin', hostPin],
  ] as const) {
    const others = ours === undefined ? [] : (meeting.invitees ?? []);
    if (others.some((invitee) => invitee.pin.length !== ours?.length)) {
      errors.push({ pointer: `#/${key}`, detail: 'must be as long as the PINs of invitees' });
    } else if (others.some((invitee) => invitee.pin === ours)) {
      errors.push({ pointer: `#/${key}`, detail: 'must differ from the PINs of invitees' });
    }
  }
  if (errors.length > 0) throw new ProblemError('request/invalid', { errors });
}

export type MeetingView = (meeting: Meeting) => ShownMeeting;

export function createMeetingView(
  options: Pick<HttpAppOptions, 'publicUrl' | 'dialIn' | 'videoDomain' | 'helpNumber'>,
): MeetingView {
  const { publicUrl, videoDomain, helpNumber } = options;
  return (stored) => {
    const fallback = videoDomain === undefined ? undefined : `${stored.callId}@${videoDomain}`;
    const meeting: Meeting = { ...stored, videoAddress: stored.videoAddress ?? fallback };
    const joinUrl = `${publicUrl}/join/${meeting.callId}`;
    const context = { dialIn: options.dialIn, joinUrl, helpNumber };
    return {
      callId: meeting.callId,
      room: meeting.room,
      title: meeting.title ?? null,
      videoAddress: meeting.videoAddress ?? null,
      startsAt: asText(meeting.startsAt),
      endsAt: asText(meeting.endsAt),
      timeZone: meeting.timeZone,
      guestPin: meeting.guestPin ?? null,
      hostPin: meeting.hostPin ?? null,
      admission: meeting.admission,
      afterHostLeaves: meeting.afterHostLeaves,
      maxParticipants: meeting.maxParticipants ?? null,
      phonesAllowed: meeting.phonesAllowed,
      locked: meeting.locked,
      language: meeting.language ?? null,
      ...meeting.options,
      joinUrl,
      hostUrl: null,
      dialIn: options.dialIn.map(({ number, language }) => ({ number, language })),
      invitation: {
        sv: invitationText(meeting, 'sv', context),
        en: invitationText(meeting, 'en', context),
        da: invitationText(meeting, 'da', context),
      },
      createdAt: new Date(meeting.createdAt).toISOString(),
      updatedAt: new Date(meeting.updatedAt).toISOString(),
    };
  };
}
