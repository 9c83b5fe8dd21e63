import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createKeyedDigest, isTagOf, sha1Bytes } from '../../../src/bridge/rtp/keyed-digest.ts';

test('one object digests message after message as OpenSSL does', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 100 }),
      fc.array(fc.uint8Array({ maxLength: 300 })),
      (key, messages) => {
        const keyed = createKeyedDigest(key);
        for (const message of messages) {
          const expected = createHmac('sha1', key).update(message).digest();
          expect(Buffer.from(keyed.of(message))).toEqual(expected);
        }
      },
    ),
  );
});

test('a tag fits where each of its bytes does', () => {
  const digest = createKeyedDigest(Buffer.from('key')).of(Buffer.from('message'));
  const packet = new Uint8Array(4 + sha1Bytes);
  packet.set(digest, 4);
  expect(isTagOf(digest, packet, 4, 10)).toBe(true);
  for (let at = 0; at < 10; at += 1) {
    const forged = packet.slice();
    forged.set([(packet[4 + at] ?? 0) ^ 1], 4 + at);
    expect(isTagOf(digest, forged, 4, 10)).toBe(false);
  }
  expect(isTagOf(digest, packet.subarray(0, 8), 4, 10)).toBe(false);
});
