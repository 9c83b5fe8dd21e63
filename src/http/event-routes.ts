/**
 * `/api/events`: what happens, as it happens (server-sent events, https://html.spec.whatwg.org/multipage/server-sent-events.html).
 * `id` names the node that said it, a dot, and the event: who comes back with it in Last-Event-ID
 * gets what was missed, from any node, or `reset` where that is no longer known.
 */
import type { ServerResponse } from 'node:http';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { EventHub } from '../call/event-hub.ts';
import type { GatewayEvent } from '../call/gateway-event.ts';
import { eventFilter } from './event-schemas.ts';
import { problemAnswers } from './field-schemas.ts';
import { maskCallId } from './mask-call-id.ts';
import { seesCallIds } from './access/principal.ts';
import { forReaders } from './access/route-access.ts';
import type { Gate } from './access/gate.ts';
import { ProblemError } from './problems.ts';

export interface EventRoutesDeps {
  readonly events: EventHub;
  readonly gate: Pick<Gate, 'identify'>;
  /** Short and unique among the nodes. */
  readonly nodeId: string;
  readonly heartbeatMs?: number;
}

/** Less than the minute after which proxies cut what is silent. */
const ordinaryHeartbeatMs = 15_000;
/** What may wait for a slow reader; the kernel holds more. */
const mostWaitingBytes = 256 * 1024;
const mostStreams = 500;
const retryMs = 2_000;

export function eventRoutes(deps: EventRoutesDeps): FastifyPluginCallbackZod {
  const { events, gate, nodeId, heartbeatMs = ordinaryHeartbeatMs } = deps;
  const open = new Set<ServerResponse>();

  return (app, _options, done) => {
    app.addHook('preClose', () => {
      for (const response of open) response.destroy();
      return Promise.resolve();
    });
    app.get(
      '/api/events',
      {
        config: forReaders,
        schema: {
          tags: ['events'],
          summary: 'What happens to calls and meetings, as server-sent events',
          querystring: eventFilter,
          response: {
            200: {
              description: 'Events, until the reader goes',
              content: { 'text/event-stream': { schema: z.string() } },
            },
            ...problemAnswers('request/invalid', 'request/too-many'),
          },
        },
      },
      (request, reply) => {
        if (open.size >= mostStreams) throw new ProblemError('request/too-many');
        const wanted = request.query.types && new Set(request.query.types);
        const whole = seesCallIds(request);
        reply.hijack();
        const response = reply.raw;
        open.add(response);
        response.writeHead(200, {
          'content-type': 'text/event-stream',
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
          // Nginx would gather them up.
          'x-accel-buffering': 'no',
        });

        /** A reader who does not keep up is let go: it comes back with the ID of what it has. */
        const write = (text: string): void => {
          if (response.destroyed) return;
          response.write(text);
          if (response.writableLength > mostWaitingBytes) response.destroy();
        };
        const from = placeOf(request.headers['last-event-id'], nodeId);
        write(`retry: ${retryMs}\n\n`);
        const listening = events.listen(from, {
          event(event) {
            if (wanted === undefined || wanted.has(event.type))
              write(`id: ${nodeId}.${event.eventId}\n${textOf(event, whole)}`);
          },
          gap: () => {
            write(resetText);
          },
        });
        if (!listening.complete) write(resetText);

        const heartbeat = setInterval(() => {
          write(': here\n\n');
          // A key may have been revoked, a session be over.
          gate.identify(request).then(
            (principal) => {
              if (principal === undefined) response.destroy();
            },
            // The store is down: that is not the reader's fault.
            () => undefined,
          );
        }, heartbeatMs);
        response.on('close', () => {
          clearInterval(heartbeat);
          listening.stop();
          open.delete(response);
        });
      },
    );
    done();
  };
}

const resetText = 'event: reset\ndata: {}\n\n';

function textOf({ type, at, data }: GatewayEvent, whole: boolean): string {
  const { callId } = data;
  const shown =
    typeof callId === 'string' && !whole ? { ...data, callId: maskCallId(callId) } : data;
  const body = JSON.stringify({ type, at: new Date(at).toISOString(), data: shown });
  return `event: ${type}\ndata: ${body}\n\n`;
}

function placeOf(
  lastEventId: string | string[] | undefined,
  nodeId: string,
): { after: string; here: boolean } | undefined {
  if (typeof lastEventId !== 'string' || lastEventId === '') return undefined;
  const dot = lastEventId.indexOf('.');
  return { after: lastEventId.slice(dot + 1), here: lastEventId.slice(0, dot) === nodeId };
}
