/** `/api/canary`: how the calls went that the gateway makes to itself. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { forReaders } from './access/route-access.ts';
import { canaryResults } from './canary-schemas.ts';
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

export function canaryRoutes(canary: CanaryView | undefined): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      '/api/canary',
      {
        config: forReaders,
        schema: {
          tags: ['health'],
          summary: 'The last call of the gateway to itself, on each published number',
          response: { 200: canaryResults },
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
