/** Calls as the API shows them. */
import { z } from 'zod';
import { callId, cursor, limit, time } from './field-schemas.ts';

const results = ['completed', 'abandoned', 'refused', 'failed', 'server-error'] as const;

export const callFilter = z.strictObject({
  state: z.enum(['live', 'waiting', 'ended']).optional(),
  callId: callId.optional(),
  from: time.optional().describe('Calls that started at or after this time; write + as %2B'),
  to: time.optional().describe('Calls that started before this time'),
  result: z.enum(results).optional(),
  limit,
  cursor,
});

const quality = z.object({
  packets: z.number(),
  lost: z.number(),
  lossPct: z.number(),
  jitterMs: z.number(),
  mos: z.number(),
});

const summary = {
  legId: z.string(),
  sipCallId: z.string(),
  nodeId: z.string(),
  engine: z.enum(['embedded', 'drachtio']),
  direction: z.enum(['inbound', 'outbound']),
  from: z.string().nullable().describe('Masked; null where withheld'),
  to: z.string(),
  callId: z.string().nullable(),
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
      suite: z.string().optional().describe('Of SRTP, as in SDP'),
    })
    .nullable()
    .describe('How the way to us is protected; null before the answer'),
};

export const callSummary = z.object(summary).meta({ id: 'CallSummary' });

export const shownCall = z
  .object({
    ...summary,
    quality: z
      .object({
        up: quality.describe('From the caller'),
        down: quality.nullable().describe('To the caller; null without RTCP reports'),
        rejected: z
          .object({ forged: z.number(), replayed: z.number() })
          .optional()
          .describe('Packets that SRTP dropped'),
      })
      .nullable(),
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

export type CallFilter = z.infer<typeof callFilter>;
export type CallSummary = z.infer<typeof callSummary>;
export type ShownCall = z.infer<typeof shownCall>;
