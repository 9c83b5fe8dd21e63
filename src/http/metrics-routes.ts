/** `/metrics`, for a key that may read: behind a proxy everybody comes from this machine, so the address proves nothing. */
import type { FastifyPluginCallback } from 'fastify';
import { forReaders } from './access/route-access.ts';

export type ReadMetrics = () => Promise<{ readonly contentType: string; readonly text: string }>;

export function metricsRoutes(read: ReadMetrics): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get('/metrics', { config: forReaders, schema: { hide: true } }, async (_request, reply) => {
      const { contentType, text } = await read();
      return reply
        .type(contentType)
        .serializer((body: string) => body)
        .send(text);
    });
    done();
  };
}
