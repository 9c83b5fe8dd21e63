/** Events as the API shows them. */
import { z } from 'zod';
import { eventTypes, isEventType } from '../call/gateway-event.ts';

const typeList = Object.keys(eventTypes).join(', ');

/** One type, or all of a kind: `call.*`. */
export const eventType = z
  .string()
  .refine((text) => isEventType(text), { error: `must be one of ${typeList}` });

export const eventFilter = z.strictObject({
  types: z
    .string()
    .max(500)
    .transform((text) => text.split(',').map((each) => each.trim()))
    .pipe(z.array(eventType))
    .optional()
    .describe(`With commas, from: ${typeList}. All where it is not given`),
});
