/** `/api/calls`: the call log, and what can be done to a live call, whichever node has it. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { asLegId, type LegId } from '../call/identifiers.ts';
import { seesCallIds, seesNumbers } from './access/principal.ts';
import { forBooking, forHelp, forReaders } from './access/route-access.ts';
import { callCsv } from './call-csv.ts';
import {
  callFilter,
  callPage,
  callTableFilter,
  revealed,
  revealRequest,
  shownCall,
} from './call-schemas.ts';
import { callCursor, showCall, showSummary, toCallQuery } from './call-view.ts';
import { pageOf } from './cursor.ts';
import { bodyProblems, legId, problemAnswers } from './field-schemas.ts';
import type { HttpAppOptions, LiveCalls } from './ports.ts';
import { ProblemError } from './problems.ts';

const params = z.object({ legId });
const tags = ['calls'];
const separators = { comma: ',', semicolon: ';', tab: '\t' } as const;

/** Of no type: what is sent is a stream, not the string that it is to the reader. */
const tableAnswers: Record<string, unknown> = {
  200: { description: 'CSV', content: { 'text/csv': { schema: z.string() } } },
  ...problemAnswers('request/invalid'),
};

export function callRoutes(options: HttpAppOptions): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.register(callLogRoutes(options));
    app.register(callActionRoutes(options));
    done();
  };
}

function callLogRoutes({ calls, live, numbers }: HttpAppOptions): FastifyPluginCallbackZod {
  /** The live record is ahead of the stored one. */
  const find = async (leg: string) => {
    const record = live.get(asLegId(leg)) ?? (await calls.get(asLegId(leg)));
    if (record === undefined) throw new ProblemError('call/not-found');
    return record;
  };

  return (app, _options, done) => {
    app.get(
      '/api/calls',
      {
        config: forReaders,
        schema: {
          tags,
          summary: 'List calls, newest first',
          querystring: callFilter,
          response: { 200: callPage, ...problemAnswers('request/invalid') },
        },
      },
      async (request) => {
        const { query } = request;
        const whole = seesCallIds(request);
        const found = await calls.list(toCallQuery(query));
        return pageOf(found, query.limit, (record) => showSummary(record, whole), callCursor);
      },
    );

    app.get(
      '/api/calls.csv',
      {
        config: forReaders,
        schema: {
          tags,
          summary: 'Calls as a table for a spreadsheet, newest first',
          querystring: callTableFilter,
          response: tableAnswers,
        },
      },
      (request, reply) => {
        const { separator, limit, ...filter } = request.query;
        const table = callCsv(calls, toCallQuery({ ...filter, limit }), {
          separator: separators[separator],
          most: limit,
          whole: seesCallIds(request),
        });
        void reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', 'attachment; filename="calls.csv"');
        // A stream goes out as it is, past the serializer of the schema.
        return reply.send(table);
      },
    );

    app.get(
      '/api/calls/:legId',
      {
        config: forReaders,
        schema: {
          tags,
          summary: 'Read a call with its timeline and quality',
          params,
          response: { 200: shownCall, ...problemAnswers('request/invalid', 'call/not-found') },
        },
      },
      async (request) => showCall(await find(request.params.legId), seesCallIds(request)),
    );

    app.post(
      '/api/calls/:legId/reveal',
      {
        config: forHelp,
        schema: {
          tags,
          summary: 'See what is masked; the reason goes into the audit log',
          params,
          body: revealRequest,
          response: { 200: revealed, ...problemAnswers(...bodyProblems, 'call/not-found') },
        },
      },
      async (request) => {
        const { legId: leg, callId, number } = await find(request.params.legId);
        const isShown = number !== undefined && seesNumbers(request);
        return { callId: callId ?? null, number: isShown ? numbers.open(number, leg) : null };
      },
    );
    done();
  };
}

interface Action {
  readonly summary: string;
  /** Who is let in is the host's to say; that somebody is muted or gone may help the caller. */
  readonly config: typeof forBooking | typeof forHelp;
  readonly act: LiveCalls['admit'];
}

function callActionRoutes({ calls, live }: HttpAppOptions): FastifyPluginCallbackZod {
  const actions: Readonly<Record<string, Action>> = {
    admit: {
      summary: 'Let a waiting caller in',
      config: forBooking,
      act: (leg) => live.admit(leg),
    },
    refuse: {
      summary: 'Refuse a waiting caller',
      config: forBooking,
      act: (leg) => live.refuse(leg),
    },
    mute: { summary: 'Mute a caller', config: forHelp, act: (leg) => live.mute(leg) },
    unmute: {
      summary: 'Let a caller be heard again',
      config: forBooking,
      act: (leg) => live.unmute(leg),
    },
    hangup: { summary: 'End a call', config: forHelp, act: (leg) => live.hangUp(leg) },
  };

  async function done(leg: LegId, act: Action['act']): Promise<void> {
    const outcome = await act(leg);
    if (outcome === 'done') return;
    if (outcome === 'unreachable') throw new ProblemError('call/node-unreachable');
    const known = outcome === 'wrong-state' || (await calls.get(leg)) !== undefined;
    throw new ProblemError(known ? 'call/wrong-state' : 'call/not-found');
  }

  return (app, _options, ready) => {
    for (const [action, { summary, config, act }] of Object.entries(actions)) {
      app.post(
        `/api/calls/:legId/${action}`,
        {
          config,
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
          await done(asLegId(request.params.legId), act);
          return reply.code(204).send();
        },
      );
    }
    ready();
  };
}
