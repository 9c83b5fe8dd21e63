/** `/api/persons`: what is kept of a person, known by their number; handed out, erased, or not. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { noteForAudit } from './access/audit.ts';
import { seesCallIds } from './access/principal.ts';
import { forAdmins } from './access/route-access.ts';
import { shownCall } from './call-schemas.ts';
import { showCall } from './call-view.ts';
import { bodyProblems, problemAnswers, title } from './field-schemas.ts';
import type { HttpAppOptions } from './ports.ts';

const tags = ['keeping'];
/** More calls than one person makes in the time that they are kept. */
const mostCalls = 10_000;

const asked = {
  number: z
    .string()
    .max(40)
    .regex(/^(?:\+|00)?[\d\s().-]{5,38}$/, {
      error: 'must be a whole number, best with + and country',
    }),
  reason: title.min(3).describe('Who asked and why; it is kept in the audit log'),
};

const person = z.string().describe('Stands for the number in the audit log, and does not tell it');

const exported = z
  .object({
    person,
    calls: z.array(shownCall),
    complete: z.boolean().describe(`False where there are more than ${mostCalls} calls`),
  })
  .meta({ id: 'PersonExport' });

const erasure = z
  .object({
    person,
    erased: z.int().describe('Records of calls that were deleted'),
    held: z.int().describe('Kept by a legal hold'),
    live: z.int().describe('Of calls that are not over; ask again afterwards'),
    refused: z.boolean(),
  })
  .meta({ id: 'Erasure' });

export function personRoutes({
  persons,
  numbers,
}: Pick<HttpAppOptions, 'persons' | 'numbers'>): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    app.post(
      '/api/persons/export',
      {
        config: forAdmins,
        schema: {
          tags,
          summary: 'All calls from and to a number',
          body: z.strictObject(asked),
          response: { 200: exported, ...problemAnswers(...bodyProblems) },
        },
      },
      async (request) => {
        const { number } = request.body;
        const name = `person ${numbers.nameOf(number)}`;
        noteForAudit(request, { target: name });
        const found = await persons.callsOf(number, mostCalls + 1);
        const whole = seesCallIds(request);
        return {
          person: name,
          calls: found.slice(0, mostCalls).map((record) => showCall(record, whole)),
          complete: found.length <= mostCalls,
        };
      },
    );
    app.post(
      '/api/persons/erase',
      {
        config: forAdmins,
        schema: {
          tags,
          summary: 'Delete the calls from and to a number, or refuse to',
          body: z.strictObject({
            ...asked,
            refuse: title
              .min(3)
              .optional()
              .describe(
                'Why nothing is deleted, as a public body may have to; kept in the audit log',
              ),
          }),
          response: { 200: erasure, ...problemAnswers(...bodyProblems) },
        },
      },
      async (request) => {
        const { number, reason, refuse } = request.body;
        const name = `person ${numbers.nameOf(number)}`;
        const refused = refuse !== undefined;
        noteForAudit(request, {
          target: name,
          ...(refused && { reason: `${reason}; refused: ${refuse}` }),
        });
        const outcome = refused ? { erased: 0, held: 0, live: 0 } : await persons.erase(number);
        if (!refused)
          noteForAudit(request, {
            target: `${name}: erased ${outcome.erased}, held ${outcome.held}, live ${outcome.live}`,
          });
        return { person: name, ...outcome, refused };
      },
    );
    done();
  };
}
