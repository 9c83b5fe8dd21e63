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
export function describeApi(app: FastifyInstance): void {
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
      servers: [{ url: '/' }],
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'ringbro-session',
            description: '__Host-ringbro-session behind https; changes need X-CSRF-Token',
          },
        },
      },
      security: [{ key: [] }, { session: [] }],
      tags: [
        { name: 'meetings' },
        { name: 'calls' },
        { name: 'events' },
        { name: 'webhooks' },
        { name: 'access' },
        { name: 'keeping' },
        { name: 'health' },
      ],
    },
    transform: withScopes,
    transformObject: (document) => withUsedSchemas(jsonSchemaTransformObject(document)),
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

/** Whose keys and accounts may use a route, beside its schema: `x-scopes`. */
const withScopes: typeof jsonSchemaTransform = (input) => {
  const { schema, url } = jsonSchemaTransform(input);
  const access = input.route.config?.access;
  const shown = access === undefined ? {} : { 'x-scopes': access };
  return { schema: { ...schema, ...shown }, url };
};

type Transform = typeof jsonSchemaTransformObject;

/** Each schema is made once as it is read and once as it is answered: only those that are used stay. */
function withUsedSchemas(document: ReturnType<Transform>): ReturnType<Transform> {
  if (!('components' in document)) return document;
  const schemas: Record<string, unknown> = document.components.schemas ?? {};
  const used = new Set<string>();
  const look = (within: unknown): void => {
    for (const [, name = ''] of JSON.stringify(within).matchAll(
      /"#\/components\/schemas\/(\w+)"/g,
    )) {
      if (used.has(name)) continue;
      used.add(name);
      look(schemas[name] ?? {});
    }
  };
  look(document.paths ?? {});
  for (const name of Object.keys(schemas))
    if (!used.has(name)) Reflect.deleteProperty(schemas, name);
  return document;
}
