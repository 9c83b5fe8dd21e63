/** Meetings as the API takes and shows them. */
import { z } from 'zod';
import { languages } from '../ivr/language.ts';
import { entrySignals, type MeetingOptions } from '../meeting/meeting-options.ts';
import {
  callId,
  pin,
  roomName,
  time,
  timeZone,
  title,
  unitCode,
  videoAddress,
} from './field-schemas.ts';

/** One field for each of `MeetingOptions`. */
const optionFields = {
  encryption: z
    .enum(['optional', 'required'])
    .nullish()
    .describe('required: calls without an encrypted line are told why. Default: optional'),
  atEnd: z
    .enum(['continue', 'end'])
    .nullish()
    .describe('What endsAt does to those who are in. Default: continue'),
  entrySignal: z
    .enum(entrySignals)
    .nullish()
    .describe('How phones hear that somebody came or left. Default: none'),
  namesToEverybody: z
    .boolean()
    .nullish()
    .describe('Names of callers are said to all phones, not to hosts alone. Default: false'),
  askAfter: z
    .boolean()
    .nullish()
    .describe('Phones are asked by key whether the technology worked. Default: false'),
  keysToRoom: z
    .boolean()
    .nullish()
    .describe('Keys that are no command go into the room as SIP DTMF messages. Default: false'),
  interpreterFirst: z
    .boolean()
    .nullish()
    .describe('Interpreters are let in before the host, past the lobby. Default: false'),
  lobbyLimitSeconds: z
    .int()
    .min(5)
    .max(86_400)
    .nullish()
    .describe('The longest wait to be let in. Default: 3600'),
  hostLimitSeconds: z
    .int()
    .min(5)
    .max(86_400)
    .nullish()
    .describe('The longest wait for a host. Default: 3600'),
  callLimitMinutes: z
    .int()
    .min(1)
    .max(10_080)
    .nullish()
    .describe("The longest call; the gateway's own limit, where that is shorter. Default: 10080"),
  unit: unitCode
    .nullish()
    .describe('Says how long things are kept. Default: that of the key, or none'),
} satisfies Record<keyof MeetingOptions, z.ZodType>;

/** What can be set at any time. `null` is the same as leaving a field out: its default. */
const settings = {
  title: title.nullish(),
  videoAddress: videoAddress.nullish().describe('The address that video rooms dial'),
  startsAt: time.nullish(),
  endsAt: time.nullish().describe('Closes the door; those who are in go on talking'),
  timeZone: timeZone.nullish().describe('In which times are spoken and printed'),
  guestPin: pin.nullish(),
  hostPin: pin.nullish(),
  admission: z.enum(['open', 'host', 'lobby']).nullish().describe('Default: open'),
  afterHostLeaves: z.enum(['lobby', 'end', 'continue']).nullish().describe('Default: continue'),
  maxParticipants: z
    .int()
    .min(1)
    .max(10_000)
    .nullish()
    .describe('Phones, rooms and browsers alike; customary: 5, 25, 50, 100. Default: no limit')
    .meta({ examples: [5, 25, 50, 100] }),
  phonesAllowed: z.boolean().nullish().describe('Default: true'),
  language: z.enum(languages).nullish().describe("Default: the dialled number's"),
  ...optionFields,
};

export const newMeeting = z
  .strictObject({
    ...settings,
    callId: callId.nullish().describe('Default: a random one'),
    room: roomName
      .nullish()
      .describe('LiveKit room. Default: a random name, made anew after each end'),
  })
  .meta({ id: 'NewMeeting' });

export const meetingChanges = z
  .strictObject(settings)
  .meta({ id: 'MeetingChanges', description: '`null` puts a field back to its default' });

export const shownMeeting = z
  .object({
    callId,
    room: z.string(),
    title: z.string().nullable(),
    videoAddress: z.string().nullable(),
    startsAt: z.string().nullable(),
    endsAt: z.string().nullable(),
    timeZone: z.string(),
    guestPin: z.string().nullable(),
    hostPin: z.string().nullable(),
    admission: z.enum(['open', 'host', 'lobby']),
    afterHostLeaves: z.enum(['lobby', 'end', 'continue']),
    maxParticipants: z.int().nullable(),
    phonesAllowed: z.boolean(),
    locked: z.boolean(),
    language: z.enum(languages).nullable(),
    encryption: z.enum(['optional', 'required']),
    atEnd: z.enum(['continue', 'end']),
    interpreterFirst: z.boolean(),
    lobbyLimitSeconds: z.int(),
    hostLimitSeconds: z.int(),
    callLimitMinutes: z.int(),
    unit: z.string().describe('Empty: none'),
    entrySignal: z.enum(entrySignals),
    namesToEverybody: z.boolean(),
    askAfter: z.boolean(),
    keysToRoom: z.boolean(),
    joinUrl: z.string(),
    hostUrl: z.string().nullable().describe('null: this version has no host page'),
    dialIn: z.array(z.object({ number: z.string(), language: z.enum(languages) })),
    invitation: z.object({ sv: z.string(), en: z.string(), da: z.string() }),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Meeting' });

export const meetingPage = z
  .object({ items: z.array(shownMeeting), nextCursor: z.string().nullable() })
  .meta({ id: 'MeetingPage' });

export type MeetingSettings = z.infer<typeof meetingChanges>;
export type NewMeeting = z.infer<typeof newMeeting>;
export type ShownMeeting = z.infer<typeof shownMeeting>;
