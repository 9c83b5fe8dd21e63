import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import {
  keyPair,
  scalarMult,
  useOpensslKeyAgreement,
} from '../../../src/bridge/room/key-agreement.ts';

test('two sides come to one secret, with keys that are buffers of their own', () => {
  const [one, other] = [keyPair(), keyPair()];
  expect(scalarMult(one.secretKey, other.publicKey)).toEqual(
    scalarMult(other.secretKey, one.publicKey),
  );
  expect([one.publicKey.buffer.byteLength, one.secretKey.buffer.byteLength]).toEqual([32, 32]);
});

test('a public key that would give away the secret is refused', () => {
  expect(() => scalarMult(keyPair().secretKey, new Uint8Array(32))).toThrow();
});

// After an upgrade of werift: whether it still uses what is replaced.
test('werift agrees on keys by OpenSSL, and the result is the one of its own arithmetic', () => {
  const nacl = createRequire(import.meta.resolve('werift'))('tweetnacl') as {
    scalarMult: typeof scalarMult;
    box: { keyPair: typeof keyPair };
  };
  const { scalarMult: theirScalarMult } = nacl;
  const [one, other] = [nacl.box.keyPair(), nacl.box.keyPair()];
  expect(useOpensslKeyAgreement()).toBe(true);
  expect(nacl.scalarMult).toBe(scalarMult);
  expect(nacl.box.keyPair).toBe(keyPair);
  expect([...scalarMult(one.secretKey, other.publicKey)]).toEqual([
    ...theirScalarMult(one.secretKey, other.publicKey),
  ]);
});
