import { expect, test } from 'vitest';
import { createPasswords } from '../../../src/http/access/password.ts';

const passwords = createPasswords({ N: 16, r: 8, p: 1 });

test('a password opens its own hash and no other', async () => {
  const hash = await passwords.hash('correct horse battery');
  expect(hash).toMatch(/^scrypt\$16\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
  expect(await passwords.verify('correct horse battery', hash)).toBe(true);
  expect(await passwords.verify('correct horse batterz', hash)).toBe(false);
  expect(await passwords.hash('correct horse battery')).not.toBe(hash);
});

test('å typed as one sign or as two is the same password', async () => {
  const hash = await passwords.hash('l\u00e5ngt l\u00f6senord');
  expect(await passwords.verify('la\u030angt lo\u0308senord', hash)).toBe(true);
});

test('a hash made at another cost still opens, and none or nonsense opens nothing', async () => {
  const hash = await createPasswords({ N: 32, r: 4, p: 2 }).hash('correct horse battery');
  expect(await passwords.verify('correct horse battery', hash)).toBe(true);
  expect(await passwords.verify('', undefined)).toBe(false);
  expect(await passwords.verify('x', 'scrypt$16$8$1$$')).toBe(false);
  expect(await passwords.verify('x', 'plain')).toBe(false);
});

test('a crowd is served two at a time, and all of it', async () => {
  const hash = await passwords.hash('correct horse battery');
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      passwords.verify(n % 2 === 0 ? 'correct horse battery' : 'wrong', hash),
    ),
  );
  expect(answers).toEqual(Array.from({ length: 20 }, (_, n) => n % 2 === 0));
});
