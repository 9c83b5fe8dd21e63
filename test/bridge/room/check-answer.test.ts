import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCheckAnswer, type CheckCredentials } from '../../../src/bridge/room/check-answer.ts';
import { signedStun as signed, stunAttribute as attribute } from './support/stun-message.ts';

const credentials: CheckCredentials = {
  localUfrag: 'ours',
  localPassword: 'a password of twenty-two',
  remoteUfrag: 'theirs',
  isControlling: true,
};
const address = '192.0.2.71';
const port = 40_021;

const id = randomBytes(12);
const username = attribute(0x0006, Buffer.from('ours:theirs'));
const priority = attribute(0x0024, Buffer.from([0x6e, 0, 1, 0xff]));
const controlled = attribute(0x802a - 1, randomBytes(8));
const controlling = attribute(0x802a, randomBytes(8));
const networkCost = attribute(0xc057, Buffer.from([0, 1, 0, 10]));
const useCandidate = attribute(0x0025, Buffer.alloc(0));
const unknown = attribute(0x0027, Buffer.alloc(3));
const check = (...more: readonly Buffer[]) =>
  signed(1, id, [username, networkCost, priority, ...more], credentials.localPassword);

describe('the answer to a keepalive check', () => {
  it('is a Binding success that names where the check came from', () => {
    const mapped = attribute(
      0x0020,
      Buffer.from([0, 1, ...[0x9c ^ 0x21, 0x55 ^ 0x12], 192 ^ 0x21, 0 ^ 0x12, 2 ^ 0xa4, 71 ^ 0x42]),
    );
    expect(createCheckAnswer()(check(controlled), address, port, credentials)).toEqual(
      signed(0x0101, id, [mapped], credentials.localPassword),
    );
  });

  it('leaves the request as it was, for whoever reads it next', () => {
    const request = check(controlled);
    const before = Buffer.from(request);
    createCheckAnswer()(request, address, port, credentials);
    expect(request).toEqual(before);
  });

  it('follows credentials that change', () => {
    const answer = createCheckAnswer();
    expect(answer(check(controlled), address, port, credentials)).toBeDefined();
    const next = { ...credentials, localPassword: 'another' };
    expect(answer(check(controlled), address, port, next)).toBeUndefined();
    const request = signed(1, id, [username, controlled], 'another');
    expect(answer(request, address, port, next)).toBeDefined();
    expect(
      answer(check(controlling), address, port, { ...credentials, isControlling: false }),
    ).toBeDefined();
  });

  it.each([
    ['a nomination', check(controlled, useCandidate)],
    ['a conflict of roles', check(controlling)],
    ['a check without a role', check()],
    ['an attribute that must be understood', check(controlled, unknown)],
    [
      'another user',
      signed(
        1,
        id,
        [attribute(6, Buffer.from('ours:other')), controlled],
        credentials.localPassword,
      ),
    ],
    ['another password', signed(1, id, [username, controlled], 'guessed')],
    ['an indication', signed(0x0011, id, [username, controlled], credentials.localPassword)],
    ['a response', signed(0x0101, id, [username, controlled], credentials.localPassword)],
  ])('is left to the whole agent for %s', (_, request) => {
    expect(createCheckAnswer()(request, address, port, credentials)).toBeUndefined();
  });

  it('is left to the whole agent for IPv6', () => {
    expect(
      createCheckAnswer()(check(controlled), '2001:db8::1', port, credentials),
    ).toBeUndefined();
  });

  it('is given to no message with a flipped bit', () => {
    const whole = check(controlled);
    fc.assert(
      fc.property(fc.nat(whole.length * 8 - 1), (bit) => {
        const request = Buffer.from(whole);
        request.writeUInt8(request.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(createCheckAnswer()(request, address, port, credentials)).toBeUndefined();
      }),
    );
  });

  it('is given to no bytes at random, and nothing throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        const request = Buffer.from(bytes);
        if (request.length >= 20)
          request.set([0, 1, 0, request.length - 20, 0x21, 0x12, 0xa4, 0x42]);
        expect(createCheckAnswer()(request, address, port, credentials)).toBeUndefined();
      }),
    );
  });
});
