/** `/api/canary`: how the calls went that the gateway makes to itself. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { forReaders } from './access/route-access.ts';
import { asText } from './time-text.ts';

export interface CanaryView {
  readonly everyMs: number;
  results(): readonly {
    readonly number: string;
    readonly at: number;
    readonly problem: string | undefined;
    readonly answerMs?: number | undefined;
    readonly joinMs?: number | undefined;
  }[];
}

const shown = z
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

export function canaryRoutes(canary: CanaryView | undefined): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      '/api/canary',
      {
        config: forReaders,
        schema: {
          tags: ['health'],
          summary: 'The last call of the gateway to itself, on each published number',
          response: { 200: shown },
        },
      },
      () => ({
        everyMinutes: canary === undefined ? null : canary.everyMs / 60_000,
        items: (canary?.results() ?? []).map(({ number, at, problem, answerMs, joinMs }) => ({
          number,
          at: asText(at),
          problem: problem ?? null,
          answerMs: answerMs === undefined ? null : Math.round(answerMs),
          joinMs: joinMs === undefined ? null : Math.round(joinMs),
        })),
      }),
    );
    done();
  };
}
