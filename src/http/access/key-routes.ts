/** `/api/keys`: keys of programs, made and revoked by people. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiKey, KeyRing } from '../../call/ports/access.ts';
import type { Clock } from '../../call/ports/process.ts';
import { bodyProblems, problemAnswers } from '../field-schemas.ts';
import { ProblemError } from '../problems.ts';
import { asText, textOrNull } from '../time-text.ts';
import { keyList, madeKey, newKey, shownKey } from './access-schemas.ts';
import { principalOf } from './principal.ts';
import { forAdmins } from './route-access.ts';
import { hashSecret, newId, newSecret } from './secrets.ts';

const tags = ['access'];

const show = (key: ApiKey): z.infer<typeof shownKey> => ({
  keyId: key.keyId,
  name: key.name,
  scopes: [...key.scopes],
  createdAt: asText(key.createdAt),
  createdBy: key.createdBy,
  expiresAt: textOrNull(key.expiresAt),
  lastUsedAt: textOrNull(key.lastUsedAt),
  revokedAt: textOrNull(key.revokedAt),
  unit: key.unit ?? null,
});

export function keyRoutes(keys: KeyRing, clock: Clock): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.post(
      '/api/keys',
      {
        config: forAdmins,
        schema: {
          tags,
          summary: 'Make a key; it is shown this once',
          body: newKey,
          response: { 201: madeKey, ...problemAnswers(...bodyProblems) },
        },
      },
      async (request, reply) => {
        const { name, scopes, expiresAt, unit } = request.body;
        const secret = newSecret('rb_');
        const key: ApiKey = {
          keyId: newId('key'),
          name,
          scopes: [...new Set(scopes)],
          createdAt: clock.now(),
          createdBy: principalOf(request)?.actor ?? '',
          expiresAt: typeof expiresAt === 'string' ? Date.parse(expiresAt) : undefined,
          lastUsedAt: undefined,
          revokedAt: undefined,
          unit: unit ?? undefined,
        };
        await keys.add(key, hashSecret(secret));
        return reply.code(201).send({ ...show(key), key: secret });
      },
    );
    app.get(
      '/api/keys',
      {
        config: forAdmins,
        schema: {
          tags,
          summary: 'List the keys, revoked ones too',
          response: { 200: keyList, ...problemAnswers() },
        },
      },
      async () => ({ items: (await keys.list()).map(show) }),
    );
    app.delete(
      '/api/keys/:keyId',
      {
        config: forAdmins,
        schema: {
          tags,
          summary: 'Revoke a key, at once and for good',
          params: z.object({ keyId: z.string().max(64) }),
          response: { 204: z.undefined(), ...problemAnswers('key/not-found') },
        },
      },
      async (request, reply) => {
        if (!(await keys.revoke(request.params.keyId, clock.now())))
          throw new ProblemError('key/not-found');
        return reply.code(204).send();
      },
    );
    done();
  };
}
