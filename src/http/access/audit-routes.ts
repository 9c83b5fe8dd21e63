/** `/api/audit`: who did what. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import type { AuditLog, AuditQuery } from '../../call/ports/access.ts';
import { decodeCursor, encodeCursor, pageOf } from '../cursor.ts';
import { problemAnswers } from '../field-schemas.ts';
import { asText } from '../time-text.ts';
import { auditFilter, auditPage } from './access-schemas.ts';
import { forAdmins } from './route-access.ts';

function toQuery(filter: z.infer<typeof auditFilter>): AuditQuery {
  const { actor, target, from, to, limit, cursor } = filter;
  return {
    limit: limit + 1,
    ...(actor !== undefined && { actor }),
    ...(target !== undefined && { target }),
    ...(from !== undefined && { from: Date.parse(from) }),
    ...(to !== undefined && { to: Date.parse(to) }),
    ...(cursor !== undefined && { after: { auditId: decodeCursor(cursor).key } }),
  };
}

export function auditRoutes(audit: AuditLog): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.get(
      '/api/audit',
      {
        config: forAdmins,
        schema: {
          tags: ['access'],
          summary: 'Who did what, newest first',
          querystring: auditFilter,
          response: { 200: auditPage, ...problemAnswers('request/invalid') },
        },
      },
      async ({ query }) =>
        pageOf(
          await audit.list(toQuery(query)),
          query.limit,
          ({ at, target, address, reason, ...entry }) => ({
            ...entry,
            at: asText(at),
            target: target ?? null,
            address: address ?? null,
            reason: reason ?? null,
          }),
          ({ at, auditId }) => encodeCursor(at, auditId),
        ),
    );
    done();
  };
}
