import { expect, it } from 'vitest';
import { isBeyondFreeSwitch } from '../../../src/sip/drachtio/beyond-freeswitch.ts';
import type { SrtpPolicy } from '../../../src/sip/message/sdp-crypto.ts';

const offer = (protocol: string, ...lines: readonly string[]): string =>
  [
    ...['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0'],
    ...[`m=audio 5000 ${protocol} 8`, ...lines, ''],
  ].join('\r\n');
const fingerprint = `a=fingerprint:sha-256 ${Array.from({ length: 32 }, () => 'AB').join(':')}`;
const handshake = [fingerprint, 'a=setup:actpass'];
const key = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${Buffer.alloc(30, 1).toString('base64')}`;

const isWorkers = (sdp: string | undefined, policy: SrtpPolicy = 'allow'): boolean =>
  isBeyondFreeSwitch(sdp, {
    codecs: ['PCMA'],
    srtp: { policy, random: (bytes) => new Uint8Array(bytes) },
  });

it.each([
  ['of DTLS-SRTP and nothing else', offer('UDP/TLS/RTP/SAVP', ...handshake), true],
  ['of plain sound with a fingerprint beside it', offer('RTP/AVP', ...handshake), true],
  ['with keys in the SDP as well', offer('RTP/SAVP', key, ...handshake), false],
  ['with keys alone', offer('RTP/SAVP', key), false],
  ['of plain sound', offer('RTP/AVP'), false],
  ['that is no offer', 'v=0', false],
  ['of ours with keys', undefined, true],
])('an offer %s is the worker’s: %s', (_name, sdp, expected) => {
  expect(isWorkers(sdp)).toBe(expected);
});

it('where SRTP is off nothing is the worker’s', () => {
  expect(isWorkers(offer('RTP/AVP', ...handshake), 'off')).toBe(false);
  expect(isWorkers(offer('UDP/TLS/RTP/SAVP', ...handshake), 'off')).toBe(false);
  expect(isWorkers(undefined, 'off')).toBe(false);
});
