import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { MediaSession } from '../../../src/call/ports/media.ts';
import { answerOffer } from '../../../src/sip/message/sdp-answer.ts';
import type { LocalSrtp } from '../../../src/sip/message/sdp-crypto.ts';
import { parseSdp } from '../../../src/sip/message/sdp-document.ts';
import { applyAnswer, createOffer } from '../../../src/sip/message/sdp-offer.ts';
import type { LocalMedia } from '../../../src/sip/message/sdp-session.ts';
import { ciscoOffer } from './room-offers.ts';

const local: LocalMedia = {
  address: '192.0.2.1',
  rtpPort: 10000,
  rtcpPort: 10001,
  video: { rtpPort: 10002, rtcpPort: 10003 },
  codecs: ['PCMA'],
  sessionId: '7000',
  sessionVersion: 1,
};
/** The other side, as one of ours. */
const other: LocalMedia = {
  ...local,
  address: '198.51.100.20',
  rtpPort: 4000,
  rtcpPort: 4001,
  video: { rtpPort: 5000, rtcpPort: 5001 },
};
const fingerprint = {
  algorithm: 'sha-256',
  digest: Array.from({ length: 32 }, () => 'AB').join(':'),
} as const;
const srtp = (policy: LocalSrtp['policy'], more: Partial<LocalSrtp> = {}): LocalSrtp => ({
  policy,
  random: randomBytes,
  ...more,
});

const answered = (offer: string, ours: LocalMedia) => {
  const answer = answerOffer(offer, ours);
  if (!answer.ok) throw new Error(answer.code);
  return answer;
};
/** Both sessions that an offer of ours and their answer to it make. */
const exchange = (ours: LocalMedia, theirs: LocalMedia) => {
  const { offer } = createOffer(ours);
  const answer = answered(offer, theirs);
  const applied = applyAnswer(offer, answer.answer);
  if (!applied.ok) throw new Error(applied.code);
  return { offer, answer: answer.answer, ours: applied.session, theirs: answer.session };
};
const settledWith = (ours: LocalMedia, offer: string): LocalMedia => {
  const { answer, session, sessionVersion } = answered(offer, ours);
  return { ...ours, sessionVersion, previous: { sdp: answer, session } };
};
const mLines = (sdp: string): readonly string[] => sdp.match(/^m=.*$/gm) ?? [];

describe('our offer of pictures', () => {
  it('has both packetization modes of constrained baseline, each with a level for each side', () => {
    const { offer } = createOffer(local);
    expect(offer.slice(offer.indexOf('m=video')).split('\r\n')).toEqual([
      'm=video 10002 RTP/AVP 97 98',
      'b=AS:2500',
      'b=TIAS:2500000',
      'a=rtpmap:97 H264/90000',
      'a=rtpmap:98 H264/90000',
      'a=fmtp:97 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1',
      'a=fmtp:98 profile-level-id=42e01f;packetization-mode=0;level-asymmetry-allowed=1',
      'a=rtcp-fb:* nack',
      'a=rtcp-fb:* nack pli',
      'a=rtcp-fb:* ccm fir',
      'a=rtcp-fb:* ccm tmmbr',
      'a=rtcp-fb:* goog-remb',
      'a=sendrecv',
      '',
    ]);
  });

  it('settles to the same on both sides', () => {
    const { ours, theirs } = exchange(local, other);
    expect(ours.video).toMatchObject({
      remoteAddress: other.address,
      remotePort: 5000,
      remoteRtcpPort: 5001,
      payloadType: 97,
      packetizationMode: 1,
      maxBitrateKbps: 2500,
    });
    const agreed = ({ video }: MediaSession) => [
      video?.payloadType,
      video?.packetizationMode,
      video?.feedback,
      video?.direction,
    ];
    expect(agreed(theirs)).toEqual(agreed(ours));
  });

  it.each<readonly [string, LocalSrtp, 'crypto' | 'dtls' | undefined]>([
    ['no keys', srtp('off'), undefined],
    ['keys beside plain media', srtp('allow'), 'crypto'],
    ['keys alone', srtp('require'), 'crypto'],
    ['a fingerprint beside keys', srtp('allow', { fingerprint }), 'dtls'],
    ['a fingerprint alone', srtp('require', { fingerprint, offersDtlsAlone: true }), 'dtls'],
  ])('with %s protects pictures as it protects the sound', (_, keys, kind) => {
    const { ours, theirs } = exchange({ ...local, srtp: keys }, { ...other, srtp: keys });
    for (const { crypto, dtls, video } of [ours, theirs]) {
      expect([crypto, video?.crypto].map((each) => each !== undefined)).toEqual(
        Array(2).fill(kind === 'crypto'),
      );
      expect([dtls, video?.dtls].map((each) => each !== undefined)).toEqual(
        Array(2).fill(kind === 'dtls'),
      );
    }
    expect(ours.video?.crypto?.local).toEqual(theirs.video?.crypto?.remote);
    if (kind === 'crypto') expect(ours.video?.crypto?.local).not.toEqual(ours.crypto?.local);
  });
});

describe('within a call', () => {
  it('what is settled is offered again, word for word', () => {
    const settled = settledWith({ ...local, srtp: srtp('allow') }, createOffer(other).offer);
    expect(createOffer(settled)).toEqual({
      offer: settled.previous?.sdp,
      sessionVersion: settled.sessionVersion,
    });
  });

  it('pictures come beside the sound in an m-line of their own, protected as it is', () => {
    const keys = srtp('allow');
    const soundOnly = createOffer({ ...other, video: undefined, srtp: srtp('require') }).offer;
    const settled = settledWith({ ...local, srtp: keys }, soundOnly);
    const { offer } = createOffer(settled);
    expect(mLines(offer)).toEqual(['m=audio 10000 RTP/SAVP 8 101', 'm=video 10002 RTP/SAVP 97 98']);
    expect(parseSdp(offer)?.media.map(({ crypto }) => crypto.length)).toEqual([1, 5]);
  });

  it('the m-line of pictures is used anew that was refused before, and no other is moved', () => {
    const settled = settledWith({ ...local, video: undefined }, ciscoOffer);
    expect(mLines(createOffer({ ...settled, video: local.video }).offer)).toEqual([
      'm=audio 10000 RTP/AVP 8 101',
      'm=video 10002 RTP/AVP 97 98',
      'm=application 0 UDP/BFCP *',
      'm=video 0 RTP/AVP 97',
      'm=application 0 RTP/AVP 107',
      'm=application 0 UDP/UDT/IX *',
    ]);
  });

  it('that we hold pauses pictures too', () => {
    const settled = settledWith(local, createOffer(other).offer);
    expect(createOffer({ ...settled, hold: true }).offer.match(/^a=sendonly/gm)).toHaveLength(2);
  });
});

describe('an answer to our offer of pictures', () => {
  const { offer } = createOffer(local);
  const videoIn = (...lines: readonly string[]) => {
    const applied = applyAnswer(
      offer,
      [
        'v=0',
        'o=- 9 9 IN IP4 198.51.100.20',
        's=-',
        'c=IN IP4 198.51.100.20',
        't=0 0',
        'm=audio 4000 RTP/AVP 8',
        ...lines,
        '',
      ].join('\r\n'),
    );
    if (!applied.ok) throw new Error(applied.code);
    return applied.session.video;
  };

  it('that says nothing of the format means one NAL unit a packet', () => {
    expect(videoIn('m=video 5000 RTP/AVP 97')).toMatchObject({
      payloadType: 97,
      packetizationMode: 0,
      localProfileLevelId: '42e01f',
      feedback: { pli: false },
    });
  });

  it.each([
    ['refuses them', ['m=video 0 RTP/AVP 97']],
    ['names another format', ['m=video 5000 RTP/AVP 31']],
    ['names another payload type', ['m=video 5000 RTP/AVP 99', 'a=rtpmap:99 H264/90000']],
    ['changes the protocol', ['m=video 5000 RTP/SAVP 97']],
    ['leads to a name', ['m=video 5000 RTP/AVP 97', 'c=IN IP4 room.example.org']],
    ['is of something else', ['m=application 5000 RTP/AVP 97']],
  ])('that %s leaves sound alone', (_, lines) => {
    expect(videoIn(...lines)).toBeUndefined();
  });
});
