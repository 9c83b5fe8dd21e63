import { describe, expect, it } from 'vitest';
import type { SrtpPolicy } from '../../../src/sip/message/sdp-crypto.ts';
import { createCallerNegotiation } from '../../../src/sip/drachtio/caller-negotiation.ts';

const negotiation = (policy: SrtpPolicy = 'allow', callerSideAddress?: string) =>
  createCallerNegotiation({
    callerSideAddress,
    codecs: ['PCMA', 'PCMU'],
    keepsOwnOrder: false,
    sessionId: '7',
    srtp: { policy, random: (bytes) => new Uint8Array(bytes).fill(1) },
  });

const sdp = (...lines: readonly string[]): string =>
  ['v=0', 'o=- 1 1 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0', ...lines, ''].join(
    '\r\n',
  );
const keyOf = (byte: number): string => `inline:${Buffer.alloc(30, byte).toString('base64')}`;
const line128 = (tag: number, byte: number) =>
  `a=crypto:${tag} AES_CM_128_HMAC_SHA1_80 ${keyOf(byte)}`;
const fromFreeSwitch = (protocol: string, ...lines: readonly string[]): string =>
  sdp(`m=audio 20000 ${protocol} 8 101`, 'a=rtpmap:101 telephone-event/8000', ...lines).replaceAll(
    '192.0.2.1',
    '198.51.100.5',
  );

/** The caller's offer through to the answer that it gets. */
const answered = (
  calls: ReturnType<typeof negotiation>,
  offer: string,
  freeSwitch: string,
): string => {
  expect(calls.ask(offer)).toMatchObject({ ok: true });
  const answer = calls.answer(offer, freeSwitch);
  if (answer === undefined) throw new Error('no answer');
  return answer;
};

describe('an address of our own towards the caller', () => {
  it('stands in answers and in offers in place of FreeSWITCH’s', () => {
    const offer = sdp('m=audio 5000 RTP/AVP 8 101', 'a=rtpmap:101 telephone-event/8000');
    const calls = negotiation('off', '203.0.113.9');
    const freeSwitch = fromFreeSwitch('RTP/AVP');
    for (const said of [answered(calls, offer, freeSwitch), calls.offer(freeSwitch)]) {
      expect(said).toContain('c=IN IP4 203.0.113.9');
      expect(said).toContain('m=audio 20000 ');
      expect(said).not.toContain('198.51.100.5');
    }
  });
});

describe('an offer of the caller', () => {
  it('reaches FreeSWITCH as one line with one codec, where the caller takes its sound', () => {
    const asked = negotiation().ask(
      sdp(
        'm=video 5002 RTP/AVP 99',
        'm=audio 5000 RTP/AVP 18 0 8 96',
        'a=rtpmap:96 telephone-event/8000',
        'a=sendonly',
      ),
    );
    if (!asked.ok) throw new Error('refused');
    expect(asked.srtp).toBe('forbidden');
    expect(asked.sdp.match(/^m=.*$/gm)).toEqual(['m=audio 5000 RTP/AVP 0 96']);
    expect(asked.sdp).toContain('c=IN IP4 192.0.2.1');
    expect(asked.sdp).toContain('a=sendonly');
  });

  it('is answered line by line with FreeSWITCH’s port, and the direction mirrored', () => {
    const offer = sdp(
      'm=video 5002 RTP/AVP 99',
      'm=audio 5000 RTP/AVP 8 96',
      'a=rtpmap:96 telephone-event/8000',
      'a=sendonly',
    );
    const answer = answered(negotiation(), offer, fromFreeSwitch('RTP/AVP', 'a=sendrecv'));
    expect(answer.match(/^m=.*$/gm)).toEqual([
      'm=video 0 RTP/AVP 99',
      'm=audio 20000 RTP/AVP 8 96',
    ]);
    expect(answer).toContain('c=IN IP4 198.51.100.5');
    expect(answer).toContain('a=recvonly');
  });

  it('with keys is answered with FreeSWITCH’s key, under the tag and the protocol of the offer', () => {
    const calls = negotiation();
    // RFC 8643: keys on a line that says RTP/AVP. The first suite that we have is taken.
    const offer = sdp('m=audio 5000 RTP/AVP 8', 'a=crypto:1 F8_128_HMAC_SHA1_80 x', line128(4, 2));
    const asked = calls.ask(offer);
    expect(asked).toMatchObject({ srtp: 'mandatory' });
    expect(asked).toHaveProperty('sdp', expect.stringContaining('m=audio 5000 RTP/SAVP 8'));
    expect(asked).toHaveProperty('sdp', expect.stringContaining(line128(4, 2)));
    const answer = answered(calls, offer, fromFreeSwitch('RTP/SAVP', line128(4, 3)));
    expect(answer).toContain('m=audio 20000 RTP/AVP 8');
    expect(answer.match(/^a=crypto.*$/gm)).toEqual([line128(4, 3)]);
    expect(calls.session?.crypto?.suite).toBe('AES_CM_128_HMAC_SHA1_80');
  });

  it.each([
    ['off', line128(1, 2), 'RTP/SAVP'],
    ['require', 'a=ptime:20', 'RTP/AVP'],
    ['allow', 'a=crypto:1 F8_128_HMAC_SHA1_80 inline:x', 'RTP/SAVP'],
    ['allow', 'a=fingerprint:sha-256 00', 'UDP/TLS/RTP/SAVP'],
  ] as const)('is refused where SRTP is %s and it has %s on %s', (policy, line, protocol) => {
    expect(negotiation(policy).ask(sdp(`m=audio 5000 ${protocol} 8`, line))).toEqual({
      ok: false,
      sipStatus: 488,
    });
  });

  it('has no answer where FreeSWITCH gave no key, or one under another tag', () => {
    for (const answer of [
      fromFreeSwitch('RTP/AVP'),
      fromFreeSwitch('RTP/SAVP', line128(9, 3)),
      'nonsense',
    ]) {
      const calls = negotiation();
      const offer = sdp('m=audio 5000 RTP/SAVP 8', line128(1, 2));
      calls.ask(offer);
      expect(calls.answer(offer, answer)).toBeUndefined();
    }
  });

  it('in a call that is encrypted may change the key, and not go back to the clear', () => {
    const calls = negotiation();
    const encrypted = (byte: number) => sdp('m=audio 5000 RTP/SAVP 8', line128(1, byte));
    answered(calls, encrypted(2), fromFreeSwitch('RTP/SAVP', line128(1, 3)));
    expect(answered(calls, encrypted(4), fromFreeSwitch('RTP/SAVP', line128(1, 5)))).toContain(
      line128(1, 5),
    );
    expect(calls.ask(sdp('m=audio 5000 RTP/AVP 8'))).toEqual({ ok: false, sipStatus: 488 });
  });

  it('in a call that began in the clear is not encrypted: its channel cannot be', () => {
    const calls = negotiation();
    answered(calls, sdp('m=audio 5000 RTP/AVP 8'), fromFreeSwitch('RTP/AVP'));
    expect(calls.ask(sdp('m=audio 5000 RTP/AVP 8', line128(1, 2)))).toMatchObject({
      srtp: 'forbidden',
    });
    expect(calls.ask(sdp('m=audio 5000 RTP/SAVP 8', line128(1, 2)))).toMatchObject({ ok: false });
  });
});

describe('an offer of ours', () => {
  it.each(['allow', 'off'] as const)('has no keys where SRTP is %s', (policy) => {
    const calls = negotiation(policy);
    const offer = calls.offer(fromFreeSwitch('RTP/AVP')) ?? '';
    expect(offer).toContain('m=audio 20000 RTP/AVP 8 0 101');
    expect(offer).not.toContain('crypto');
    expect(calls.settle(sdp('m=audio 5000 RTP/AVP 8'))).toContain('m=audio 5000 RTP/AVP 8');
    expect(calls.session?.crypto).toBeUndefined();
  });

  it('is none where SRTP is required: FreeSWITCH cannot make it', () => {
    expect(negotiation('require').offer(fromFreeSwitch('RTP/AVP'))).toBeUndefined();
  });

  it('in an encrypted call has the keys that are settled', () => {
    const calls = negotiation();
    const offer = sdp('m=audio 5000 RTP/SAVP 8', line128(1, 2));
    answered(calls, offer, fromFreeSwitch('RTP/SAVP', line128(1, 3)));
    expect(calls.offerAgain()?.match(/^a=crypto.*$/gm)).toEqual([line128(1, 3)]);
  });
});
