/** Webhooks as the API takes and shows them. */
import { z } from 'zod';
import { eventType } from './event-schemas.ts';
import { title } from './field-schemas.ts';

export const newWebhook = z.strictObject({
  url: z.string().max(2_000).describe('https; not a private address'),
  events: z.array(eventType).max(50).default([]).describe('Types of events; none: all'),
  description: title.nullish(),
});

export const shownWebhook = z
  .object({
    webhookId: z.string(),
    url: z.string(),
    events: z.array(z.string()),
    description: z.string().nullable(),
    createdAt: z.string(),
    state: z.enum(['active', 'failing', 'disabled']),
    failingSince: z.string().nullable(),
    attempts: z.number().int().describe('Failed ones since the last that was taken'),
    nextAttemptAt: z.string().nullable(),
    lastProblem: z.string().nullable(),
    disabledAt: z.string().nullable(),
    lastDeliveredAt: z.string().nullable().describe('When a message was taken last'),
  })
  .meta({ id: 'Webhook' });

export const madeWebhook = shownWebhook
  .extend({ secret: z.string().describe('For checking signatures. Shown once') })
  .meta({ id: 'MadeWebhook' });

export const webhookList = z.object({ items: z.array(shownWebhook) });
