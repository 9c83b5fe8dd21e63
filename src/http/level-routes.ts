/** `/api/levels`: for meters. Asked of the media workers when somebody looks, and kept nowhere. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { LegId } from '../call/identifiers.ts';
import type { Clock } from '../call/ports/process.ts';
import { forReaders } from './access/route-access.ts';

export type ReadLevels = () => Promise<ReadonlyMap<LegId, number>>;

/** Whoever asks more often gets what the one before got. */
const freshForMs = 500;

const shown = z
  .object({
    levels: z
      .record(z.string(), z.number())
      .describe('By legId, of the calls of this node: 0 (loudest) to -127 dBov (nothing)'),
  })
  .meta({ id: 'Levels' });

export function levelRoutes(read: ReadLevels, clock: Clock): FastifyPluginCallbackZod {
  let last: { readonly at: number; readonly levels: Promise<Record<string, number>> } | undefined;

  return (app, _options, done) => {
    app.get(
      '/api/levels',
      {
        config: forReaders,
        schema: {
          tags: ['calls'],
          summary: 'How loud the callers of this node are; ask once a second at most',
          response: { 200: shown },
        },
      },
      async () => {
        const at = clock.now();
        if (last === undefined || at - last.at >= freshForMs)
          last = { at, levels: read().then((levels) => Object.fromEntries(levels)) };
        return { levels: await last.levels };
      },
    );
    done();
  };
}
