/** Traces as the API takes and shows them. */
import { z } from 'zod';
import { legId, title } from './field-schemas.ts';

export const traceRequest = z.union([
  z.strictObject({
    legId,
    minutes: z.int().min(1).max(120).default(10),
    reason: title.min(3).optional().describe('Kept in the audit log'),
  }),
  z.strictObject({
    number: z
      .string()
      .regex(/^\+?[\d ()-]{5,20}$/)
      .describe('The next call from this number'),
    minutes: z.int().min(1).max(120).default(10),
    reason: title.min(3).optional().describe('Kept in the audit log'),
  }),
]);

export const shownTrace = z
  .object({
    traceId: z.string(),
    state: z.enum(['asked', 'on', 'done']).describe('asked: the call has not come yet'),
    startedAt: z.string(),
    endsAt: z.string(),
    deletedAt: z.string(),
    packets: z.number(),
    bytes: z.number(),
    truncated: z.boolean().describe('It was full before its time was over'),
  })
  .meta({ id: 'Trace' });

export const traceList = z.object({ items: z.array(shownTrace) });

export const traceEnd = z
  .strictObject({ reason: title.min(3).optional().describe('Kept in the audit log') })
  .nullish();
