/** `/api/traces`: SIP and the headers of RTP of one call, as a file for Wireshark; nothing of what was said. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { asLegId } from '../call/identifiers.ts';
import type { CallTraces, TraceView } from '../call/ports/traces.ts';
import { bodyProblems, problemAnswers } from './field-schemas.ts';
import type { LiveCalls } from './ports.ts';
import { ProblemError } from './problems.ts';
import { asText } from './time-text.ts';
import { shownTrace, traceEnd, traceList, traceRequest } from './trace-schemas.ts';

const tags = ['traces'];
/** Help alone: whoever books has no business on the wire. */
const forOperators = { access: ['operator'] } as const;
const traceId = z.string().regex(/^[\w-]{12}$/);
const params = z.object({ traceId });

const show = (trace: TraceView): z.infer<typeof shownTrace> => ({
  ...trace,
  startedAt: asText(trace.startedAt),
  endsAt: asText(trace.endsAt),
  deletedAt: asText(trace.deletedAt),
});

const fileAnswers: Record<string, unknown> = {
  200: {
    description: 'A pcap file',
    content: { 'application/vnd.tcpdump.pcap': { schema: z.string() } },
  },
  ...problemAnswers('request/invalid', 'trace/not-found'),
};

export function traceRoutes(
  tracing: CallTraces,
  live: Pick<LiveCalls, 'get'>,
): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.post(
      '/api/traces',
      {
        config: forOperators,
        schema: {
          tags,
          summary: 'Trace a live call of this node, or the next call from a number',
          body: traceRequest,
          response: {
            201: shownTrace,
            ...problemAnswers(...bodyProblems, 'call/not-found', 'trace/too-many'),
          },
        },
      },
      async ({ body }, reply) => {
        const record = 'legId' in body ? live.get(asLegId(body.legId)) : undefined;
        if ('legId' in body && record === undefined) throw new ProblemError('call/not-found');
        const of =
          'number' in body ? { number: body.number } : { sipCallId: record?.sipCallId ?? '' };
        const begun = tracing.begin(of, body.minutes);
        if (begun === undefined) throw new ProblemError('trace/too-many');
        return reply.code(201).send(show(begun));
      },
    );
    app.get(
      '/api/traces',
      {
        config: forOperators,
        schema: {
          tags,
          summary: 'The traces of this node',
          response: { 200: traceList },
        },
      },
      () => ({ items: tracing.list().map(show) }),
    );
    app.get(
      '/api/traces/:traceId.pcap',
      {
        config: { ...forOperators, audited: true },
        schema: {
          tags,
          summary: 'The file; that it was read goes into the audit log',
          params,
          response: fileAnswers,
        },
      },
      (request, reply) => {
        const file = tracing.pcap(request.params.traceId);
        if (file === undefined) throw new ProblemError('trace/not-found');
        void reply
          .type('application/vnd.tcpdump.pcap')
          .header('content-disposition', 'attachment; filename="trace.pcap"');
        // Bytes go out as they are, past the serializer of the schema.
        return reply.send(file);
      },
    );
    app.delete(
      '/api/traces/:traceId',
      {
        config: forOperators,
        schema: {
          tags,
          summary: 'Delete a trace now',
          params,
          body: traceEnd,
          response: { 204: z.undefined(), ...problemAnswers(...bodyProblems, 'trace/not-found') },
        },
      },
      async ({ params: { traceId: id } }, reply) => {
        if (!tracing.remove(id)) throw new ProblemError('trace/not-found');
        return reply.code(204).send();
      },
    );
    done();
  };
}
