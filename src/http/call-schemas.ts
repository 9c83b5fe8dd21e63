/** Calls as the API shows them. */
import { z } from 'zod';
import { identifications } from '../meeting/identify.ts';
import { roles } from '../meeting/invitee.ts';
import { callId, cursor, limit, time, title } from './field-schemas.ts';
import { shownQuality } from './quality-schema.ts';

const results = ['completed', 'abandoned', 'refused', 'failed', 'server-error'] as const;

/** What both the list and the table of calls are chosen by. */
const chosenBy = {
  state: z.enum(['live', 'waiting', 'ended']).optional(),
  callId: callId.optional(),
  from: time.optional().describe('Calls that started at or after this time; write + as %2B'),
  to: time.optional().describe('Calls that started before this time'),
  result: z.enum(results).optional(),
  number: z
    .string()
    .max(40)
    .optional()
    .describe('The number of the caller, whole or masked as it is shown; write + as %2B'),
  sipCallId: z.string().max(255).optional().describe('The Call-ID header'),
  supportCode: z
    .string()
    .transform((text) => text.replaceAll(/[\s-]/g, ''))
    .pipe(z.string().regex(/^\d{6}$/, { error: 'must be six digits' }))
    .optional()
    .describe('What the caller heard'),
};

export const callFilter = z.strictObject({ ...chosenBy, limit, cursor });

export const callTableFilter = z.strictObject({
  ...chosenBy,
  separator: z
    .enum(['comma', 'semicolon', 'tab'])
    .default('comma')
    .describe('Semicolon where the comma is the decimal sign, as in Swedish and Danish'),
  limit: z.coerce.number().int().min(1).max(1_000_000).default(100_000),
});

const summary = {
  legId: z.string(),
  sipCallId: z.string(),
  nodeId: z.string(),
  engine: z.enum(['embedded', 'drachtio']),
  direction: z.enum(['inbound', 'outbound']),
  from: z.string().nullable().describe('Masked; null where withheld'),
  to: z.string(),
  callId: z.string().nullable().describe('Masked for those who may not book'),
  room: z.string().nullable(),
  state: z.enum(['ringing', 'ivr', 'waiting', 'joined', 'ended']),
  startedAt: z.string(),
  answeredAt: z.string().nullable(),
  joinedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  termination: z
    .object({
      result: z.enum(results),
      reason: z.string().describe('One of the list in docs/errors.md'),
      by: z.enum(['caller', 'host', 'meeting', 'gateway', 'network', 'operator']),
    })
    .nullable(),
  codec: z.string().nullable(),
  encrypted: z.boolean().describe('Sound encrypted on the way to us, and its keys too'),
  security: z
    .object({
      signalling: z.enum(['udp', 'tcp', 'tls']),
      media: z.enum(['rtp', 'srtp']),
      keys: z
        .enum(['sdes', 'dtls'])
        .optional()
        .describe('How SRTP came by its keys: in the SDP, or by a handshake beside the sound'),
      suite: z.string().optional().describe('Of SRTP, as in SDP'),
    })
    .nullable()
    .describe('How the way to us is protected; null before the answer'),
  supportCode: z.string().nullable().describe('What the caller hears by star zero'),
  muted: z.boolean().describe('The room does not hear the caller now'),
  handRaised: z.boolean().describe('The caller asks to speak now'),
  onHold: z.boolean().describe('The other side holds the call now'),
  desk: z
    .enum(['called', 'answered'])
    .nullable()
    .describe('The caller waits for a person of the service desk, or is with one now'),
  trunk: z.string().nullable().describe('By which trunk it came; null where by none of the list'),
  mos: z.number().nullable().describe('Of the worst way, 1 to 4.5; null while not known'),
  name: z.string().nullable().describe('As the room shows the caller; of live calls only'),
  role: z.enum(roles).nullable(),
  identification: z.enum(identifications).nullable().describe('How sure it is who calls'),
  inviteeId: z.string().nullable(),
  protectedIdentity: z.boolean().describe('Neither name nor number is shown'),
  people: z.int().describe('At this phone, as a host counted them'),
  video: z.boolean().describe('A video room: pictures were agreed on'),
  interpreting: z
    .array(z.object({ startedAt: z.string(), endedAt: z.string().nullable() }))
    .describe('When an interpreter was in the meeting'),
};

export const callSummary = z.object(summary).meta({ id: 'CallSummary' });

export const shownCall = z
  .object({
    ...summary,
    quality: shownQuality.nullable(),
    roomSystem: z.string().nullable().describe('A registered room system of our own: its address'),
    feedback: z
      .object({ technologyWorked: z.boolean() })
      .nullable()
      .describe('What the caller answered by key afterwards'),
    timeline: z.array(
      z.object({
        at: z.string(),
        event: z.string(),
        fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
      }),
    ),
  })
  .meta({ id: 'Call' });

export const callPage = z
  .object({ items: z.array(callSummary), nextCursor: z.string().nullable() })
  .meta({ id: 'CallPage' });

export const revealRequest = z.strictObject({
  reason: title.min(3).describe('Why; it is kept in the audit log'),
});

export const revealed = z
  .object({
    callId: z.string().nullable(),
    number: z
      .string()
      .nullable()
      .describe('For operators; null where withheld, protected or kept no longer'),
  })
  .meta({ id: 'Revealed' });

export type CallFilter = z.infer<typeof callFilter>;
export type CallSummary = z.infer<typeof callSummary>;
export type ShownCall = z.infer<typeof shownCall>;
