/** `/api/calls`: the call log, and what can be done to a live call, whichever node has it. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { asLegId, type LegId } from '../call/identifiers.ts';
import { callFilter, callPage, shownCall } from './call-schemas.ts';
import { callCursor, showCall, showSummary, toCallQuery } from './call-view.ts';
import { pageOf } from './cursor.ts';
import { legId, problemAnswers } from './field-schemas.ts';
import type { HttpAppOptions, LiveCalls } from './ports.ts';
import { ProblemError } from './problems.ts';

const params = z.object({ legId });
const tags = ['calls'];

export function callRoutes({ calls, live }: HttpAppOptions): FastifyPluginCallbackZod {
  /** The live record is ahead of the stored one. */
  const find = async (leg: LegId) => live.get(leg) ?? (await calls.get(leg));

  const actions: Readonly<Record<string, { summary: string; act: LiveCalls['admit'] }>> = {
    admit: { summary: 'Let a waiting caller in', act: (leg) => live.admit(leg) },
    refuse: { summary: 'Refuse a waiting caller', act: (leg) => live.refuse(leg) },
    mute: { summary: 'Mute a caller', act: (leg) => live.mute(leg) },
    unmute: { summary: 'Let a caller be heard again', act: (leg) => live.unmute(leg) },
    hangup: { summary: 'End a call', act: (leg) => live.hangUp(leg) },
  };

  return (app, _options, done) => {
    app.get(
      '/api/calls',
      {
        schema: {
          tags,
          summary: 'List calls, newest first',
          querystring: callFilter,
          response: { 200: callPage, ...problemAnswers('request/invalid') },
        },
      },
      async ({ query }) =>
        pageOf(await calls.list(toCallQuery(query)), query.limit, showSummary, callCursor),
    );

    app.get(
      '/api/calls/:legId',
      {
        schema: {
          tags,
          summary: 'Read a call with its timeline and quality',
          params,
          response: { 200: shownCall, ...problemAnswers('request/invalid', 'call/not-found') },
        },
      },
      async (request) => {
        const record = await find(asLegId(request.params.legId));
        if (record === undefined) throw new ProblemError('call/not-found');
        return showCall(record);
      },
    );

    for (const [action, { summary, act }] of Object.entries(actions)) {
      app.post(
        `/api/calls/:legId/${action}`,
        {
          schema: {
            tags,
            summary,
            params,
            response: {
              204: z.undefined(),
              ...problemAnswers(
                'request/invalid',
                'call/not-found',
                'call/wrong-state',
                'call/node-unreachable',
              ),
            },
          },
        },
        async (request, reply) => {
          const leg = asLegId(request.params.legId);
          const outcome = await act(leg);
          if (outcome === 'done') return reply.code(204).send();
          if (outcome === 'unreachable') throw new ProblemError('call/node-unreachable');
          const known = outcome === 'wrong-state' || (await calls.get(leg)) !== undefined;
          throw new ProblemError(known ? 'call/wrong-state' : 'call/not-found');
        },
      );
    }
    done();
  };
}
