/** `/api/session/service`: to the sign-in service and back. For browsers: they are led on, whatever happens. */
import type { FastifyReply } from 'fastify';
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import type { Account, AccountBook } from '../../call/ports/access.ts';
import type { Clock, Logger } from '../../call/ports/process.ts';
import type { ProblemCode } from '../problems.ts';
import type { Audit } from './audit.ts';
import { cookieName, readCookie, writeCookie } from './cookies.ts';
import { newId } from './secrets.ts';
import type { Sessions } from './sessions.ts';
import type { SignedIn, SignInService } from './sign-in-service.ts';

export const serviceReturnPath = '/api/session/service/return';
const keptForS = 600;
const page = '/operator';

export interface SignInServiceRoutesDeps {
  readonly service: SignInService;
  readonly accounts: AccountBook;
  readonly sessions: Sessions;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly secure: boolean;
}

export function signInServiceRoutes(deps: SignInServiceRoutesDeps): FastifyPluginCallbackZod {
  const { service, sessions, audit, logger, secure } = deps;
  const name = cookieName('sign-in', secure);

  const keep = (reply: FastifyReply, value: string, maxAgeS: number): void => {
    // Lax: the way back begins at another site, and has to bring it along.
    void reply.header('set-cookie', writeCookie(name, value, { secure, sameSite: 'Lax', maxAgeS }));
  };
  const failed = (reply: FastifyReply, code: ProblemCode): FastifyReply =>
    reply.redirect(`${page}?problem=${encodeURIComponent(code)}`, 303);

  const schema = { tags: ['access'], security: [] };

  return (app, _options, done) => {
    app.get(
      '/api/session/service',
      { schema: { ...schema, summary: 'Go to the sign-in service' } },
      async (_request, reply) => {
        try {
          const { location, kept } = await service.begin();
          keep(reply, kept, keptForS);
          return await reply.redirect(location, 303);
        } catch (error) {
          logger.error({ err: error }, 'sign-in service does not answer');
          return failed(reply, 'session/sign-in-failed');
        }
      },
    );
    app.get(
      serviceReturnPath,
      { schema: { ...schema, summary: 'Come back from the sign-in service' } },
      async (request, reply) => {
        const kept = readCookie(request.headers.cookie, name) ?? '';
        keep(reply, '', 0);
        const who = await finish(service, new URL(request.url, 'http://here'), kept, logger);
        const noted = { action: 'session.begin', target: undefined, reason: 'sign-in service' };
        if (who === undefined) return failed(reply, 'session/sign-in-failed');
        const account = await accountOf(deps, who);
        if (account === undefined || account.disabledAt !== undefined) {
          await audit.write({ ...noted, actor: 'nobody', status: 403, address: request.ip });
          return failed(reply, 'session/not-known');
        }
        await sessions.begin(reply, account);
        const actor = `account ${account.name}`;
        await audit.write({ ...noted, actor, status: 303, address: request.ip });
        return reply.redirect(page, 303);
      },
    );
    done();
  };
}

async function finish(
  service: SignInService,
  url: URL,
  kept: string,
  logger: Logger,
): Promise<SignedIn | undefined> {
  try {
    return await service.finish(url, kept);
  } catch (error) {
    // The library's words name what was wrong; the code and the state are not among them.
    const { name, message } = error instanceof Error ? error : new Error('unknown');
    logger.warn({ name, problem: message }, 'sign-in did not go through');
    return undefined;
  }
}

/** By subject; the first time by the e-mail address that the account was made under, or as a member of the group. */
async function accountOf(
  { accounts, clock }: SignInServiceRoutesDeps,
  { subject, email, userName, isMember }: SignedIn,
): Promise<Account | undefined> {
  const known = await accounts.bySubject(subject);
  if (known !== undefined) return known;
  const made = email === undefined ? undefined : await accounts.byName(email);
  // One with a password is somebody's already, and not to be taken over by a name.
  if (made?.subject === undefined && made?.passwordHash === undefined && made !== undefined) {
    await accounts.change(made.accountId, { subject });
    return { ...made, subject };
  }
  const name = email ?? userName;
  if (!isMember || name === undefined) return undefined;
  const account: Account = {
    accountId: newId('acc'),
    name,
    scopes: ['operator', 'read-only'],
    passwordHash: undefined,
    subject,
    createdAt: clock.now(),
    disabledAt: undefined,
  };
  return (await accounts.add(account)) ? account : undefined;
}
