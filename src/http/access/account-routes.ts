/** `/api/accounts`: the people who may sign in, each with a name of their own. */
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Account, AccountBook, AccountChanges, AccessStore } from '../../call/ports/access.ts';
import type { Clock } from '../../call/ports/process.ts';
import { bodyProblems, problemAnswers } from '../field-schemas.ts';
import { ProblemError } from '../problems.ts';
import { asText, textOrNull } from '../time-text.ts';
import { accountChanges, accountList, newAccount, shownAccount } from './access-schemas.ts';
import type { Passwords } from './password.ts';
import { forAdmins } from './route-access.ts';
import { newId } from './secrets.ts';

const tags = ['access'];
const params = z.object({ accountId: z.string().max(64) });

const show = (account: Account): z.infer<typeof shownAccount> => ({
  accountId: account.accountId,
  name: account.name,
  scopes: [...account.scopes],
  unit: account.unit ?? null,
  hasPassword: account.passwordHash !== undefined,
  signInService: account.subject !== undefined,
  createdAt: asText(account.createdAt),
  disabledAt: textOrNull(account.disabledAt),
});

export interface AccountRoutesDeps {
  readonly access: Pick<AccessStore, 'accounts' | 'sessions'>;
  readonly passwords: Passwords;
  readonly clock: Clock;
}

export function accountRoutes(deps: AccountRoutesDeps): FastifyPluginCallbackZod {
  const { access, passwords, clock } = deps;
  const { accounts, sessions } = access;

  async function changesOf(body: z.infer<typeof accountChanges>): Promise<AccountChanges> {
    const { scopes, password, disabled, unit } = body;
    return {
      ...(scopes && { scopes: [...new Set(scopes)] }),
      ...(password !== undefined && {
        passwordHash: password === null ? undefined : await passwords.hash(password),
      }),
      ...(unit !== undefined && { unit: unit ?? undefined }),
      ...(disabled !== undefined && { disabledAt: disabled ? clock.now() : undefined }),
    };
  }

  return (app, _options, done) => {
    app.post(
      '/api/accounts',
      {
        config: forAdmins,
        schema: {
          tags,
          summary: 'Make an account for a person',
          body: newAccount,
          response: { 201: shownAccount, ...problemAnswers(...bodyProblems, 'account/taken') },
        },
      },
      async (request, reply) => {
        const { name, scopes, password, unit } = request.body;
        const account: Account = {
          accountId: newId('acc'),
          name,
          scopes: [...new Set(scopes)],
          passwordHash: typeof password === 'string' ? await passwords.hash(password) : undefined,
          subject: undefined,
          unit: unit ?? undefined,
          createdAt: clock.now(),
          disabledAt: undefined,
        };
        if (!(await accounts.add(account))) throw new ProblemError('account/taken');
        return reply.code(201).send(show(account));
      },
    );
    app.get(
      '/api/accounts',
      {
        config: forAdmins,
        schema: {
          tags,
          summary: 'List the accounts',
          response: { 200: accountList, ...problemAnswers() },
        },
      },
      async () => ({ items: (await accounts.list()).map(show) }),
    );
    app.patch(
      '/api/accounts/:accountId',
      {
        config: forAdmins,
        schema: {
          tags,
          summary: 'Change an account; its sessions end',
          params,
          body: accountChanges,
          response: {
            200: shownAccount,
            ...problemAnswers(...bodyProblems, 'account/not-found', 'account/last-admin'),
          },
        },
      },
      async ({ params: { accountId }, body }) => {
        const before = await accounts.byId(accountId);
        if (before === undefined) throw new ProblemError('account/not-found');
        const changes = await changesOf(body);
        await refuseToLoseLastAdmin(accounts, before, changes);
        await accounts.change(accountId, changes);
        await sessions.removeOf(accountId);
        return show({ ...before, ...changes });
      },
    );
    done();
  };
}

const isAdmin = ({ scopes, disabledAt }: Account): boolean =>
  disabledAt === undefined && scopes.includes('admin');

async function refuseToLoseLastAdmin(
  accounts: AccountBook,
  before: Account,
  changes: AccountChanges,
): Promise<void> {
  if (!isAdmin(before) || isAdmin({ ...before, ...changes })) return;
  const others = await accounts.list();
  if (!others.some((each) => each.accountId !== before.accountId && isAdmin(each)))
    throw new ProblemError('account/last-admin');
}
