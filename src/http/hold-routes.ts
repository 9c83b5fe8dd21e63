/** `/api/holds`: what is not deleted, however old it is. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { asCallId, asLegId } from '../call/identifiers.ts';
import type { Hold, HoldTarget } from '../call/ports/privacy.ts';
import { noteForAudit } from './access/audit.ts';
import { principalOf, seesCallIds } from './access/principal.ts';
import { forAdmins } from './access/route-access.ts';
import { newId } from './access/secrets.ts';
import { bodyProblems, callId, legId, problemAnswers, title, unitCode } from './field-schemas.ts';
import { maskCallId } from './mask-call-id.ts';
import type { HttpAppOptions } from './ports.ts';
import { ProblemError } from './problems.ts';
import { asText } from './time-text.ts';

const tags = ['keeping'];
const reason = title.min(3).describe('Why; it is kept in the audit log');

const newHold = z
  .strictObject({
    legId: legId.optional(),
    callId: callId.optional(),
    unit: unitCode.optional(),
    reason,
  })
  .refine((body) => [body.legId, body.callId, body.unit].filter(Boolean).length === 1, {
    error: 'must have one of legId, callId and unit',
  })
  .meta({ id: 'NewHold', description: 'One call, a meeting with its calls, or all of a unit' });

const shownHold = z
  .object({
    holdId: z.string(),
    kind: z.enum(['call', 'meeting', 'unit']),
    target: z.string().describe('Call IDs are masked for those who may not book'),
    reason: z.string(),
    createdAt: z.string(),
    createdBy: z.string(),
  })
  .meta({ id: 'Hold' });

function show(hold: Hold, whole: boolean): z.infer<typeof shownHold> {
  const { holdId, kind, reason: why, createdBy } = hold;
  return {
    holdId,
    kind,
    target: kind === 'meeting' && !whole ? maskCallId(hold.target) : hold.target,
    reason: why,
    createdAt: asText(hold.createdAt),
    createdBy,
  };
}

function targetOf(body: z.infer<typeof newHold>): HoldTarget {
  if (body.legId !== undefined) return { kind: 'call', target: asLegId(body.legId) };
  const meeting = asCallId(body.callId ?? '');
  if (meeting !== undefined) return { kind: 'meeting', target: meeting };
  return { kind: 'unit', target: body.unit ?? '' };
}

export function holdRoutes({
  holds,
  calls,
  live,
  clock,
}: Pick<HttpAppOptions, 'holds' | 'calls' | 'live' | 'clock'>): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.post(
      '/api/holds',
      {
        config: forAdmins,
        schema: {
          tags,
          summary: 'Keep a call, a meeting or a unit from being deleted',
          body: newHold,
          response: { 201: shownHold, ...problemAnswers(...bodyProblems, 'call/not-found') },
        },
      },
      async (request, reply) => {
        const target = targetOf(request.body);
        if (target.kind === 'call' && live.get(target.target) === undefined) {
          if ((await calls.get(target.target)) === undefined)
            throw new ProblemError('call/not-found');
        }
        const hold: Hold = {
          ...target,
          holdId: newId('hold'),
          reason: request.body.reason,
          createdAt: clock.now(),
          createdBy: principalOf(request)?.actor ?? '',
        };
        await holds.add(hold);
        noteForAudit(request, {
          target: `${hold.holdId} ${hold.kind} ${show(hold, false).target}`,
        });
        return reply.code(201).send(show(hold, seesCallIds(request)));
      },
    );
    app.get(
      '/api/holds',
      {
        config: forAdmins,
        schema: {
          tags,
          summary: 'List what is held, newest first',
          response: { 200: z.object({ items: z.array(shownHold) }), ...problemAnswers() },
        },
      },
      async (request) => ({
        items: (await holds.list()).map((hold) => show(hold, seesCallIds(request))),
      }),
    );
    app.delete(
      '/api/holds/:holdId',
      {
        config: forAdmins,
        schema: {
          tags,
          summary: 'Lift a hold',
          params: z.object({ holdId: z.string().max(64) }),
          body: z.strictObject({ reason }),
          response: { 204: z.undefined(), ...problemAnswers(...bodyProblems, 'hold/not-found') },
        },
      },
      async (request, reply) => {
        if (!(await holds.lift(request.params.holdId))) throw new ProblemError('hold/not-found');
        return reply.code(204).send();
      },
    );
    done();
  };
}
