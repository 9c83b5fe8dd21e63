import { describe, expect, it } from 'vitest';
import { answerOffer } from '../../../src/sip/message/sdp-answer.ts';
import { applyAnswer, createOffer } from '../../../src/sip/message/sdp-offer.ts';
import type { LocalMedia } from '../../../src/sip/message/sdp-session.ts';

const local: LocalMedia = {
  address: '192.0.2.1',
  rtpPort: 10000,
  rtcpPort: 10001,
  codecs: ['PCMA', 'PCMU'],
  sessionId: '7000',
  sessionVersion: 1,
};
const { offer } = createOffer(local);
const answerOf = (...media: readonly string[]): string =>
  [
    'v=0',
    'o=- 9 9 IN IP4 198.51.100.7',
    's=-',
    'c=IN IP4 198.51.100.7',
    't=0 0',
    ...media,
    '',
  ].join('\r\n');

describe('our offer', () => {
  it('has our codecs in our order, and the keys', () => {
    expect(offer.split('\r\n').slice(5)).toEqual([
      'm=audio 10000 RTP/AVP 8 0 101',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-16',
      'a=ptime:20',
      'a=sendrecv',
      '',
    ]);
  });

  it('within a dialog keeps payload types and m-lines of what was answered', () => {
    const first = answerOffer(
      answerOf(
        'a=group:BUNDLE a',
        'm=video 4002 RTP/AVP 31',
        'm=audio 4000 RTP/AVP 96 97',
        'a=mid:a',
        'a=rtpmap:96 PCMU/8000',
        'a=rtpmap:97 telephone-event/8000',
      ),
      local,
    );
    if (!first.ok) throw new Error(first.code);
    const previous = { sdp: first.answer, session: first.session };
    const same = createOffer({ ...local, previous });
    expect(same).toEqual({ offer: first.answer, sessionVersion: 1 });
    const held = createOffer({ ...local, previous, hold: true });
    expect(held.sessionVersion).toBe(2);
    expect(held.offer).toBe(
      first.answer.replace('7000 1', '7000 2').replace('a=sendrecv', 'a=sendonly'),
    );
  });
});

describe('the answer to our offer', () => {
  it('settles the session', () => {
    const answer = answerOf('m=audio 4000 RTP/AVP 0 101', 'a=rtpmap:101 telephone-event/8000');
    expect(applyAnswer(offer, answer)).toEqual({
      ok: true,
      session: {
        remoteAddress: '198.51.100.7',
        remotePort: 4000,
        remoteRtcpPort: 4001,
        rtcpMux: false,
        codec: 'PCMU',
        payloadType: 0,
        telephoneEventPayloadType: 101,
        comfortNoisePayloadType: undefined,
        direction: 'sendrecv',
      },
    });
  });

  it('may leave out what our payload types mean', () => {
    expect(applyAnswer(offer, answerOf('m=audio 4000 RTP/AVP 8 101'))).toMatchObject({
      session: { codec: 'PCMA', telephoneEventPayloadType: 101 },
    });
  });

  it('has its direction seen from our side, and a hold of ours is kept', () => {
    const media = ['m=audio 4000 RTP/AVP 8'];
    const directionOf = (ours: string, theirs: string): unknown => {
      const applied = applyAnswer(ours, answerOf(...media, `a=${theirs}`));
      return applied.ok && applied.session.direction;
    };
    expect(directionOf(offer, 'recvonly')).toBe('sendonly');
    expect(directionOf(offer, 'inactive')).toBe('inactive');
    const held = createOffer({ ...local, hold: true }).offer;
    expect(directionOf(held, 'recvonly')).toBe('sendonly');
    // Against RFC 3264 §6.1, but sent by some.
    expect(directionOf(held, 'sendrecv')).toBe('sendonly');
  });

  it('multiplexes RTCP only where we offered it', () => {
    const answer = answerOf('m=audio 4000 RTP/AVP 8', 'a=rtcp-mux');
    expect(applyAnswer(offer, answer)).toMatchObject({ session: { rtcpMux: false } });
    const muxed = `${offer}a=rtcp-mux\r\n`;
    expect(applyAnswer(muxed, answer)).toMatchObject({ session: { rtcpMux: true } });
  });

  it.each([
    ['is no session description', 'x', 'sdp/malformed'],
    ['lacks our m-line', answerOf(), 'sdp/answer-mismatch'],
    [
      'has an m-line too many',
      answerOf('m=audio 4 RTP/AVP 8', 'm=video 0 x 1'),
      'sdp/answer-mismatch',
    ],
    ['answers audio with video', answerOf('m=video 4 RTP/AVP 8'), 'sdp/answer-mismatch'],
    ['refuses the audio', answerOf('m=audio 0 RTP/AVP 8'), 'sdp/refused'],
    ['has no codec of ours', answerOf('m=audio 4 RTP/AVP 18'), 'sdp/no-common-codec'],
    ['changes the profile to SRTP', answerOf('m=audio 4 RTP/SAVP 8'), 'sdp/no-common-codec'],
    ['names a host', answerOf('m=audio 4 RTP/AVP 8', 'c=IN IP4 a.b'), 'sdp/unusable-address'],
  ])('is refused where it %s', (_, answer, code) => {
    expect(applyAnswer(offer, answer)).toEqual({ ok: false, code });
  });
});
