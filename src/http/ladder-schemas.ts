/** The SIP messages of a call, as the API shows them. */
import { z } from 'zod';

export const shownLadder = z
  .object({
    items: z.array(
      z.object({
        at: z.string(),
        direction: z.enum(['in', 'out']).describe('in: to us'),
        what: z.string().describe('A method or a status'),
        exchange: z.string().describe('CSeq: which request an answer belongs to'),
        message: z
          .array(z.string())
          .describe('Line by line, what may be shown: chosen headers, SDP after an empty line'),
      }),
    ),
  })
  .meta({ id: 'Ladder' });
