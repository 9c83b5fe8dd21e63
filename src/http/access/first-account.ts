/** The account of the first start: somebody has to be able to make the others. */
import { scopes, type AccountBook } from '../../call/ports/access.ts';
import type { Clock } from '../../call/ports/process.ts';
import type { Passwords } from './password.ts';
import { newId } from './secrets.ts';

export const firstAccountName = 'operator';

/**
 * Makes it where the store has no accounts; asks for the password only then. True where it was made.
 * Rejects with a `StoreError`.
 */
export async function makeFirstAccount(
  accounts: AccountBook,
  passwords: Passwords,
  clock: Clock,
  password: () => Promise<string>,
): Promise<boolean> {
  if ((await accounts.list()).length > 0) return false;
  return accounts.add({
    accountId: newId('acc'),
    name: firstAccountName,
    scopes,
    passwordHash: await passwords.hash(await password()),
    subject: undefined,
    createdAt: clock.now(),
    disabledAt: undefined,
  });
}
