/** How the gateway's calls to itself went, as the API shows it. */
import { z } from 'zod';

export const canaryResults = z
  .object({
    everyMinutes: z.number().nullable().describe('Null where it is off'),
    items: z.array(
      z.object({
        number: z.string(),
        at: z.string(),
        problem: z
          .string()
          .nullable()
          .describe(
            'no-meeting, not-answered, not-joined, not-heard or broken; null: it went well',
          ),
        answerMs: z.number().nullable(),
        joinMs: z.number().nullable(),
      }),
    ),
  })
  .meta({ id: 'Canary' });
