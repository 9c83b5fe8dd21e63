/** Callers' whole numbers at rest: sealed to be shown for a reason, hashed with a key to be found. */
import { createHmac, hkdfSync } from 'node:crypto';
import type { NumberVault } from '../call/ports/privacy.ts';
import { numberForms, plainNumber } from '../meeting/phone-number.ts';
import { createPinSeal } from './pin-seal.ts';
import { secretList } from './secret-list.ts';

const hashCharacters = 22;
const nameCharacters = 10;
const context = (legId: string): string => `number of ${legId}`;

/** @param secrets as for `createPinSeal`; what was hashed with a former one is found, too. */
export function createNumberVault(secrets: string): NumberVault {
  const seal = createPinSeal(secrets);
  const [first, ...former] = secretList(secrets);
  const current = hashWith(first);
  const all = [current, ...former.map(hashWith)];

  return {
    keep: (number, legId) => ({
      sealed: seal.seal(number, context(legId)),
      hash: current(plainNumber(number)),
    }),
    open: ({ sealed }, legId) => seal.open(sealed, context(legId)),
    hashes: (number) => all.flatMap((hash) => numberForms(number).map(hash)),
    nameOf: (number) => current(numberForms(number)[0]).slice(0, nameCharacters),
  };
}

function hashWith(secret: string): (number: string) => string {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'ringbro number search', 32));
  return (number) =>
    createHmac('sha256', key).update(number).digest('base64url').slice(0, hashCharacters);
}
