/** How many people are at one phone or in one room, as a host counted them. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { asLegId } from '../call/identifiers.ts';
import { forBooking } from './access/route-access.ts';
import { bodyProblems, legId, problemAnswers } from './field-schemas.ts';
import { expectDone } from './host-routes.ts';
import type { HttpAppOptions } from './ports.ts';

const request = z.strictObject({ count: z.int().min(1).max(100) });

export function peopleRoutes({ calls, live }: HttpAppOptions): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.post(
      '/api/calls/:legId/people',
      {
        config: forBooking,
        schema: {
          tags: ['calls'],
          summary: 'Say how many people are at this phone or in this room',
          params: z.object({ legId }),
          body: request,
          response: {
            204: z.undefined(),
            ...problemAnswers(
              ...bodyProblems,
              'call/not-found',
              'call/wrong-state',
              'call/node-unreachable',
            ),
          },
        },
      },
      async ({ params, body }, reply) => {
        const leg = asLegId(params.legId);
        await expectDone(calls, leg, live.people(leg, String(body.count)));
        return reply.code(204).send();
      },
    );
    done();
  };
}
