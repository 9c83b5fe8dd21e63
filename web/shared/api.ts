/** The API as a page speaks to it: the session's cookie goes along by itself, its CSRF token does here. */
import type { z } from 'zod';
import type {
  accountList,
  auditPage,
  keyList,
  madeKey,
  shownSession,
  signInWays,
} from '../../src/http/access/access-schemas.ts';
import type { callPage, revealed, ShownCall } from '../../src/http/call-schemas.ts';
import type { canaryResults } from '../../src/http/canary-schemas.ts';
import type { shownLadder } from '../../src/http/ladder-schemas.ts';
import type { Problem } from '../../src/http/problems.ts';
import type { shownTrace, traceList } from '../../src/http/trace-schemas.ts';
import type { madeWebhook, webhookList } from '../../src/http/webhook-schemas.ts';

export type Session = z.infer<typeof shownSession>;
export type SignInWays = z.infer<typeof signInWays>;
export type CallPage = z.infer<typeof callPage>;
export type Call = ShownCall;
export type Revealed = z.infer<typeof revealed>;
export type Keys = z.infer<typeof keyList>;
export type MadeKey = z.infer<typeof madeKey>;
export type Accounts = z.infer<typeof accountList>;
export type AuditPage = z.infer<typeof auditPage>;
export type Ladder = z.infer<typeof shownLadder>;
export type Canary = z.infer<typeof canaryResults>;
export type Trace = z.infer<typeof shownTrace>;
export type Traces = z.infer<typeof traceList>;
export type Webhooks = z.infer<typeof webhookList>;
export type MadeWebhook = z.infer<typeof madeWebhook>;

/** What was refused. `code` is the API's, or `page/…` where the API was not reached. */
export class ApiProblem extends Error {
  readonly code: string;
  readonly title: string;
  readonly status: number;
  readonly retryAfterS: number;
  /** Wrong fields, in the API's words. */
  readonly details: readonly string[];
  constructor(code: string, status = 0, retryAfterS = 0, problem: Partial<Problem> = {}) {
    super(code);
    this.name = 'ApiProblem';
    this.code = code;
    this.title = problem.title ?? '';
    this.status = status;
    this.retryAfterS = retryAfterS;
    this.details = (problem.errors ?? []).map(
      ({ pointer, parameter, detail }) => `${pointer ?? parameter ?? ''}: ${detail}`,
    );
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Api {
  /** Rejects with an ApiProblem. */
  send<Answer>(method: Method, path: string, body?: object): Promise<Answer>;
  get<Answer>(path: string): Promise<Answer>;
  /** From now on changes are sent in the name of this session; undefined: of nobody. */
  use(session: Session | undefined): void;
}

/** @param onSignedOut the server knows the session no more */
export function createApi(onSignedOut: () => void): Api {
  let csrfToken: string | undefined;

  async function send<Answer>(method: Method, path: string, body?: object): Promise<Answer> {
    const response = await fetch(path, {
      method,
      headers: {
        ...(csrfToken !== undefined && method !== 'GET' && { 'x-csrf-token': csrfToken }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch(() => {
      throw new ApiProblem('page/offline');
    });
    const answer = await bodyOf(response);
    if (response.ok) return answer as Answer;
    const retryAfterS = Number(response.headers.get('retry-after') ?? 0);
    const told = (answer ?? {}) as Partial<Problem>;
    const code = told.code ?? 'page/unknown';
    const problem = new ApiProblem(code, response.status, retryAfterS, told);
    if (problem.code === 'request/unauthorized') onSignedOut();
    throw problem;
  }

  return {
    send,
    get: (path) => send('GET', path),
    use(session) {
      csrfToken = session?.csrfToken;
    },
  };
}

/** Undefined where there is none, or it is no JSON: a proxy's page, say. */
async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
