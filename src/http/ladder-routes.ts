/** `/api/calls/{legId}/ladder`: the SIP messages of a call, with what may be shown of them. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { asLegId } from '../call/identifiers.ts';
import { forReaders } from './access/route-access.ts';
import { legId, problemAnswers } from './field-schemas.ts';
import { shownLadder } from './ladder-schemas.ts';
import type { HttpAppOptions } from './ports.ts';
import { ProblemError } from './problems.ts';
import { asText } from './time-text.ts';

type LadderParts = Pick<HttpAppOptions, 'calls' | 'live' | 'tracing'>;

export function ladderRoutes({ calls, live, tracing }: LadderParts): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      '/api/calls/:legId/ladder',
      {
        config: forReaders,
        schema: {
          tags: ['calls'],
          summary:
            'The SIP messages of a call: who said what when; numbers masked, secrets left out',
          params: z.object({ legId }),
          response: { 200: shownLadder, ...problemAnswers('request/invalid', 'call/not-found') },
        },
      },
      async ({ params }) => {
        const leg = asLegId(params.legId);
        const record = live.get(leg) ?? (await calls.get(leg));
        if (record === undefined) throw new ProblemError('call/not-found');
        const lines = record.details.ladder ?? tracing?.ladder(record.sipCallId) ?? [];
        return {
          items: lines.map(({ shown = [], at, ...line }) => ({
            ...line,
            at: asText(at),
            message: [...shown],
          })),
        };
      },
    );
    done();
  };
}
