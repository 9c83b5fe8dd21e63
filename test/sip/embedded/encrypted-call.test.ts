/** Offers with keys, message by message: what the engine answers, refuses and says of it. */
import { describe, expect, test } from 'vitest';
import type { SrtpPolicy } from '../../../src/sip/message/sdp-crypto.ts';
import { lineOf, sdpText } from '../../support/raw-sip-peer.ts';
import { createEngineFixture, tagOf, type EngineFixture } from './engine-fixture.ts';

const key = (fill: number): string => `inline:${Buffer.alloc(30, fill).toString('base64')}`;
const cryptoLine = (fill = 1, suite = 'AES_CM_128_HMAC_SHA1_80'): string =>
  `a=crypto:1 ${suite} ${key(fill)}\r\n`;
const avp = (crypto = cryptoLine()): string => sdpText() + crypto;
const savp = (crypto = cryptoLine()): string => avp(crypto).replace('RTP/AVP', 'RTP/SAVP');

const call = async (policy: SrtpPolicy, body: string) => {
  const fixture = await createEngineFixture(undefined, { srtpPolicy: policy });
  fixture.peer.request('INVITE', { body });
  await fixture.run(20);
  const answering = fixture.legs[0]?.answer();
  await fixture.run(20);
  return { ...fixture, outcome: await answering, messages: fixture.peer.take() };
};
const confirmed = async (policy: SrtpPolicy, body: string) => {
  const made = await call(policy, body);
  const toTag = tagOf(made.messages);
  made.peer.request('ACK', { toTag });
  await made.run(20);
  return { ...made, toTag };
};
const reinvite = async (fixture: EngineFixture, toTag: string, body: string, cseq = 2) => {
  fixture.peer.request('INVITE', { toTag, cseq, body });
  await fixture.run(20);
  const messages = fixture.peer.take();
  fixture.peer.request('ACK', { toTag, cseq });
  await fixture.run(20);
  return messages;
};
const bodyOf = (messages: readonly { readonly body: Buffer }[]): string =>
  messages.at(-1)?.body.toString() ?? '';

describe('an offer of SRTP', () => {
  test('is answered with SRTP, and the media leg gets the keys', async () => {
    const { outcome, messages, media } = await call('allow', savp());
    expect(outcome).toEqual({
      outcome: 'answered',
      media: {
        codec: 'PCMA',
        // The keys came over UDP: anybody on the way has them.
        encrypted: false,
        security: {
          signalling: 'udp',
          media: 'srtp',
          keys: 'sdes',
          suite: 'AES_CM_128_HMAC_SHA1_80',
        },
      },
    });
    expect(bodyOf(messages)).toMatch(/m=audio 20000 RTP\/SAVP 8 101[^]*a=crypto:1 AES_CM_128/);
    expect(media.legs[0]?.session?.crypto?.remote.masterKey).toEqual(new Uint8Array(16).fill(1));
  });

  test.each<readonly [string, SrtpPolicy, string]>([
    ['SRTP while it is off', 'off', savp()],
    ['a suite that nobody knows', 'allow', savp(cryptoLine(1, 'NO_SUCH_SUITE'))],
    ['a key too short for its suite', 'allow', savp(cryptoLine(1, 'AES_256_CM_HMAC_SHA1_80'))],
    ['a tag that is none', 'allow', savp(cryptoLine().replace(':1 ', ':one '))],
    ['plain sound where SRTP is required', 'require', avp('')],
  ])('is refused with 488 for %s', async (_, policy, body) => {
    const { outcome, messages } = await call(policy, body);
    expect(outcome).toEqual({ outcome: 'refused', sipStatus: 488 });
    expect(messages.map(lineOf)).toEqual(['100 INVITE', '488 INVITE']);
  });
});

describe('a re-INVITE', () => {
  test('with new keys changes ours too', async () => {
    const { toTag, media, messages, ...fixture } = await confirmed('allow', savp());
    const again = await reinvite({ media, ...fixture }, toTag, savp(cryptoLine(2)));
    expect(again.map(lineOf)).toContain('200 INVITE');
    expect(media.legs[0]?.session?.crypto?.remote.masterKey[0]).toBe(2);
    const ours = /a=crypto:1 .*/;
    expect(ours.exec(bodyOf(again))?.[0]).not.toBe(ours.exec(bodyOf(messages))?.[0]);
  });

  test('in the clear is refused with 488, and the call goes on encrypted', async () => {
    const { toTag, media, ...fixture } = await confirmed('allow', savp());
    const again = await reinvite({ media, ...fixture }, toTag, avp(''));
    expect(again.map(lineOf)).toContain('488 INVITE');
    expect(media.legs[0]?.session?.crypto?.remote.masterKey[0]).toBe(1);
    expect(fixture.events.map(({ type }) => type)).toEqual(['confirmed']);
  });
});

describe('an INVITE without an offer', () => {
  test('gets ours with keys, and the answer in the ACK settles them', async () => {
    const { peer, run, media, messages, events } = await call('allow', '');
    const offer = bodyOf(messages);
    expect(offer.match(/a=crypto/g)).toHaveLength(5);
    const toTag = tagOf(messages);
    const answer = avp(`a=crypto:4 AES_CM_128_HMAC_SHA1_80 ${key(3)}\r\n`);
    peer.request('ACK', { toTag, body: answer });
    await run(20);
    expect(events).toEqual([
      { type: 'srtp-settled', keys: 'sdes', suite: 'AES_CM_128_HMAC_SHA1_80' },
      { type: 'confirmed' },
    ]);
    expect(media.legs[0]?.session?.crypto?.suite).toBe('AES_CM_128_HMAC_SHA1_80');
  });

  test('is hung up where SRTP is required and the answer takes another key than ours', async () => {
    const { peer, run, messages } = await call('require', '');
    expect(bodyOf(messages)).toContain('RTP/SAVP');
    peer.request('ACK', { toTag: tagOf(messages), body: savp(cryptoLine(3)) });
    await run(20);
    expect(peer.takeLines()).toContain('BYE');
  });
});
