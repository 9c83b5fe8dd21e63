/** `POST /api/meetings/{callId}/dial-out`: somebody is called into a meeting by telephone. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { asCallId } from '../call/identifiers.ts';
import { languages } from '../ivr/language.ts';
import { forBooking } from './access/route-access.ts';
import { callId, legId, problemAnswers, title } from './field-schemas.ts';
import type { DialOutPort, HttpAppOptions } from './ports.ts';
import { ProblemError, type ProblemCode } from './problems.ts';

const body = z
  .strictObject({
    to: z
      .string()
      .max(160)
      .describe('A number with its country code, or the address of a room system of our own')
      .meta({ examples: ['+46701234567', 'room-12@meet.example.org'] }),
    name: title.nullish().describe('How the person shows in the meeting; never spoken to them'),
    language: z.enum(languages).nullish().describe("Default: the meeting's"),
    trunk: z.string().max(40).nullish().describe('Default: the one that the settings name'),
  })
  .meta({ id: 'DialOut' });

type Refusal = Extract<Awaited<ReturnType<DialOutPort>>, { done: false }>['reason'];

const problemOf: Readonly<Record<Exclude<Refusal, 'not-a-number'>, ProblemCode>> = {
  off: 'dial-out/off',
  'not-found': 'meeting/not-found',
  'meeting-over': 'meeting/over',
  'number-not-allowed': 'dial-out/not-allowed',
  'too-many': 'dial-out/too-many',
  'no-trunk': 'dial-out/no-way',
  busy: 'dial-out/no-way',
  'node-silent': 'dial-out/node-silent',
};

const refuse = (reason: Refusal): never => {
  if (reason !== 'not-a-number') throw new ProblemError(problemOf[reason]);
  const detail =
    'must be a number with its country code, such as +46701234567, or a registered address';
  throw new ProblemError('request/invalid', { errors: [{ pointer: '#/to', detail }] });
};

export function dialOutRoutes({ dialOut }: HttpAppOptions): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.post(
      '/api/meetings/:callId/dial-out',
      {
        config: forBooking,
        schema: {
          tags: ['meetings'],
          summary: 'Call somebody into the meeting; they join by pressing 1',
          params: z.object({ callId }),
          body,
          response: {
            202: z.object({ legId }).describe('Under way: what becomes of it is in the call'),
            ...problemAnswers(
              'request/invalid',
              'request/not-json',
              'request/too-large',
              'request/media-type',
              'meeting/not-found',
              'meeting/over',
              'dial-out/off',
              'dial-out/not-allowed',
              'dial-out/too-many',
              'dial-out/no-way',
              'dial-out/node-silent',
            ),
          },
        },
      },
      async (request, reply) => {
        const id = asCallId(request.params.callId);
        if (dialOut === undefined || id === undefined) return refuse('off');
        const { to, name, language, trunk } = request.body;
        const answer = await dialOut(id, {
          to,
          name: name ?? undefined,
          language: language ?? undefined,
          trunk: trunk ?? undefined,
        });
        if (!answer.done) return refuse(answer.reason);
        return reply
          .code(202)
          .header('location', `/api/calls/${answer.legId}`)
          .send({ legId: answer.legId });
      },
    );
    done();
  };
}
