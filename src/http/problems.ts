/**
 * Every problem that the API answers with, once (RFC 9457). `docs/api.md` lists the same; a test
 * compares. `type` leads to `/api/problems`, the page made from this table.
 */
export const problems = {
  'request/invalid': { status: 400, title: 'A field or parameter is not what it should be' },
  'request/not-json': { status: 400, title: 'The body is not JSON' },
  'request/unauthorized': { status: 401, title: 'The key or session is missing or wrong' },
  'request/forbidden': { status: 403, title: 'This key or account may not do this' },
  'request/forged': { status: 403, title: 'The request did not come from our own page' },
  'request/too-many': { status: 429, title: 'Too many tries; wait as Retry-After says' },
  'session/refused': { status: 401, title: 'The name or the password is wrong' },
  'session/not-known': { status: 403, title: 'Signed in, but there is no account here for it' },
  'session/sign-in-failed': { status: 502, title: 'The sign-in service did not let it through' },
  'key/not-found': { status: 404, title: 'There is no such key, or it was revoked' },
  'account/not-found': { status: 404, title: 'There is no such account' },
  'account/taken': { status: 409, title: 'Another account has this name' },
  'account/last-admin': { status: 409, title: 'Somebody has to be left who may do this' },
  'hold/not-found': { status: 404, title: 'There is no such hold, or it was lifted' },
  'room-system/not-found': { status: 404, title: 'There is no room system with this address' },
  'room-system/taken': { status: 409, title: 'Another room system has this address' },
  'webhook/not-found': { status: 404, title: 'There is no such webhook' },
  'request/not-found': { status: 404, title: 'There is nothing at this address' },
  'request/method-not-allowed': { status: 405, title: 'This address has no such method' },
  'request/too-large': { status: 413, title: 'The body is too large' },
  'request/media-type': { status: 415, title: 'The body has to be application/json' },
  'meeting/not-found': { status: 404, title: 'There is no meeting with this call ID' },
  'meeting/taken': { status: 409, title: 'Another meeting has this value' },
  'invitee/not-found': { status: 404, title: 'The meeting has no such invitee' },
  'invitee/pin-taken': { status: 409, title: 'Another PIN of the meeting is the same' },
  'invitee/too-many': { status: 409, title: 'The meeting takes no more invitees' },
  'call/not-found': { status: 404, title: 'There is no call with this leg ID' },
  'trace/not-found': { status: 404, title: 'There is no such trace, or it was deleted' },
  'trace/too-many': { status: 409, title: 'As many traces as can be are kept already' },
  'call/wrong-state': { status: 409, title: 'The call is not in a state for this' },
  'call/node-unreachable': { status: 504, title: 'The node that has the call does not answer' },
  'dial-out/off': { status: 403, title: 'Calls out are not switched on' },
  'dial-out/not-allowed': { status: 403, title: 'This number may not be called from here' },
  'dial-out/too-many': { status: 429, title: 'As many calls out as an hour allows were made' },
  'dial-out/no-way': { status: 409, title: 'There is no trunk or no free line for the call' },
  'dial-out/node-silent': {
    status: 503,
    title: 'The node that the room system is connected to does not answer',
  },
  'meeting/over': { status: 409, title: 'The meeting is over' },
  'service/fault': { status: 500, title: 'The server made a mistake; its log has more' },
  'service/store-unavailable': { status: 503, title: 'The store does not answer' },
  'service/livekit-unavailable': { status: 503, title: 'The meeting server does not answer' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

export type ProblemCode = keyof typeof problems;

/** One wrong field: `pointer` into the body (RFC 6901, as a fragment) or the name of a `parameter`. */
export interface FieldError {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly detail: string;
}

export interface Problem {
  readonly type: string;
  readonly code: ProblemCode;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly errors?: FieldError[];
}

export const problemMediaType = 'application/problem+json';

export function problem(
  code: ProblemCode,
  more: { readonly detail?: string; readonly errors?: readonly FieldError[] } = {},
): Problem {
  const { status, title } = problems[code];
  return {
    type: `/api/problems#${code}`,
    code,
    title,
    status,
    ...(more.detail === undefined ? {} : { detail: more.detail }),
    ...(more.errors === undefined ? {} : { errors: [...more.errors] }),
  };
}

/** A refusal thrown in a handler; the error handler answers with its problem. */
export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(...[code, more]: Parameters<typeof problem>) {
    super(code);
    this.name = 'ProblemError';
    this.problem = problem(code, more);
  }
}

const segment = (key: PropertyKey): string =>
  String(key).replaceAll('~', '~0').replaceAll('/', '~1');

/** A JSON Pointer as a URI fragment, as in the examples of RFC 9457 section 3. */
export const pointer = (path: readonly PropertyKey[]): string =>
  `#${path.map((key) => `/${encodeURIComponent(segment(key))}`).join('')}`;
