/** Whether the nodes that share a database share the secret of its PINs as well. */
import type { Database } from './database.ts';
import type { PinSeal } from './pin-seal.ts';
import { StoreError } from './store-error.ts';

const name = 'pin-seal';
const context = 'check of the pin secret';

/**
 * The first node of a database leaves a sealed word in it; rejects with `store/other-secret` where
 * ours does not open it. Found at the start, not by the first caller with a PIN.
 */
export async function checkSharedSecret({ main }: Database, seal: PinSeal): Promise<void> {
  await main
    .insertInto('shared')
    .values({ name, value: seal.seal(name, context) })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const { value } = await main
    .selectFrom('shared')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  try {
    seal.open(value, context);
  } catch (cause) {
    throw new StoreError(
      'store/other-secret',
      'the nodes of this database use another RINGBRO_PIN_SECRET',
      { cause },
    );
  }
  // By the current secret, so that a former one may be dropped one day.
  await main
    .updateTable('shared')
    .set({ value: seal.seal(name, context) })
    .where('name', '=', name)
    .execute();
}
