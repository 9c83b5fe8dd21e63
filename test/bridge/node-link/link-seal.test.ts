import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLinkIdentity, linkSecretOf } from '../../../src/bridge/node-link/link-keys.ts';
import {
  createLinkOpener,
  createLinkSealer,
  linkIdOf,
  sealedFrom,
  sealOverheadBytes,
} from '../../../src/bridge/node-link/link-seal.ts';

const secret = linkSecretOf('a secret of a cluster');
const [one, other] = [createLinkIdentity(secret), createLinkIdentity(secret)];
const keys = one.keysWith(other.publicKey)!;

const setUp = () => {
  const sealer = createLinkSealer(keys.out);
  const seal = (text: string): Buffer => {
    const bytes = Buffer.alloc(200);
    const to = sealedFrom + bytes.write(text, sealedFrom);
    return bytes.subarray(0, sealer.seal(bytes, to));
  };
  const opener = createLinkOpener(keys.out);
  const open = (datagram: Buffer): string => {
    const copy = Buffer.from(datagram);
    const to = opener.open(copy);
    return typeof to === 'number' ? copy.toString('utf8', sealedFrom, to) : to;
  };
  return { seal, open, opener };
};

describe('a sealed datagram', () => {
  it('says what was sealed, in whatever order they come', () => {
    const { seal, open } = setUp();
    const [first, second, third] = [seal('first'), seal('second'), seal('third')];
    expect(first).toHaveLength('first'.length + sealOverheadBytes);
    expect(first.includes('first')).toBe(false);
    expect([third, first, second].map(open)).toEqual(['third', 'first', 'second']);
  });

  it('is taken once', () => {
    const { seal, open } = setUp();
    const datagram = seal('sound');
    expect([datagram, datagram].map(open)).toEqual(['sound', 'replayed']);
    for (let n = 0; n < 200; n += 1) open(seal('more'));
    expect(open(datagram)).toBe('replayed');
  });

  it('is refused when one bit of it is another, and the whole one is taken after that', () => {
    const { seal, open } = setUp();
    const datagram = seal('sound');
    for (let at = 0; at < datagram.length; at += 1) {
      const changed = Buffer.from(datagram);
      changed[at]! ^= 1;
      expect(open(changed)).toMatch(/forged|malformed/);
    }
    expect(open(datagram)).toBe('sound');
  });

  it('is refused under the key of the other direction, and under that of another worker', () => {
    const { seal } = setUp();
    const stranger = createLinkIdentity(secret).keysWith(other.publicKey)!;
    for (const wrong of [keys.in, stranger.out]) {
      // As if it had said that it was this one's.
      const opener = createLinkOpener({ ...wrong, linkId: keys.out.linkId });
      expect(opener.open(seal('sound'))).toBe('forged');
    }
  });

  it('is counted as lost where it did not come and later ones did', () => {
    const { seal, open, opener } = setUp();
    seal('before the first that came');
    open(seal('one'));
    const late = seal('two');
    open(seal('three'));
    expect(opener.lost()).toBe(1);
    open(late);
    expect(opener.lost()).toBe(0);
  });
});

it('what is no datagram of ours is dropped, whatever it is', () => {
  const { opener } = setUp();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1500 }), (noise) => {
      const datagram = Buffer.from(noise);
      linkIdOf(datagram);
      expect(opener.open(datagram)).toMatch(/forged|malformed/);
      if (datagram.length < 5) return;
      datagram.writeUInt8(1, 0);
      datagram.writeUInt32BE(keys.out.linkId, 1);
      expect(opener.open(datagram)).toMatch(/forged|malformed/);
    }),
  );
});
