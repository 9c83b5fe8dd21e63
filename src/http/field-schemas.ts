/** The fields of the API, as they are checked and as OpenAPI shows them. */
import { z } from 'zod';
import { callIdPattern } from '../call/identifiers.ts';
import { type ProblemCode, problemMediaType, problems } from './problems.ts';

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

/** RFC 3339 with offset or Z: a time without one means two things twice a year. */
export const time = z.iso
  .datetime({
    offset: true,
    error: 'must be a time with offset, such as 2026-03-01T09:00:00+01:00',
    abort: true,
  })
  .refine((text) => !Number.isNaN(Date.parse(text)), { error: 'must be a time that exists' })
  .meta({ examples: ['2026-03-01T09:00:00+01:00'] });

export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, { error: 'must be a time zone such as Europe/Stockholm' })
  .meta({ examples: ['Europe/Stockholm'] });

/** One line: no control characters, no halves of surrogate pairs. */
export const title = z
  .string()
  .max(200)
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), {
    error: 'must be one line of text',
  });

export const callId = z
  .string()
  .regex(callIdPattern, { error: 'must be nine digits' })
  .meta({ examples: ['123456789'] });

export const legId = z.string().min(1).max(64).meta({ description: 'The key of one call' });

export const pin = z
  .string()
  .regex(/^[0-9]{4,12}$/, { error: 'must be 4 to 12 digits' })
  .meta({ examples: ['4711'] });

export const videoAddress = z
  .string()
  .max(254)
  .regex(/^(?:sips?:)?[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+$/, {
    error: 'must be an address such as room@meet.example.org',
  });

export const roomName = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,128}$/, { error: 'must be 1 to 128 letters, digits and . _ : -' });

export const limit = z.coerce.number().int().min(1).max(500).default(50);
export const cursor = z
  .string()
  .max(200)
  .optional()
  .meta({ description: '`nextCursor` of the page before' });

/** An organisation unit's short code. */
export const unitCode = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,40}$/, { error: 'must be 1 to 40 letters, digits and . _ -' })
  .meta({ examples: ['court-1'] });

export const problemSchema = z
  .object({
    type: z.string(),
    code: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().optional(),
    errors: z
      .array(
        z.object({
          pointer: z.string().optional(),
          parameter: z.string().optional(),
          detail: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

/** What any route with a body may answer. */
export const bodyProblems = [
  'request/invalid',
  'request/not-json',
  'request/too-large',
  'request/media-type',
] as const satisfies readonly ProblemCode[];

const always: readonly ProblemCode[] = [
  'request/unauthorized',
  'request/forbidden',
  'service/fault',
  'service/store-unavailable',
];

/** The problem answers of a route, for its OpenAPI entry: these, and those that any route may give. */
export function problemAnswers(...codes: readonly ProblemCode[]) {
  const byStatus = Map.groupBy([...codes, ...always], (code) => problems[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, those]) => [
      status,
      {
        description: those.join(', '),
        content: { [problemMediaType]: { schema: problemSchema } },
      },
    ]),
  );
}
