/** `/api/calls/{legId}/ladder`: the SIP messages of a call, without what they held. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { asLegId } from '../call/identifiers.ts';
import { forReaders } from './access/route-access.ts';
import { legId, problemAnswers } from './field-schemas.ts';
import type { HttpAppOptions } from './ports.ts';
import { ProblemError } from './problems.ts';
import { asText } from './time-text.ts';

const shown = z
  .object({
    items: z.array(
      z.object({
        at: z.string(),
        direction: z.enum(['in', 'out']).describe('in: to us'),
        what: z.string().describe('A method, or a status with its reason'),
        exchange: z.string().describe('CSeq: which request an answer belongs to'),
      }),
    ),
  })
  .meta({ id: 'Ladder' });

type LadderParts = Pick<HttpAppOptions, 'calls' | 'live' | 'tracing'>;

export function ladderRoutes({ calls, live, tracing }: LadderParts): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      '/api/calls/:legId/ladder',
      {
        config: forReaders,
        schema: {
          tags: ['calls'],
          summary: 'The SIP messages of a call: who said what when, without headers and bodies',
          params: z.object({ legId }),
          response: { 200: shown, ...problemAnswers('request/invalid', 'call/not-found') },
        },
      },
      async ({ params }) => {
        const leg = asLegId(params.legId);
        const record = live.get(leg) ?? (await calls.get(leg));
        if (record === undefined) throw new ProblemError('call/not-found');
        const lines = record.details.ladder ?? tracing?.ladder(record.sipCallId) ?? [];
        return { items: lines.map((line) => ({ ...line, at: asText(line.at) })) };
      },
    );
    done();
  };
}
