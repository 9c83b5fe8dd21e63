import { expect, test } from 'vitest';
import { withSrtp } from '../../src/call/call-encryption.ts';
import type { AnsweredMedia } from '../../src/call/ports/sip-engine.ts';

const suite = 'AEAD_AES_256_GCM';
const answered = (signalling: 'udp' | 'tls'): AnsweredMedia => ({
  codec: 'PCMA',
  encrypted: false,
  security: { signalling, media: 'rtp' },
});

test.each([
  // Anybody on the way has the keys of an SDP in the clear.
  ['sdes', 'udp', false],
  ['sdes', 'tls', true],
  // Those of a handshake never travel.
  ['dtls', 'udp', true],
  ['dtls', 'tls', true],
] as const)(
  'keys by %s with signalling over %s: encrypted is %s',
  (keys, signalling, encrypted) => {
    const settled = withSrtp(answered(signalling), { type: 'srtp-settled', keys, suite });
    expect(settled).toEqual({
      codec: 'PCMA',
      encrypted,
      security: { signalling, media: 'srtp', keys, suite },
    });
  },
);

test('an engine that says nothing of security is not contradicted', () => {
  const media = { codec: 'PCMA', encrypted: true };
  expect(withSrtp(media, { type: 'srtp-settled', keys: 'sdes', suite })).toBe(media);
});
