import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createConsentCheck,
  type ConsentCredentials,
} from '../../../src/bridge/room/consent-check.ts';
import { signedStun, stunAttribute as attribute } from './support/stun-message.ts';

const credentials: ConsentCredentials = {
  localUfrag: 'ours',
  remoteUfrag: 'theirs',
  remotePassword: 'a password of twenty-two',
  isControlling: true,
  tieBreaker: 0x0102_0304_0506_0708n,
  nominates: false,
};
const idOf = (request: Buffer): Buffer => Buffer.from(request.subarray(8, 20));
const mapped = attribute(0x0020, randomBytes(8));
const answer = (id: Buffer, password = credentials.remotePassword, type = 0x0101) =>
  signedStun(type, id, [mapped], password);

describe('a check of consent', () => {
  const username = attribute(0x0006, Buffer.from('theirs:ours'));
  const priority = attribute(0x0024, Buffer.from([0x6e, 0xff, 0xff, 0xff]));
  const tieBreaker = Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]);

  it.each([
    ['of who controls', {}, [attribute(0x802a, tieBreaker)]],
    ['of who is controlled', { isControlling: false }, [attribute(0x8029, tieBreaker)]],
    [
      'to one that is lite',
      { nominates: true },
      [attribute(0x802a, tieBreaker), attribute(0x0025, Buffer.alloc(0))],
    ],
  ])('is a Binding request %s, signed by the other end’s password', (_, differs, attributes) => {
    const request = createConsentCheck().request({ ...credentials, ...differs });
    expect(request).toEqual(
      signedStun(1, idOf(request), [username, priority, ...attributes], credentials.remotePassword),
    );
  });

  it('pads names to whole words, and follows those that change', () => {
    const check = createConsentCheck();
    for (const remoteUfrag of ['a', 'bcd', 'efgh', 'ij']) {
      const remotePassword = `of ${remoteUfrag}`;
      const request = check.request({ ...credentials, remoteUfrag, remotePassword });
      const name = attribute(0x0006, Buffer.from(`${remoteUfrag}:ours`));
      const role = attribute(0x802a, tieBreaker);
      expect(request).toEqual(signedStun(1, idOf(request), [name, priority, role], remotePassword));
    }
  });

  it('is answered by the response to the latest, once', () => {
    const check = createConsentCheck();
    const first = idOf(check.request(credentials));
    const second = idOf(check.request(credentials));
    expect(second).not.toEqual(first);
    expect(check.isAnsweredBy(answer(first))).toBe(false);
    expect(check.isAnsweredBy(answer(second))).toBe(true);
    expect(check.isAnsweredBy(answer(second))).toBe(false);
  });

  it('is answered by a response that ends with its integrity, or has more behind it', () => {
    const check = createConsentCheck();
    const whole = answer(idOf(check.request(credentials)));
    const unsummed = whole.subarray(0, -8);
    unsummed.writeUInt16BE(unsummed.length - 20, 2);
    expect(check.isAnsweredBy(unsummed)).toBe(true);
    const more = Buffer.concat([
      answer(idOf(check.request(credentials))),
      attribute(0x8022, Buffer.from('software')),
    ]);
    more.writeUInt16BE(more.length - 20, 2);
    expect(check.isAnsweredBy(more)).toBe(true);
  });

  it.each([
    ['before anything was asked', () => answer(randomBytes(12)), false],
    ['another transaction', () => answer(randomBytes(12)), true],
    ['another password', (id: Buffer) => answer(id, 'guessed'), true],
    ['an error', (id: Buffer) => answer(id, credentials.remotePassword, 0x0111), true],
    ['a request', (id: Buffer) => answer(id, credentials.remotePassword, 0x0001), true],
    ['no integrity', (id: Buffer) => withoutIntegrity(id), true],
  ])('is not answered by %s', (_, made, asks) => {
    const check = createConsentCheck();
    const id = asks ? idOf(check.request(credentials)) : randomBytes(12);
    expect(check.isAnsweredBy(made(id))).toBe(false);
    if (asks) expect(check.isAnsweredBy(answer(id))).toBe(true);
  });

  it('is not answered where a bit before the fingerprint is flipped, and the bytes stay as they are', () => {
    const check = createConsentCheck();
    const whole = answer(idOf(check.request(credentials)));
    fc.assert(
      fc.property(fc.nat((whole.length - 8) * 8 - 1), (bit) => {
        // The length of the whole: behind the integrity it counts for nothing.
        fc.pre(bit >> 4 !== 1);
        const response = Buffer.from(whole);
        response.writeUInt8(response.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        const before = Buffer.from(response);
        expect(check.isAnsweredBy(response)).toBe(false);
        expect(response).toEqual(before);
      }),
    );
  });

  it('is not answered by bytes at random, and nothing throws', () => {
    const check = createConsentCheck();
    const id = idOf(check.request(credentials));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, seemsRight) => {
        const response = Buffer.from(bytes);
        if (seemsRight && response.length >= 20)
          response.set([1, 1, 0, response.length - 20, 0x21, 0x12, 0xa4, 0x42, ...id]);
        expect(check.isAnsweredBy(response)).toBe(false);
      }),
    );
  });
});

const withoutIntegrity = (id: Buffer): Buffer => {
  const message = Buffer.concat([Buffer.from([1, 1, 0, 12, 0x21, 0x12, 0xa4, 0x42]), id, mapped]);
  return message;
};
