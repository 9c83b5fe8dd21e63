/** `/api/openapi.json`, made from the schemas that check the requests, and `/api/docs` to read and try it. */
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';

/** Everything comes from this server: no content network, no online validator. */
const documentationPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Before the first route: it has to see them all. */
export function describeApi(app: FastifyInstance, publicUrl: string): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'ringbro',
        version: '1',
        description:
          'Meetings and calls. Times are RFC 3339 with an offset or Z; they are answered in UTC. ' +
          'Errors are problem+json (RFC 9457), see /api/problems.',
      },
      servers: [{ url: publicUrl }],
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      security: [{ key: [] }],
      tags: [{ name: 'meetings' }, { name: 'calls' }, { name: 'health' }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  app.register(swaggerUi, {
    routePrefix: '/api/docs',
    staticCSP: documentationPolicy,
    uiConfig: { validatorUrl: null, persistAuthorization: false, docExpansion: 'list' },
  });
  app.register((routes, _options, done) => {
    routes.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger());
    done();
  });
}
