/** `/api/room-systems`: credentials for video room systems of our own, which register here by SIP. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Clock } from '../call/ports/process.ts';
import type { RoomSystem, RoomSystemBook } from '../call/ports/room-systems.ts';
import { digestSecret } from '../trunk/digest.ts';
import { principalOf } from './access/principal.ts';
import { forAdmins } from './access/route-access.ts';
import { newSecret } from './access/secrets.ts';
import { bodyProblems, problemAnswers } from './field-schemas.ts';
import { ProblemError } from './problems.ts';
import { madeRoomSystem, newRoomSystem, roomSystemList } from './room-system-schemas.ts';
import { asText, textOrNull } from './time-text.ts';

export interface RoomSystemSupport {
  readonly book: Pick<RoomSystemBook, 'add' | 'list' | 'remove' | 'bindings'>;
  /** Ours, in lower case. */
  readonly domains: readonly string[];
}

const tags = ['room systems'];

const show = ({ address, name, createdAt, createdBy }: RoomSystem) => ({
  address,
  name,
  createdAt: asText(createdAt),
  createdBy,
});

export function roomSystemRoutes(
  { book, domains }: RoomSystemSupport,
  clock: Clock,
): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.post(
      '/api/room-systems',
      {
        config: forAdmins,
        schema: {
          tags,
          summary: 'Give a room system an address and credentials; the password is shown this once',
          body: newRoomSystem,
          response: {
            201: madeRoomSystem,
            ...problemAnswers(...bodyProblems, 'room-system/taken'),
          },
        },
      },
      async (request, reply) => {
        const address = request.body.address.toLowerCase();
        const [user = '', realm = ''] = address.split('@');
        if (!domains.includes(realm)) {
          const detail = 'must be in one of our own domains (RINGBRO_SIP_DOMAINS)';
          throw new ProblemError('request/invalid', { errors: [{ pointer: '#/address', detail }] });
        }
        const given = request.body.password ?? undefined;
        const password = given ?? newSecret();
        const credentials = { user, realm, password };
        const system: RoomSystem = {
          address,
          name: request.body.name ?? address,
          createdAt: clock.now(),
          createdBy: principalOf(request)?.actor ?? '',
        };
        const digest = request.body.digest ?? ['SHA-256', 'MD5'];
        const secret = {
          sha256: digest.includes('SHA-256') ? digestSecret('SHA-256', credentials) : undefined,
          md5: digest.includes('MD5') ? digestSecret('MD5', credentials) : undefined,
        };
        if (!(await book.add(system, secret))) throw new ProblemError('room-system/taken');
        const shownOnce = given === undefined ? password : null;
        return reply.code(201).send({ ...show(system), user, realm, password: shownOnce });
      },
    );
    app.get(
      '/api/room-systems',
      {
        config: forAdmins,
        schema: {
          tags,
          summary: 'List the room systems, and whether they are registered',
          response: { 200: roomSystemList, ...problemAnswers() },
        },
      },
      async () => {
        const [systems, bindings] = await Promise.all([book.list(), book.bindings(clock.now())]);
        const untilOf = (address: string) =>
          bindings.find((binding) => binding.address === address)?.expiresAt;
        return {
          items: systems.map((system) => ({
            ...show(system),
            registeredUntil: textOrNull(untilOf(system.address)),
          })),
        };
      },
    );
    app.delete(
      '/api/room-systems/:address',
      {
        config: forAdmins,
        schema: {
          tags,
          summary: 'Take the address and its credentials away, at once; calls under way go on',
          params: z.object({ address: z.string().max(160) }),
          response: { 204: z.undefined(), ...problemAnswers('room-system/not-found') },
        },
      },
      async (request, reply) => {
        if (!(await book.remove(request.params.address.toLowerCase())))
          throw new ProblemError('room-system/not-found');
        return reply.code(204).send();
      },
    );
    done();
  };
}
