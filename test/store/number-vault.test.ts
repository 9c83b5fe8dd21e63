import { describe, expect, test } from 'vitest';
import { asLegId } from '../../src/call/identifiers.ts';
import { createNumberVault } from '../../src/store/number-vault.ts';
import { createPinSeal } from '../../src/store/pin-seal.ts';

const leg = asLegId('leg');
const number = '+46701234567';

describe('a secret that is replaced', () => {
  test('opens and finds what the former one sealed, as long as that stands behind it', () => {
    const kept = createNumberVault('first').keep(number, leg);
    const both = createNumberVault('second, first');
    expect(both.open(kept, leg)).toBe(number);
    expect(both.hashes(number)).toContain(kept.hash);
    const alone = createNumberVault('second');
    expect(() => alone.open(kept, leg)).toThrow('cannot be read');
    expect(alone.hashes(number)).not.toContain(kept.hash);
  });

  test('seals from then on', () => {
    const kept = createNumberVault('second,first').keep(number, leg);
    expect(createNumberVault('second').open(kept, leg)).toBe(number);
    expect(createNumberVault('second').hashes(number)).toContain(kept.hash);
  });

  test('what was sealed before keys had names is opened by the one that fits', () => {
    const [, unnamed = ''] = createPinSeal('first').seal('4711', 'here').split('.');
    expect(createPinSeal('second,first').open(unnamed, 'here')).toBe('4711');
    expect(() => createPinSeal('second').open(unnamed, 'here')).toThrow('cannot be read');
  });
});

test('a number is named in the same way however it is written, and not told', () => {
  const vault = createNumberVault('secret');
  const name = vault.nameOf(number);
  expect(vault.nameOf('0046 70-123 45 67')).toBe(name);
  expect(vault.nameOf('+46701234568')).not.toBe(name);
  expect(createNumberVault('other').nameOf(number)).not.toBe(name);
  expect(name).toMatch(/^[\w-]{10}$/);
});

test('what is sealed twice looks different, and is found alike', () => {
  const vault = createNumberVault('secret');
  const [one, two] = [vault.keep(number, leg), vault.keep(number, leg)];
  expect(one.sealed).not.toBe(two.sealed);
  expect(one.hash).toBe(two.hash);
});
