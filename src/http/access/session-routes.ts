/** `/api/session`: signing in with name and password, who is signed in, signing out. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Account, AccountBook, AccessStore, Session } from '../../call/ports/access.ts';
import type { Clock } from '../../call/ports/process.ts';
import { bodyProblems, problemAnswers } from '../field-schemas.ts';
import { ProblemError } from '../problems.ts';
import { asText } from '../time-text.ts';
import { credentials, newPassword, shownSession, signInWays } from './access-schemas.ts';
import type { Audit } from './audit.ts';
import type { LoginLimiter } from './login-limiter.ts';
import type { Passwords } from './password.ts';
import { principalOf } from './principal.ts';
import { forSignedIn } from './route-access.ts';
import { sessionLimits, type Sessions } from './sessions.ts';

const tags = ['access'];

export interface SessionRoutesDeps {
  readonly access: Pick<AccessStore, 'accounts' | 'sessions'>;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly limiter: LoginLimiter;
  readonly audit: Audit;
  readonly clock: Clock;
  /** Whether there is a sign-in service beside the passwords. */
  readonly signInService: boolean;
}

const show = (
  sessions: Sessions,
  session: Session,
  account: Account,
): z.infer<typeof shownSession> => ({
  name: account.name,
  scopes: [...account.scopes],
  csrfToken: session.csrfToken,
  expiresAt: asText(session.createdAt + sessionLimits.absoluteMs),
  idleInS: Math.max(0, Math.round(sessions.idleInMs(session) / 1000)),
  idleLimitS: sessions.idleMs / 1000,
  hasPassword: account.passwordHash !== undefined,
});

/** For those who have no session yet: not behind the gate. */
export function signInRoutes(deps: SessionRoutesDeps): FastifyPluginCallbackZod {
  const { access, sessions, passwords, limiter, audit, clock } = deps;

  /** Throws `request/too-many` before the password is looked at. */
  function refuseHurry(reply: FastifyReply, name: string, address: string): void {
    const waitMs = limiter.waitMs(clock.now(), name, address);
    if (waitMs === 0) return;
    void reply.header('retry-after', Math.ceil(waitMs / 1000));
    throw new ProblemError('request/too-many');
  }

  return (app, _options, done) => {
    app.get(
      '/api/session/ways',
      {
        schema: {
          tags,
          summary: 'How people can sign in here',
          security: [],
          response: { 200: signInWays },
        },
      },
      () => ({ password: true, service: deps.signInService }),
    );
    app.post(
      '/api/session',
      {
        schema: {
          tags,
          summary: 'Sign in; the session is a cookie',
          security: [],
          body: credentials,
          response: {
            201: shownSession,
            ...problemAnswers(...bodyProblems, 'session/refused', 'request/too-many'),
          },
        },
      },
      async (request, reply) => {
        const { name, password } = request.body;
        const address = request.ip;
        refuseHurry(reply, name, address);
        const noted = { action: 'session.begin', target: undefined, address, reason: undefined };
        // Counted before the slow part: tries at the same time count too.
        limiter.failed(clock.now(), name, address);
        const account = await access.accounts.byName(name);
        const isRight = await passwords.verify(password, account?.passwordHash);
        if (!isRight || account === undefined || account.disabledAt !== undefined) {
          // A name that nobody has may be a password typed in the wrong field.
          const actor = account === undefined ? 'nobody' : `account ${account.name}`;
          await audit.write({ ...noted, actor, status: 401 });
          throw new ProblemError('session/refused');
        }
        limiter.succeeded(name, address);
        const session = await sessions.begin(reply, account);
        await audit.write({ ...noted, actor: `account ${account.name}`, status: 201 });
        return reply.code(201).send(show(sessions, session, account));
      },
    );
    done();
  };
}

/** For those who have one. */
export function sessionRoutes(deps: SessionRoutesDeps): FastifyPluginCallbackZod {
  const { access, sessions } = deps;

  /** Throws `request/unauthorized` for a key: it has no session. */
  async function own(request: FastifyRequest): Promise<{ session: Session; account: Account }> {
    const { session, accountId } = principalOf(request) ?? {};
    const account = await findAccount(access.accounts, accountId);
    if (session === undefined || account === undefined)
      throw new ProblemError('request/unauthorized');
    return { session, account };
  }

  return (app, _options, done) => {
    app.get(
      '/api/session',
      {
        config: forSignedIn,
        schema: {
          tags,
          summary: 'Who is signed in; renews the cookie where it is time',
          response: { 200: shownSession, ...problemAnswers() },
        },
      },
      async (request, reply) => {
        const { session, account } = await own(request);
        await sessions.rotate(request, reply, session);
        return show(sessions, session, account);
      },
    );
    app.post(
      '/api/session/use',
      {
        config: { ...forSignedIn, unaudited: true },
        schema: {
          tags,
          summary: 'Somebody is at the page: its session goes on',
          response: { 200: shownSession, ...problemAnswers() },
        },
      },
      async (request) => {
        // Any change is use, this one too: the gate has seen to it.
        const { session, account } = await own(request);
        return show(sessions, session, account);
      },
    );
    app.delete(
      '/api/session',
      {
        config: forSignedIn,
        schema: {
          tags,
          summary: 'Sign out',
          response: { 204: z.undefined(), ...problemAnswers() },
        },
      },
      async (request, reply) => {
        await sessions.end(reply, (await own(request)).session);
        return reply.code(204).send();
      },
    );
    app.put('/api/session/password', passwordRoute, async (request, reply) => {
      const { account } = await own(request);
      await changePassword(deps, request.body, account, request.ip);
      await access.sessions.removeOf(account.accountId);
      const session = await sessions.begin(reply, account);
      return show(sessions, session, account);
    });
    done();
  };
}

const passwordRoute = {
  config: forSignedIn,
  schema: {
    tags,
    summary: "Change one's own password; all other sessions end",
    body: newPassword,
    response: {
      200: shownSession,
      ...problemAnswers(...bodyProblems, 'session/refused', 'request/too-many'),
    },
  },
} as const;

async function changePassword(
  deps: SessionRoutesDeps,
  { current, password }: z.infer<typeof newPassword>,
  account: Account,
  address: string,
): Promise<void> {
  const { access, passwords, limiter, clock } = deps;
  if (limiter.waitMs(clock.now(), account.name, address) > 0)
    throw new ProblemError('request/too-many');
  if (!(await passwords.verify(current, account.passwordHash))) {
    limiter.failed(clock.now(), account.name, address);
    throw new ProblemError('session/refused');
  }
  const passwordHash = await passwords.hash(password);
  await access.accounts.change(account.accountId, { passwordHash });
}

const findAccount = async (
  accounts: AccountBook,
  accountId: string | undefined,
): Promise<Account | undefined> => (accountId === undefined ? undefined : accounts.byId(accountId));
