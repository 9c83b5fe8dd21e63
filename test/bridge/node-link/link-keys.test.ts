import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createLinkIdentity,
  linkSecretOf,
  streamKeyOf,
} from '../../../src/bridge/node-link/link-keys.ts';
import { asRoomName } from '../../../src/call/identifiers.ts';

const secret = linkSecretOf('a secret that all nodes of the cluster share');

describe('keys of two workers', () => {
  const [one, other] = [createLinkIdentity(secret), createLinkIdentity(secret)];

  it('are the same on both sides, and others in each direction', () => {
    const here = one.keysWith(other.publicKey);
    const there = other.keysWith(one.publicKey);
    expect(here?.out).toEqual(there?.in);
    expect(here?.in).toEqual(there?.out);
    expect(here?.out.encryptionKey).not.toEqual(here?.in.encryptionKey);
    expect(here?.out.salt).not.toEqual(here?.in.salt);
    expect(here?.out.encryptionKey).toHaveLength(16);
    expect(here?.out.salt).toHaveLength(12);
  });

  it('are not those of a worker that was started anew', () => {
    const again = createLinkIdentity(secret);
    expect(again.keysWith(other.publicKey)?.out).not.toEqual(one.keysWith(other.publicKey)?.out);
  });

  it('are unknown to who has the public keys and not the secret', () => {
    const stranger = createLinkIdentity(linkSecretOf('another secret'));
    expect(stranger.keysWith(one.publicKey)?.out).not.toEqual(one.keysWith(stranger.publicKey)?.in);
  });

  it('there are none with oneself, and none with what is no public key', () => {
    expect(one.keysWith(one.publicKey)).toBeUndefined();
    // The point of order 1: all would agree on zero.
    expect(one.keysWith(Buffer.alloc(32).toString('base64url'))).toBeUndefined();
    expect(one.keysWith('')).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (text) => {
        one.keysWith(text);
      }),
    );
  });
});

it('a meeting has one key of 48 bits on all nodes, and another one under another secret', () => {
  const room = asRoomName('room-1');
  expect(streamKeyOf(secret, room)).toBe(streamKeyOf(secret, room));
  expect(streamKeyOf(secret, room)).not.toBe(streamKeyOf(secret, asRoomName('room-2')));
  expect(streamKeyOf(secret, room)).not.toBe(streamKeyOf(randomBytes(32), room));
  expect(streamKeyOf(secret, room)).toBeLessThan(2 ** 48);
});
