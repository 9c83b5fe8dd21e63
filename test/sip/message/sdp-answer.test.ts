import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerOffer } from '../../../src/sip/message/sdp-answer.ts';
import { parseSdp } from '../../../src/sip/message/sdp-document.ts';
import { offerText } from './sample-messages.ts';
import type { SdpAnswer } from '../../../src/sip/message/sdp-answer.ts';
import type { LocalMedia } from '../../../src/sip/message/sdp-session.ts';

const local: LocalMedia = {
  address: '192.0.2.1',
  rtpPort: 10000,
  rtcpPort: 10001,
  codecs: ['PCMA', 'PCMU'],
  sessionId: '7000',
  sessionVersion: 3,
};
type Accepted = SdpAnswer & { readonly ok: true };
const accepted = (offer: string, ours: LocalMedia = local): Accepted => {
  const answer = answerOffer(offer, ours);
  if (!answer.ok) throw new Error(answer.code);
  return answer;
};
/** An offer of these lines after the session's own. */
const offerOf = (...lines: readonly string[]): string =>
  [
    'v=0',
    'o=- 1 1 IN IP4 198.51.100.7',
    's=-',
    'c=IN IP4 198.51.100.7',
    't=0 0',
    ...lines,
    '',
  ].join('\r\n');
const sessionOf = (...lines: readonly string[]) => accepted(offerOf(...lines)).session;
const answerTo = (...lines: readonly string[]): string => accepted(offerOf(...lines)).answer;

describe('the answer', () => {
  it('takes the first codec of the offer that we have, and the keys beside it', () => {
    expect(accepted(offerText).answer.split('\r\n')).toEqual([
      'v=0',
      'o=- 7000 3 IN IP4 192.0.2.1',
      's=-',
      'c=IN IP4 192.0.2.1',
      't=0 0',
      'm=audio 10000 RTP/AVP 8 101',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-16',
      'a=ptime:20',
      'a=sendrecv',
      '',
    ]);
    expect(accepted(offerText).session).toEqual({
      remoteAddress: '198.51.100.7',
      remotePort: 49170,
      remoteRtcpPort: 49171,
      rtcpMux: false,
      codec: 'PCMA',
      payloadType: 8,
      telephoneEventPayloadType: 101,
      comfortNoisePayloadType: undefined,
      direction: 'sendrecv',
    });
  });

  it('follows the order of the offer, not ours', () => {
    expect(sessionOf('m=audio 4000 RTP/AVP 0 8')).toMatchObject({ codec: 'PCMU', payloadType: 0 });
  });

  it('takes a payload type for what its rtpmap says, even a static one', () => {
    expect(
      sessionOf('m=audio 4000 RTP/AVP 0 96', 'a=rtpmap:0 G729/8000', 'a=rtpmap:96 pcmu/8000/1'),
    ).toMatchObject({ codec: 'PCMU', payloadType: 96 });
  });

  it('does not take wideband or stereo for telephone sound', () => {
    const lines = ['a=rtpmap:96 PCMU/16000', 'a=rtpmap:97 PCMA/8000/2', 'a=rtpmap:98 PCMA/8000'];
    expect(sessionOf('m=audio 4000 RTP/AVP 96 97 98', ...lines).payloadType).toBe(98);
  });

  it('takes telephone-event at 8000 Hz only', () => {
    const lines = ['a=rtpmap:100 telephone-event/48000', 'a=rtpmap:99 telephone-event/8000'];
    expect(sessionOf('m=audio 4000 RTP/AVP 0 100 99', ...lines).telephoneEventPayloadType).toBe(99);
    expect(sessionOf('m=audio 4000 RTP/AVP 0').telephoneEventPayloadType).toBeUndefined();
  });

  it('repeats comfort noise where it is offered', () => {
    expect(sessionOf('m=audio 4000 RTP/AVP 0 13').comfortNoisePayloadType).toBe(13);
    expect(answerTo('m=audio 4000 RTP/AVP 0 13')).toContain('m=audio 10000 RTP/AVP 0 13\r\n');
  });

  it('refuses every other m-line with port 0, in its place', () => {
    const answer = answerTo(
      'm=video 5000 RTP/AVP 31 96',
      'm=audio 4000 RTP/SAVP 0',
      'm=audio 4002/2 RTP/AVP 0',
      'm=audio 4004 RTP/AVP 0',
      'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
      'm=message 0 TCP-X/MSRP *',
    );
    expect(answer.match(/^m=.*$/gm)).toEqual([
      'm=video 0 RTP/AVP 31 96',
      'm=audio 0 RTP/SAVP 0',
      'm=audio 10000 RTP/AVP 0',
      'm=audio 0 RTP/AVP 0',
      'm=application 0 UDP/DTLS/SCTP webrtc-datachannel',
      'm=message 0 TCP-X/MSRP *',
    ]);
  });

  it.each([
    ['sendrecv', 'sendrecv', 'sendonly'],
    ['sendonly', 'recvonly', 'inactive'],
    ['recvonly', 'sendonly', 'sendonly'],
    ['inactive', 'inactive', 'inactive'],
  ])('to %s is %s, and %s where we hold', (offered, mirrored, held) => {
    const offer = offerOf('m=audio 4000 RTP/AVP 0', `a=${offered}`);
    expect(accepted(offer).session.direction).toBe(mirrored);
    expect(accepted(offer).answer).toContain(`a=${mirrored}\r\n`);
    expect(accepted(offer, { ...local, hold: true }).session.direction).toBe(held);
  });

  it('minds a direction at session level, and the m-line before it', () => {
    expect(sessionOf('a=sendonly', 'm=audio 4000 RTP/AVP 0').direction).toBe('recvonly');
    expect(sessionOf('a=sendonly', 'm=audio 4000 RTP/AVP 0', 'a=inactive').direction).toBe(
      'inactive',
    );
  });

  it('to a hold of the old style, c=0.0.0.0, sends nothing', () => {
    const held = offerOf('m=audio 4000 RTP/AVP 0').replace(
      'c=IN IP4 198.51.100.7',
      'c=IN IP4 0.0.0.0',
    );
    expect(accepted(held).session.direction).toBe('recvonly');
  });

  it('takes the address of the m-line before that of the session, IPv6 too', () => {
    const lines = ['m=audio 4000 RTP/AVP 0', 'c=IN IP6 2001:db8::7'];
    expect(sessionOf(...lines).remoteAddress).toBe('2001:db8::7');
    const ours = { ...local, address: '2001:db8::1' };
    expect(accepted(offerOf(...lines), ours).answer).toContain('c=IN IP6 2001:db8::1\r\n');
  });

  it('sends RTCP where a=rtcp says, or beside RTP where it is multiplexed', () => {
    expect(sessionOf('m=audio 4000 RTP/AVP 0', 'a=rtcp:4100').remoteRtcpPort).toBe(4100);
    const mux = offerOf('m=audio 4000 RTP/AVP 0', 'a=rtcp:4100', 'a=rtcp-mux');
    expect(accepted(mux).session).toMatchObject({ rtcpMux: true, remoteRtcpPort: 4000 });
    expect(accepted(mux).answer).toContain('a=rtcp-mux\r\n');
    expect(answerTo('m=audio 4000 RTP/AVP 0')).not.toContain('rtcp');
  });

  it('names our RTCP port where it is not the next one', () => {
    const answer = accepted(offerText, { ...local, rtcpPort: 10003 }).answer;
    expect(answer).toContain('a=rtcp:10003\r\n');
  });

  it('repeats mids, and keeps of a BUNDLE group what it takes', () => {
    const answer = answerTo(
      'a=group:BUNDLE 0 1',
      'm=audio 4000 RTP/AVP 0',
      'a=mid:0',
      'm=video 4000 RTP/AVP 31',
      'a=mid:1',
    );
    expect(answer).toContain('a=group:BUNDLE 0\r\n');
    expect(answer.match(/a=mid:\d/g)).toEqual(['a=mid:0', 'a=mid:1']);
  });

  it('keeps the profile with feedback that was offered', () => {
    expect(answerTo('m=audio 4000 RTP/AVPF 0')).toContain('m=audio 10000 RTP/AVPF 0\r\n');
  });
});

describe('the answer within a dialog', () => {
  const first = accepted(offerText);
  const later: LocalMedia = {
    ...local,
    sessionVersion: first.sessionVersion,
    previous: { sdp: first.answer, session: first.session },
  };

  it('to the same offer is the same text', () => {
    expect(accepted(offerText, later)).toMatchObject({ answer: first.answer, sessionVersion: 3 });
  });

  it('to a hold raises the version by one', () => {
    const held = accepted(offerText.replace('a=sendrecv', 'a=sendonly'), later);
    expect(held.sessionVersion).toBe(4);
    expect(held.answer).toContain('o=- 7000 4 IN IP4 192.0.2.1\r\n');
  });

  it('keeps the codec in use while it is offered, else takes another', () => {
    expect(accepted(offerText.replace('18 8 0', '0 8'), later).session.codec).toBe('PCMA');
    expect(accepted(offerText.replace('18 8 0', '0'), later).session.codec).toBe('PCMU');
  });
});

describe('an offer is refused', () => {
  it.each([
    ['no session description', 'hello', 400, 'sdp/malformed'],
    ['empty', '', 400, 'sdp/malformed'],
    ['of a malformed m-line', offerOf('m=audio x RTP/AVP 0'), 400, 'sdp/malformed'],
    ['of a line that is none', offerOf('m =audio 4000 RTP/AVP 0'), 400, 'sdp/malformed'],
    ['of a port that is none', offerOf('m=audio 65536 RTP/AVP 0'), 400, 'sdp/malformed'],
    [
      'of 33 m-lines',
      offerOf(...Array.from({ length: 33 }, () => 'm=audio 4 RTP/AVP 0')),
      400,
      'sdp/malformed',
    ],
    ['without media', offerOf(), 488, 'sdp/no-audio'],
    ['of video alone', offerOf('m=video 4000 RTP/AVP 31'), 488, 'sdp/no-audio'],
    ['of audio switched off', offerOf('m=audio 0 RTP/AVP 0'), 488, 'sdp/no-audio'],
    ['of codecs we lack', offerOf('m=audio 4000 RTP/AVP 18 3'), 488, 'sdp/no-common-codec'],
    ['of SRTP alone', offerOf('m=audio 4000 RTP/SAVP 0'), 488, 'sdp/secure-media-only'],
    ['of DTLS alone', offerOf('m=audio 4 UDP/TLS/RTP/SAVPF 0'), 488, 'sdp/secure-media-only'],
    [
      'with a name for an address',
      offerOf('m=audio 4 RTP/AVP 0', 'c=IN IP4 a.example'),
      488,
      'sdp/unusable-address',
    ],
    [
      'for a multicast group',
      offerOf('m=audio 4 RTP/AVP 0', 'c=IN IP4 239.1.1.1'),
      488,
      'sdp/unusable-address',
    ],
    [
      'for a group of IPv6',
      offerOf('m=audio 4 RTP/AVP 0', 'c=IN IP6 ff02::1'),
      488,
      'sdp/unusable-address',
    ],
  ])('that is %s', (_, offer, sipStatus, code) => {
    expect(answerOffer(offer, local)).toEqual({ ok: false, sipStatus, code });
  });
});

describe('any answer', () => {
  const payloadType = fc.constantFrom(0, 3, 8, 9, 13, 18, 96, 97, 101, 127, 128, 200);
  const codec = fc.constantFrom('PCMU', 'pcma', 'G729', 'opus', 'telephone-event', 'CN');
  const rate = fc.constantFrom('8000', '16000', '48000/2', '8000/1', 'x');
  const rtpmap = fc
    .tuple(payloadType, codec, rate)
    .map(([number, name, hz]) => `a=rtpmap:${number} ${name}/${hz}`);
  const attribute = fc.oneof(
    rtpmap,
    fc.constantFrom('a=sendonly', 'a=inactive', 'a=rtcp-mux', 'a=mid:1', 'a=rtcp:9 IN IP4 1.2.3.4'),
    fc.constantFrom(
      'c=IN IP4 0.0.0.0',
      'c=IN IP6 ::1',
      'a=crypto:1 x inline:y',
      'a=group:BUNDLE 1',
    ),
    fc.string().map((text) => `a=${text.replace(/[\r\n]/g, '')}`),
  );
  const media = fc
    .tuple(
      fc.constantFrom('audio', 'audio', 'video', 'application'),
      fc.constantFrom(0, 9, 4000, 65535),
      fc.constantFrom('RTP/AVP', 'RTP/AVP', 'RTP/AVPF', 'RTP/SAVP', 'udp'),
      fc.array(payloadType, { minLength: 1, maxLength: 6 }),
      fc.array(attribute, { maxLength: 6 }),
    )
    .map(([type, port, protocol, formats, attributes]) => [
      `m=${type} ${port} ${protocol} ${formats.join(' ')}`,
      ...attributes,
    ]);
  const offers = fc.array(media, { maxLength: 4 }).map((lines) => offerOf(...lines.flat()));

  it('holds only what was offered', () => {
    let answered = 0;
    fc.assert(
      fc.property(offers, (offer) => {
        const answer = answerOffer(offer, local);
        if (!answer.ok) return;
        answered += 1;
        const [asked, given] = [parseSdp(offer)?.media ?? [], parseSdp(answer.answer)?.media ?? []];
        expect(given.map(({ type, protocol, mid }) => [type, protocol, mid])).toEqual(
          asked.map(({ type, protocol, mid }) => [type, protocol, mid]),
        );
        expect(given.filter(({ port }) => port > 0)).toHaveLength(1);
        for (const [at, { formats, mappings, port, rtcpMux }] of given.entries()) {
          expect(asked[at]?.formats).toEqual(expect.arrayContaining([...formats]));
          if (port > 0) expect(asked[at]?.port).toBeGreaterThan(0);
          if (rtcpMux) expect(asked[at]?.rtcpMux).toBe(true);
          for (const [number, { codec: name, clockRateHz }] of mappings) {
            const statics = new Map([
              [0, 'PCMU'],
              [8, 'PCMA'],
              [13, 'CN'],
            ]);
            expect(asked[at]?.mappings.get(number)?.codec ?? statics.get(number)).toBe(name);
            expect(clockRateHz).toBe(8000);
          }
        }
      }),
      { numRuns: 500 },
    );
    expect(answered).toBeGreaterThan(50);
  });

  it('comes without a throw, whatever text is offered', () => {
    const lines = fc.array(fc.oneof(attribute, fc.string()), { maxLength: 10 });
    const text = fc.oneof(
      fc.string(),
      lines.map((given) => ['v=0', ...given].join('\n')),
    );
    fc.assert(
      fc.property(text, (offer) => {
        answerOffer(offer, local);
      }),
      { numRuns: 1000 },
    );
  });
});
