import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SrtpSuite } from '../../../src/call/ports/media.ts';
import { answerOffer } from '../../../src/sip/message/sdp-answer.ts';
import {
  readCryptoLines,
  writeCryptoLine,
  type SrtpPolicy,
} from '../../../src/sip/message/sdp-crypto.ts';
import { applyAnswer, createOffer } from '../../../src/sip/message/sdp-offer.ts';
import type { LocalMedia } from '../../../src/sip/message/sdp-session.ts';

const keyBytes: Readonly<Record<SrtpSuite, number>> = {
  AEAD_AES_256_GCM: 44,
  AEAD_AES_128_GCM: 28,
  AES_256_CM_HMAC_SHA1_80: 46,
  AES_CM_128_HMAC_SHA1_80: 30,
  AES_CM_128_HMAC_SHA1_32: 30,
};
const suites = Object.keys(keyBytes) as SrtpSuite[];
const usual = 'AES_CM_128_HMAC_SHA1_80';
const inline = (bytes: number, fill = 7): string =>
  `inline:${Buffer.alloc(bytes, fill).toString('base64')}`;
const line = (tag: string, suite: SrtpSuite = usual, fill = 7): string =>
  `a=crypto:${tag} ${suite} ${inline(keyBytes[suite], fill)}`;

/** Ours: the bytes count up, so that no two keys are alike. */
const localWith = (policy: SrtpPolicy): LocalMedia => {
  let last = 0;
  return {
    address: '192.0.2.1',
    rtpPort: 10000,
    rtcpPort: 10001,
    codecs: ['PCMA', 'PCMU'],
    sessionId: '7000',
    sessionVersion: 1,
    srtp: { policy, random: (bytes) => Uint8Array.from({ length: bytes }, () => (last += 1)) },
  };
};
const sdpOf = (...lines: readonly string[]): string =>
  [
    'v=0',
    'o=- 1 1 IN IP4 198.51.100.7',
    's=-',
    'c=IN IP4 198.51.100.7',
    't=0 0',
    ...lines,
    '',
  ].join('\r\n');
const savp = (...crypto: readonly string[]): string => sdpOf('m=audio 4000 RTP/SAVP 8', ...crypto);
const avp = (...crypto: readonly string[]): string => sdpOf('m=audio 4000 RTP/AVP 8', ...crypto);

const accept = (offer: string, local: LocalMedia = localWith('allow')) => {
  const answered = answerOffer(offer, local);
  if (!answered.ok) throw new Error(answered.code);
  const crypto = answered.answer.split('\r\n').filter((each) => each.startsWith('a=crypto:'));
  return { ...answered, crypto };
};
const refusalOf = (offer: string, policy: SrtpPolicy) => {
  const answered = answerOffer(offer, localWith(policy));
  return answered.ok ? 'answered' : `${answered.sipStatus} ${answered.code}`;
};

describe('a crypto line', () => {
  it.each(suites)('of %s is written as it was read', (suite) => {
    const value = `7 ${suite} ${inline(keyBytes[suite])}`;
    const [read] = readCryptoLines([value]);
    expect(read?.suite).toBe(suite);
    expect(read?.key.masterSalt.length).toBe(suite.startsWith('AEAD') ? 12 : 14);
    expect(read && writeCryptoLine(read)).toBe(value);
  });

  it.each([
    ['padding left out', `1 AEAD_AES_128_GCM ${inline(28).replace(/=+$/, '')}`],
    ['a lifetime', `1 ${usual} ${inline(30)}|2^31`],
    ['a decimal lifetime', `1 ${usual} ${inline(30)}|1048576`],
    ['a window size hint', `1 ${usual} ${inline(30)} WSH=128`],
    ['a parameter that may be ignored', `1 ${usual} ${inline(30)} -NEW=1`],
    ['the longest tag', `999999999 ${usual} ${inline(30)}`],
  ])('may have %s', (_, value) => {
    expect(readCryptoLines([value])).toHaveLength(1);
  });

  it.each([
    ['an unknown suite', `1 F8_128_HMAC_SHA1_80 ${inline(30)}`],
    ['a key too short', `1 ${usual} ${inline(29)}`],
    ['a key too long', `1 ${usual} ${inline(31)}`],
    ['the key of another suite', `1 AES_256_CM_HMAC_SHA1_80 ${inline(30)}`],
    ['no base64', `1 ${usual} inline:${'-'.repeat(40)}`],
    ['another key method', `1 ${usual} ${inline(30).replace('inline', 'outline')}`],
    ['no tag', `${usual} ${inline(30)}`],
    ['a tag with a leading zero', `01 ${usual} ${inline(30)}`],
    ['a tag of ten digits', `1234567890 ${usual} ${inline(30)}`],
    ['a tag of letters', `x ${usual} ${inline(30)}`],
    ['a master key identifier', `1 ${usual} ${inline(30)}|2^20|1:4`],
    ['a master key identifier alone', `1 ${usual} ${inline(30)}|1:4`],
    ['two keys', `1 ${usual} ${inline(30)}|2^20|1:4;${inline(30)}|2^20|2:4`],
    ['a lifetime that no key may have', `1 ${usual} ${inline(30)}|2^49`],
    ['a lifetime of nothing', `1 ${usual} ${inline(30)}|0`],
    ['sound in the clear', `1 ${usual} ${inline(30)} UNENCRYPTED_SRTP`],
    ['SRTCP in the clear', `1 ${usual} ${inline(30)} UNENCRYPTED_SRTCP`],
    ['no authentication', `1 ${usual} ${inline(30)} UNAUTHENTICATED_SRTP`],
    ['a key derivation rate', `1 ${usual} ${inline(30)} KDR=1`],
  ])('is not used with %s', (_, value) => {
    expect(readCryptoLines([value])).toEqual([]);
  });

  it('whose tag came before does not count', () => {
    const values = [`1 ${usual} ${inline(30, 1)}`, `1 ${usual} ${inline(30, 2)}`];
    expect(readCryptoLines(values).map(({ key }) => key.masterKey[0])).toEqual([1]);
  });

  it('of any text is read or left without a throw', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(...suites), (text, suite) => {
        readCryptoLines([text, `1 ${suite} inline:${text}`, `1 ${suite} ${inline(30)}${text}`]);
      }),
    );
  });
});

describe('the answer to an encrypted offer', () => {
  it('takes the first line that we can use, under its tag, with a key of our own', () => {
    const { answer, crypto, session } = accept(
      savp(
        `a=crypto:4 SUITE_OF_THE_FUTURE ${inline(30)}`,
        line('9', 'AEAD_AES_128_GCM'),
        line('2'),
      ),
    );
    expect(answer).toContain('m=audio 10000 RTP/SAVP 8\r\n');
    const ours = Buffer.from(Array.from({ length: 28 }, (_, at) => at + 1)).toString('base64');
    expect(crypto).toEqual([`a=crypto:9 AEAD_AES_128_GCM inline:${ours}`]);
    expect(session.crypto).toEqual({
      suite: 'AEAD_AES_128_GCM',
      local: {
        masterKey: Uint8Array.from({ length: 16 }, (_, at) => at + 1),
        masterSalt: Uint8Array.from({ length: 12 }, (_, at) => at + 17),
      },
      remote: { masterKey: new Uint8Array(16).fill(7), masterSalt: new Uint8Array(12).fill(7) },
    });
  });

  it('encrypts what RFC 8643 offers: the plain profile with a key', () => {
    const { answer, crypto, session } = accept(avp(line('1')));
    expect(answer).toContain('m=audio 10000 RTP/AVP 8\r\n');
    expect(crypto).toHaveLength(1);
    expect(session.crypto?.suite).toBe(usual);
  });

  it('goes in the clear where such a key cannot be used', () => {
    const { crypto, session } = accept(avp(`a=crypto:1 ${usual} ${inline(12)}`));
    expect(crypto).toEqual([]);
    expect(session.crypto).toBeUndefined();
  });

  it('prefers the encrypted m-line of two', () => {
    const both = sdpOf('m=audio 4000 RTP/AVP 8', 'm=audio 4002 RTP/SAVP 8', line('1'));
    expect(accept(both).session).toMatchObject({ remotePort: 4002, crypto: { suite: usual } });
    expect(accept(both).answer).toContain('m=audio 0 RTP/AVP 8');
  });

  it('does not take keys from the session level', () => {
    const offer = savp().replace('m=audio', `${line('1')}\r\nm=audio`);
    expect(refusalOf(offer, 'allow')).toBe('488 sdp/no-usable-crypto');
  });
});

describe('an offer is refused', () => {
  const dtls = sdpOf('m=audio 4000 UDP/TLS/RTP/SAVP 8', 'a=fingerprint:sha-256 00:01');
  it.each<readonly [string, string, SrtpPolicy, string]>([
    ['SRTP while it is off', savp(line('1')), 'off', 'sdp/secure-media-only'],
    ['SRTP without a key', savp(), 'allow', 'sdp/no-usable-crypto'],
    ['SRTP with a wrong tag', savp(line('01')), 'allow', 'sdp/no-usable-crypto'],
    ['SRTP of no known suite', savp(`a=crypto:1 X ${inline(30)}`), 'allow', 'sdp/no-usable-crypto'],
    ['a wrong key', savp(`a=crypto:1 ${usual} ${inline(16)}`), 'allow', 'sdp/no-usable-crypto'],
    ['plain sound where SRTP is required', avp(), 'require', 'sdp/encryption-required'],
    ['an unusable key there', avp(`a=crypto:1 X y`), 'require', 'sdp/encryption-required'],
    [
      'SRTP of no common codec',
      savp(line('1')).replace(' 8', ' 18'),
      'allow',
      'sdp/no-common-codec',
    ],
    ['keys by DTLS without a fingerprint', dtls, 'allow', 'sdp/no-usable-crypto'],
  ])('that has %s', (_, offer, policy, code) => {
    expect(refusalOf(offer, policy)).toBe(`488 ${code}`);
  });

  it('never where required encryption is offered either way', () => {
    expect(refusalOf(savp(line('1')), 'require')).toBe('answered');
    expect(refusalOf(avp(line('1')), 'require')).toBe('answered');
  });
});

describe('a later offer', () => {
  const local = localWith('allow');
  const first = accept(savp(line('1')), local);
  const later: LocalMedia = { ...local, previous: { sdp: first.answer, session: first.session } };

  it('with the same key gets the same answer, with ours', () => {
    expect(accept(savp(line('1')), later).answer).toBe(first.answer);
  });

  it('with another key gets another of ours, in a new version', () => {
    const { answer, session } = accept(savp(line('1', usual, 9)), later);
    expect(answer).toContain('o=- 7000 2 ');
    expect(session.crypto?.remote.masterKey[0]).toBe(9);
    expect(session.crypto?.local).not.toEqual(first.session.crypto?.local);
  });

  it('with another suite gets a key of that', () => {
    const { session } = accept(savp(line('1', 'AES_256_CM_HMAC_SHA1_80')), later);
    expect(session.crypto?.local.masterKey.length).toBe(32);
  });

  it('in the clear is refused: what is encrypted stays so', () => {
    expect(answerOffer(avp(), later)).toMatchObject({ ok: false, code: 'sdp/encryption-required' });
  });

  it('may begin to encrypt', () => {
    const plain = accept(avp(), local);
    const previous = { sdp: plain.answer, session: plain.session };
    expect(accept(savp(line('1')), { ...local, previous }).session.crypto?.suite).toBe(usual);
  });
});

describe('our offer', () => {
  const cryptoOf = (sdp: string) =>
    sdp.split('\r\n').filter((each) => each.startsWith('a=crypto:'));

  it('has a line and a key for each suite, in the clear profile where plain answers will do', () => {
    const { offer } = createOffer(localWith('allow'));
    expect(offer).toContain('m=audio 10000 RTP/AVP 8 0 101\r\n');
    const lines = readCryptoLines(cryptoOf(offer).map((each) => each.slice('a=crypto:'.length)));
    expect(lines.map(({ suite }) => suite)).toEqual(suites);
    expect(new Set(lines.map(({ key }) => key.masterKey[0])).size).toBe(5);
  });

  it('has the profile of SRTP where that is required, and no keys where it is off', () => {
    expect(createOffer(localWith('require')).offer).toContain('m=audio 10000 RTP/SAVP ');
    expect(cryptoOf(createOffer(localWith('off')).offer)).toEqual([]);
  });

  it('is settled by an answer that takes one line', () => {
    const { offer } = createOffer(localWith('allow'));
    const applied = applyAnswer(offer, avp(line('3', 'AES_256_CM_HMAC_SHA1_80')));
    expect(applied.ok && applied.session.crypto?.suite).toBe('AES_256_CM_HMAC_SHA1_80');
    expect(applied.ok && applied.session.crypto?.local.masterKey.length).toBe(32);
  });

  it('may be answered in the clear, but not where encryption is required or was there', () => {
    const { offer } = createOffer(localWith('allow'));
    expect(applyAnswer(offer, avp())).toMatchObject({ ok: true });
    expect(applyAnswer(offer, avp(), { needsCrypto: true })).toEqual({
      ok: false,
      code: 'sdp/crypto-mismatch',
    });
    const required = createOffer(localWith('require')).offer;
    expect(applyAnswer(required, avp())).toEqual({ ok: false, code: 'sdp/no-common-codec' });
  });

  it.each([
    ['a tag that was not offered', savp(line('6'))],
    ['the tag of another suite', savp(line('1'))],
    ['no key', savp()],
    ['two keys', savp(line('3', 'AES_256_CM_HMAC_SHA1_80'), line('4'))],
    ['a key too short', savp(`a=crypto:4 ${usual} ${inline(16)}`)],
  ])('is not settled by an answer with %s', (_, answer) => {
    const { offer } = createOffer(localWith('require'));
    expect(applyAnswer(offer, answer)).toEqual({ ok: false, code: 'sdp/crypto-mismatch' });
  });

  it('within a dialog repeats the key in use and its tag', () => {
    const local = localWith('require');
    const { offer } = createOffer(local);
    const settled = applyAnswer(offer, savp(line('4')));
    if (!settled.ok) throw new Error(settled.code);
    const previous = { sdp: offer, session: settled.session };
    const again = createOffer({ ...local, previous, hold: true }).offer;
    expect(cryptoOf(again)).toEqual(cryptoOf(offer).filter((each) => each.includes(':4 ')));
    expect(again).toContain('RTP/SAVP');
  });
});
