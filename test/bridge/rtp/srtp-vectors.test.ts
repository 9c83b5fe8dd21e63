/** Keystreams, derived keys and packets as the RFCs print them. */
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createAesCmCipher, createAesGcmCipher } from '../../../src/bridge/rtp/srtp-cipher.ts';
import { deriveSrtpKeys } from '../../../src/bridge/rtp/srtp-key-derivation.ts';
import { createAesKeystream } from '../../../src/bridge/rtp/srtp-keystream.ts';
import { clearBytesOfRtp } from '../../../src/bridge/rtp/srtp-layout.ts';
import { createSrtpReceiver } from '../../../src/bridge/rtp/srtp-receiver.ts';
import { createSrtpSender } from '../../../src/bridge/rtp/srtp-sender.ts';
import { hex } from './srtp-fixtures.ts';

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** The keystream at counter block `block`. */
const keystreamBlock = (key: string, block: number): string => {
  const bytes = new Uint8Array((block + 1) * 16);
  createAesKeystream(hex(key)).apply(
    hex('f0f1f2f3f4f5f6f7f8f9fafbfcfd0000'),
    bytes,
    0,
    bytes.length,
  );
  return hexOf(bytes.subarray(block * 16));
};

describe('AES in counter mode', () => {
  test.each([
    [0, 'e03ead0935c95e80e166b16dd92b4eb4'],
    [1, 'd23513162b02d0f72a43a2fe4a5f97ab'],
    [2, '41e95b3bb0a2e8dd477901e4fca894c0'],
    [0xfeff, 'ec8cdf7398607cb0f2d21675ea9ea1e4'],
    [0xff00, '362b7c3c6773516318a077d7fc5073ae'],
    [0xff01, '6a2cc3787889374fbeb4c81b17ba6c44'],
  ])('with 128 bits gives block %i of RFC 3711 B.2', (block, expected) => {
    expect(keystreamBlock('2b7e151628aed2a6abf7158809cf4f3c', block)).toBe(expected);
  });

  test.each([
    [0, '92bdd28a93c3f52511c677d08b5515a4'],
    [1, '9da71b2378a854f67050756ded165bac'],
    [2, '63c4868b7096d88421b563b8c94c9a31'],
  ])('with 256 bits gives block %i of RFC 6188 §7.1', (block, expected) => {
    const key = '57f82fe3613fd170a85ec93c40b1f0922ec4cb0dc025b58272147cc438944a98';
    expect(keystreamBlock(key, block)).toBe(expected);
  });
});

describe('key derivation', () => {
  test('gives the session keys of RFC 3711 B.3', () => {
    const keys = deriveSrtpKeys(
      {
        masterKey: hex('e1f97a0d3e018be0d64fa32c06de4139'),
        masterSalt: hex('0ec675ad498afeebb6960b3aabe6'),
      },
      'rtp',
    );
    expect(hexOf(keys.encryptionKey)).toBe('c61e7a93744f39ee10734afe3ff7a087');
    expect(hexOf(keys.salt)).toBe('30cbbc08863d8c85d49db34a9ae1');
    expect(hexOf(keys.authenticationKey)).toBe('cebe321f6ff7716b6fd4ab49af256a156d38baa4');
  });

  test('gives the session keys of RFC 6188 §7.2', () => {
    const keys = deriveSrtpKeys(
      {
        masterKey: hex('f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6'),
        masterSalt: hex('3b04803de51ee7c96423ab5b78d2'),
      },
      'rtp',
    );
    expect(hexOf(keys.encryptionKey)).toBe(
      '5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4',
    );
    expect(hexOf(keys.salt)).toBe('fa31791685ca444a9e07c6c64e93');
    expect(hexOf(keys.authenticationKey)).toBe('fd9c32d39ed5fbb5a9dc96b30818454d1313dc05');
  });
});

describe('AES-GCM', () => {
  const keyed = (key: string, packets: 'rtp' | 'rtcp') =>
    createAesGcmCipher(
      {
        encryptionKey: hex(key),
        salt: hex('517569642070726f2071756f'),
        authenticationKey: hex(''),
      },
      16,
      packets,
    );
  const key128 = '000102030405060708090a0b0c0d0e0f';
  const key256 = `${key128}101112131415161718191a1b1c1d1e1f`;
  const rtpPacket =
    '8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573';
  const rtcpPacket =
    '81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef';

  test.each([
    [
      'RFC 7714 §16.1',
      key128,
      '8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce',
    ],
    [
      'RFC 7714 §16.2',
      key256,
      '8040f17b8041f8d35501a0b232b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13',
    ],
  ])('protects and opens the SRTP packet of %s', (_section, key, protectedPacket) => {
    const plain = hex(rtpPacket);
    const bytes = Buffer.concat([plain, Buffer.alloc(16)]);
    const parts = {
      bytes,
      from: clearBytesOfRtp(plain, plain.length),
      to: plain.length,
      ssrc: 0x5501a0b2,
      index: 0xf17b,
      word: 0,
      tagAt: plain.length,
    };
    keyed(key, 'rtp').seal(parts);
    expect(hexOf(bytes)).toBe(protectedPacket);
    expect(keyed(key, 'rtp').open(parts)).toBe(true);
    expect(hexOf(bytes.subarray(0, plain.length))).toBe(rtpPacket);
  });

  test.each([
    [
      'RFC 7714 §17.1',
      key128,
      '81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade',
    ],
    [
      'RFC 7714 §17.2',
      key256,
      '81c8000d4d617273d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b6fad1d1eb30c4446839f57ff6f6cb26ac3be',
    ],
  ])('protects and opens the SRTCP packet of %s', (_section, key, protectedPacket) => {
    const plain = hex(rtcpPacket);
    const bytes = Buffer.concat([plain, Buffer.alloc(16)]);
    const parts = {
      bytes,
      from: 8,
      to: plain.length,
      ssrc: 0x4d617273,
      index: 0x5d4,
      word: 0x800005d4,
      tagAt: plain.length,
    };
    keyed(key, 'rtcp').seal(parts);
    expect(hexOf(bytes)).toBe(protectedPacket);
    expect(keyed(key, 'rtcp').open(parts)).toBe(true);
    expect(hexOf(bytes.subarray(0, plain.length))).toBe(rtcpPacket);
  });
});

describe('AES-CM with HMAC-SHA1', () => {
  // The RFCs print no whole packet. This one is libsrtp's, with the master key of RFC 3711 B.3.
  const key = {
    masterKey: hex('e1f97a0d3e018be0d64fa32c06de4139'),
    masterSalt: hex('0ec675ad498afeebb6960b3aabe6'),
  };
  const plain = '800f1234decafbadcafebabeabababababababababababababababab';
  const protectedPacket =
    '800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb';

  test('protects the packet that other implementations are checked with', () => {
    const sender = createSrtpSender('AES_CM_128_HMAC_SHA1_80', key);
    expect(hexOf(sender.protectRtp(hex(plain)))).toBe(protectedPacket);
  });

  test('opens it', () => {
    const packet = hex(protectedPacket);
    const receiver = createSrtpReceiver('AES_CM_128_HMAC_SHA1_80', key);
    expect(receiver.unprotectRtp(packet)).toBe(plain.length / 2);
    expect(hexOf(packet.subarray(0, plain.length / 2))).toBe(plain);
  });

  test('the tag is the beginning of the HMAC of packet and roll-over counter', () => {
    const keys = deriveSrtpKeys(key, 'rtp');
    const bytes = Buffer.concat([hex(plain), Buffer.alloc(4)]);
    const to = bytes.length - 4;
    createAesCmCipher(keys, 4).seal({
      bytes,
      from: 12,
      to,
      ssrc: 0xcafebabe,
      index: 3 * 65536 + 0x1234,
      word: 3,
      tagAt: to,
    });
    const hmac = createHmac('sha1', keys.authenticationKey)
      .update(bytes.subarray(0, to))
      .update(hex('00000003'));
    expect(hexOf(bytes.subarray(to))).toBe(hmac.digest('hex').slice(0, 8));
  });
});
