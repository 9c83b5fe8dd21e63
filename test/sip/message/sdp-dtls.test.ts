/** DTLS-SRTP in offers and answers: profiles, fingerprints, roles, and which association goes on. */
import { describe, expect, it } from 'vitest';
import type { CertificateFingerprint, MediaSession } from '../../../src/call/ports/media.ts';
import { answerOffer } from '../../../src/sip/message/sdp-answer.ts';
import type { SrtpPolicy } from '../../../src/sip/message/sdp-crypto.ts';
import { readFingerprints } from '../../../src/sip/message/sdp-dtls.ts';
import { applyAnswer, createOffer } from '../../../src/sip/message/sdp-offer.ts';
import type { LocalMedia } from '../../../src/sip/message/sdp-session.ts';

const digest = (byte: string, bytes = 32): string => Array<string>(bytes).fill(byte).join(':');
const ours: CertificateFingerprint = { algorithm: 'sha-256', digest: digest('0A') };
const theirs = `a=fingerprint:SHA-256 ${digest('bb')}`;

const localWith = (policy: SrtpPolicy, extra: Partial<LocalMedia['srtp']> = {}): LocalMedia => ({
  address: '192.0.2.1',
  rtpPort: 10000,
  rtcpPort: 10001,
  codecs: ['PCMA', 'PCMU'],
  sessionId: '7000',
  sessionVersion: 1,
  srtp: { policy, random: (bytes) => new Uint8Array(bytes), fingerprint: ours, ...extra },
});
const sdpOf = (protocol: string, lines: readonly string[], port = 4000): string =>
  [
    'v=0',
    'o=- 1 1 IN IP4 198.51.100.7',
    's=-',
    'c=IN IP4 198.51.100.7',
    't=0 0',
    `m=audio ${port} ${protocol} 8`,
    ...lines,
    '',
  ].join('\r\n');
const dtlsOffer = (setup = 'actpass', ...more: readonly string[]): string =>
  sdpOf('UDP/TLS/RTP/SAVP', [theirs, `a=setup:${setup}`, ...more]);
const key = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${Buffer.alloc(30, 7).toString('base64')}`;

const accept = (offer: string, local = localWith('allow')) => {
  const answered = answerOffer(offer, local);
  if (!answered.ok) throw new Error(answered.code);
  return answered;
};
const refusalOf = (offer: string, local = localWith('allow')) => {
  const answered = answerOffer(offer, local);
  return answered.ok ? 'answered' : `${answered.sipStatus} ${answered.code}`;
};
const after = (sdp: string, session: MediaSession, local = localWith('allow')): LocalMedia => ({
  ...local,
  previous: { sdp, session },
});

describe('an offer of DTLS-SRTP', () => {
  it.each(['UDP/TLS/RTP/SAVP', 'UDP/TLS/RTP/SAVPF', 'RTP/SAVP', 'RTP/AVP'])(
    'in %s is answered in it, with our fingerprint',
    (protocol) => {
      const { answer, session } = accept(sdpOf(protocol, [theirs, 'a=setup:actpass']));
      expect(answer).toContain(`m=audio 10000 ${protocol} 8`);
      expect(answer).toContain(`a=fingerprint:sha-256 ${digest('0A')}\r\n`);
      expect(answer).not.toContain('a=crypto');
      expect(session.crypto).toBeUndefined();
      expect(session.dtls?.fingerprints).toEqual([{ algorithm: 'sha-256', digest: digest('BB') }]);
    },
  );

  it.each([
    ['actpass', 'passive', 'server'],
    ['active', 'passive', 'server'],
    ['passive', 'active', 'client'],
  ])('as %s makes us %s', (offered, answered, role) => {
    const { answer, session } = accept(dtlsOffer(offered));
    expect(answer).toContain(`a=setup:${answered}\r\n`);
    expect(session.dtls?.role).toBe(role);
  });

  it('may have its fingerprint and role for the whole session', () => {
    const offer = dtlsOffer('passive').replace(`${theirs}\r\na=setup:passive\r\n`, '');
    const whole = offer.replace('m=', `${theirs}\r\na=setup:passive\r\nm=`);
    expect(accept(whole).session.dtls?.role).toBe('client');
  });

  it('comes before keys in the SDP, where an m-line has both', () => {
    const { session, answer } = accept(sdpOf('RTP/SAVP', [key, theirs, 'a=setup:actpass']));
    expect(session.dtls).toBeDefined();
    expect(answer).not.toContain('a=crypto');
  });

  it.each([
    ['without a fingerprint', sdpOf('UDP/TLS/RTP/SAVP', ['a=setup:actpass'])],
    ['with SHA-1 alone', dtlsOffer().replace(theirs, `a=fingerprint:sha-1 ${digest('BB', 20)}`)],
    ['with half a fingerprint', dtlsOffer().replace(digest('bb'), digest('bb', 16))],
    ['that holds the connection', dtlsOffer('holdconn')],
    ['with keys in the SDP alone', sdpOf('UDP/TLS/RTP/SAVP', [key])],
  ])('%s is refused', (_, offer) => {
    expect(refusalOf(offer)).toBe('488 sdp/no-usable-crypto');
  });

  it('is refused where SRTP is off, and where we have no certificate', () => {
    expect(refusalOf(dtlsOffer(), localWith('off'))).toBe('488 sdp/secure-media-only');
    const without = localWith('allow', { fingerprint: undefined });
    expect(refusalOf(dtlsOffer(), without)).toBe('488 sdp/no-usable-crypto');
    // Beside plain sound a fingerprint is an offer to encrypt, not a demand.
    expect(accept(sdpOf('RTP/AVP', [theirs]), localWith('off')).session.dtls).toBeUndefined();
  });

  it('is enough where encryption is required', () => {
    expect(accept(dtlsOffer(), localWith('require')).session.dtls).toBeDefined();
  });
});

describe('a later offer', () => {
  const first = accept(dtlsOffer('actpass'));
  const before = first.session.dtls;
  const again = (offer: string) => accept(offer, after(first.answer, first.session)).session.dtls;

  it.each([
    ['the same', dtlsOffer('actpass')],
    ['a hold', dtlsOffer('actpass', 'a=sendonly')],
    ['a hold of old', dtlsOffer('actpass').replace('c=IN IP4 198.51.100.7', 'c=IN IP4 0.0.0.0')],
    ['its role alone', dtlsOffer('active')],
  ])('that says %s keeps the association', (_, offer) => {
    expect(again(offer)).toEqual(before);
  });

  it.each([
    ['fingerprint', dtlsOffer().replace(digest('bb'), digest('cc'))],
    ['port', dtlsOffer().replace('m=audio 4000', 'm=audio 4002')],
    ['address', dtlsOffer().replaceAll('198.51.100.7', '198.51.100.8')],
    ['role', dtlsOffer('passive')],
    ['tls-id', dtlsOffer('actpass', 'a=tls-id:abc3de65cddef001be82')],
  ])('with another %s makes a new one', (_, offer) => {
    expect(again(offer)?.association).not.toBe(before?.association);
  });

  it('in the clear is a downgrade, and refused', () => {
    const local = after(first.answer, first.session);
    expect(refusalOf(sdpOf('RTP/AVP', []), local)).toBe('488 sdp/encryption-required');
    expect(refusalOf(sdpOf('UDP/TLS/RTP/SAVP', []), local)).toBe('488 sdp/no-usable-crypto');
  });

  it('of ours goes on with what is settled', () => {
    const { offer } = createOffer(after(first.answer, first.session));
    expect(offer).toContain('m=audio 10000 UDP/TLS/RTP/SAVP 8');
    expect(offer).toContain('a=setup:actpass');
    expect(offer).not.toContain('a=crypto');
    const applied = applyAnswer(offer, dtlsOffer('active'), { needsCrypto: true });
    expect(applied.ok && applied.session.dtls).toEqual(before);
  });
});

describe('our offer', () => {
  const offerWith = (policy: SrtpPolicy, extra: Partial<LocalMedia['srtp']> = {}) =>
    createOffer(localWith(policy, extra)).offer;

  it('has a fingerprint beside the keys where plain sound will do too, RFC 8643', () => {
    const offer = offerWith('allow');
    expect(offer).toContain('m=audio 10000 RTP/AVP 8 0');
    expect(offer.match(/a=crypto/g)).toHaveLength(5);
    expect(offer).toContain('a=fingerprint:sha-256');
    expect(offer).toContain('a=setup:actpass');
  });
  it('has none where SRTP is off, and keys alone where it is required', () => {
    expect(offerWith('off')).not.toContain('fingerprint');
    expect(offerWith('require')).not.toContain('fingerprint');
  });
  it('can be of DTLS-SRTP alone', () => {
    const offer = offerWith('require', { offersDtlsAlone: true });
    expect(offer).toContain('m=audio 10000 UDP/TLS/RTP/SAVP 8 0');
    expect(offer).not.toContain('a=crypto');
  });

  const settle = (answer: string, extra: Partial<LocalMedia['srtp']> = {}) => {
    const applied = applyAnswer(offerWith('allow', extra), answer);
    return applied.ok ? applied.session : applied.code;
  };
  it.each([
    ['active', 'server'],
    ['passive', 'client'],
  ])('answered as %s makes us the %s', (setup, role) => {
    const answer = sdpOf('RTP/AVP', [theirs, `a=setup:${setup}`]);
    expect(settle(answer)).toMatchObject({ dtls: { role } });
  });
  it('answered with a key, or plainly, is settled so', () => {
    expect(settle(sdpOf('RTP/AVP', [key.replace(':1 ', ':4 ')]))).toMatchObject({ crypto: {} });
    expect(settle(sdpOf('RTP/AVP', []))).toMatchObject({ direction: 'sendrecv' });
  });
  it('of DTLS-SRTP alone takes no other answer', () => {
    const alone = { offersDtlsAlone: true };
    expect(settle(sdpOf('UDP/TLS/RTP/SAVP', []), alone)).toBe('sdp/crypto-mismatch');
    expect(settle(dtlsOffer('actpass'), alone)).toBe('sdp/crypto-mismatch');
    expect(settle(sdpOf('RTP/AVP', []), alone)).toBe('sdp/no-common-codec');
    expect(settle(dtlsOffer('active'), alone)).toMatchObject({ dtls: { role: 'server' } });
  });
});

it('a fingerprint that is none is left out', () => {
  expect(
    readFingerprints([
      `sha-256 ${digest('AB')}`,
      `SHA-512 ${digest('cd', 64)}`,
      `md5 ${digest('AB', 16)}`,
      `sha-256 ${digest('AB', 33)}`,
      `sha-256 ${digest('AB').replaceAll(':', '')}`,
      '',
    ]).map(({ algorithm }) => algorithm),
  ).toEqual(['sha-256', 'sha-512']);
});
