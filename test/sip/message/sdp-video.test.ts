import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { MediaSession, VideoSession } from '../../../src/call/ports/media.ts';
import { answerOffer } from '../../../src/sip/message/sdp-answer.ts';
import { parseSdp } from '../../../src/sip/message/sdp-document.ts';
import type { LocalMedia } from '../../../src/sip/message/sdp-session.ts';
import { offersVideo } from '../../../src/sip/message/sdp-video.ts';
import {
  address,
  baresipOffer,
  bridgeOffer,
  ciscoOffer,
  polyOffer,
  roomOffers,
  yealinkOffer,
} from './room-offers.ts';

const local: LocalMedia = {
  address: '192.0.2.1',
  rtpPort: 10000,
  rtcpPort: 10001,
  video: { rtpPort: 10002, rtcpPort: 10003 },
  codecs: ['PCMA', 'PCMU'],
  sessionId: '7000',
  sessionVersion: 1,
};
const srtp = { policy: 'allow', random: randomBytes } as const;

const answered = (offer: string, ours: LocalMedia = local) => {
  const answer = answerOffer(offer, ours);
  if (!answer.ok) throw new Error(answer.code);
  return answer;
};
const videoOf = (offer: string, ours: LocalMedia = local): VideoSession | undefined =>
  answered(offer, ours).session.video;
/** The m-line of pictures in our answer, and all that stands under it. */
const writtenVideo = (offer: string, ours: LocalMedia = local): readonly string[] =>
  parseSdp(answered(offer, ours).answer)?.media.find(
    ({ type, port }) => type === 'video' && port > 0,
  )?.lines ?? [];
const portsIn = (sdp: string): readonly string[] =>
  (sdp.match(/^m=.*$/gm) ?? []).map((line) => line.split(' ').slice(0, 3).join(' '));

const offerOf = (...lines: readonly string[]): string =>
  [
    'v=0',
    `o=- 1 1 IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    'm=audio 4000 RTP/AVP 8',
    ...lines,
    '',
  ].join('\r\n');
const h264Line = (parameters: string, payloadType = 97): readonly string[] => [
  `a=rtpmap:${payloadType} H264/90000`,
  ...(parameters === '' ? [] : [`a=fmtp:${payloadType} ${parameters}`]),
];
const pictures = (...lines: readonly string[]): string =>
  offerOf('m=video 5000 RTP/AVP 97', ...lines);

describe('the answer to sound and pictures', () => {
  it('takes the pictures of baresip, mode 1 before mode 0', () => {
    expect(writtenVideo(baresipOffer)).toEqual([
      'm=video 10002 RTP/AVP 97',
      'b=AS:2500',
      'b=TIAS:2500000',
      'a=rtpmap:97 H264/90000',
      'a=fmtp:97 profile-level-id=42e01f;packetization-mode=1',
      'a=rtcp-fb:* nack pli',
      'a=sendrecv',
      '',
    ]);
    expect(videoOf(baresipOffer)).toEqual({
      remoteAddress: address,
      remotePort: 30002,
      remoteRtcpPort: 30003,
      rtcpMux: false,
      codec: 'H264',
      payloadType: 97,
      packetizationMode: 1,
      remoteProfileLevelId: '42e01f',
      localProfileLevelId: '42e01f',
      remoteParameterSets: [],
      maxBitrateKbps: 512,
      feedback: { nack: false, pli: true, fir: false, tmmbr: false, remb: false },
      direction: 'sendrecv',
    });
  });

  it('takes the camera of a Cisco room and leaves slides, BFCP, camera control and iX', () => {
    expect(portsIn(answered(ciscoOffer).answer)).toEqual([
      'm=audio 10000 RTP/AVP',
      'm=video 10002 RTP/AVP',
      'm=application 0 UDP/BFCP',
      'm=video 0 RTP/AVP',
      'm=application 0 RTP/AVP',
      'm=application 0 UDP/UDT/IX',
    ]);
    expect(videoOf(ciscoOffer)).toMatchObject({
      payloadType: 126,
      packetizationMode: 1,
      // 5,120 macroblocks and 216,000 a second are within max-fs and max-mbps: level 3.2.
      remoteProfileLevelId: '428020',
      localProfileLevelId: '42801f',
      maxBitrateKbps: 6000,
      feedback: { nack: false, pli: true, fir: true, tmmbr: true, remb: false },
    });
  });

  it('takes mode 1 of a Poly room though it is of high profile, which constrained baseline is part of', () => {
    expect(videoOf(polyOffer)).toMatchObject({
      payloadType: 111,
      packetizationMode: 1,
      remoteProfileLevelId: '64001f',
      localProfileLevelId: '64001f',
    });
  });

  it('takes constrained baseline of a Yealink before high, and a key of its own', () => {
    const { session, answer } = answered(yealinkOffer, { ...local, srtp });
    expect(session.video).toMatchObject({
      payloadType: 107,
      remoteProfileLevelId: '42e028',
      maxBitrateKbps: 2048,
      crypto: { suite: 'AES_CM_128_HMAC_SHA1_80' },
    });
    expect(session.video?.crypto?.local).not.toEqual(session.crypto?.local);
    expect(session.video?.crypto?.remote).not.toEqual(session.crypto?.remote);
    expect(answer.match(/^a=crypto:/gm)).toHaveLength(2);
  });

  it('leaves retransmission and error correction of a bridge, and keeps its parameter sets', () => {
    const video = videoOf(bridgeOffer);
    expect(video).toMatchObject({
      payloadType: 97,
      localProfileLevelId: '42e01f',
      feedback: { nack: true, pli: true, fir: true, tmmbr: false, remb: true },
    });
    expect(video?.remoteParameterSets.map(([header]) => (header ?? 0) & 0x1f)).toEqual([7, 8]);
    expect(writtenVideo(bridgeOffer).filter((line) => line.startsWith('a=rtcp-fb'))).toEqual([
      'a=rtcp-fb:97 nack',
      'a=rtcp-fb:97 nack pli',
      'a=rtcp-fb:97 ccm fir',
      'a=rtcp-fb:97 goog-remb',
    ]);
  });

  it('refuses pictures where they are switched off', () => {
    for (const offer of Object.values(roomOffers)) {
      const { answer, session } = answered(offer, { ...local, video: undefined });
      expect(session.video).toBeUndefined();
      expect(answer).not.toMatch(/^m=video [1-9]/m);
    }
  });

  it('takes what says nothing for baseline, level 1, one NAL unit a packet', () => {
    expect(videoOf(pictures(...h264Line('')))).toMatchObject({
      packetizationMode: 0,
      remoteProfileLevelId: '42000a',
    });
  });

  it.each([
    ['no H.264', ['a=rtpmap:97 VP8/90000']],
    ['the interleaved mode', h264Line('packetization-mode=2;profile-level-id=42e01f')],
    ['a profile that no browser shows', h264Line('packetization-mode=1;profile-level-id=f40028')],
    ['a profile that is none', h264Line('profile-level-id=banana')],
    ['slides', [...h264Line('profile-level-id=42e01f'), 'a=content:slides']],
  ])('goes on with sound alone where there is nothing but %s', (_, lines) => {
    const { answer, session } = answered(pictures(...lines));
    expect(session.video).toBeUndefined();
    expect(answer).toContain('m=video 0 RTP/AVP 97\r\n');
    expect(offersVideo(pictures(...lines))).toBe(false);
  });

  it('goes on with sound alone where pictures are switched off by the other side, or lead nowhere', () => {
    const format = h264Line('profile-level-id=42e01f');
    expect(videoOf(offerOf('m=video 0 RTP/AVP 97', ...format))).toBeUndefined();
    expect(videoOf(offerOf('m=video 5000 TCP/RTP/AVP 97', ...format))).toBeUndefined();
    expect(videoOf(pictures('c=IN IP4 video.example.org', ...format))).toBeUndefined();
    expect(videoOf(offerOf('m=video 4000 RTP/AVP 97', ...format))).toBeUndefined();
  });

  it('takes the first m-line of pictures that it can use', () => {
    const offer = offerOf(
      'm=video 5000 RTP/AVP 34',
      'm=video 5002 RTP/AVP 97',
      ...h264Line('profile-level-id=42e01f'),
    );
    expect(videoOf(offer)).toMatchObject({ remotePort: 5002 });
  });

  it.each([
    ['sendrecv', 'sendrecv'],
    ['sendonly', 'recvonly'],
    ['recvonly', 'sendonly'],
    ['inactive', 'inactive'],
  ])('holds one without the other: pictures that are %s are %s', (offered, direction) => {
    const { session } = answered(pictures(...h264Line('profile-level-id=42e01f'), `a=${offered}`));
    expect(session.direction).toBe('sendrecv');
    expect(session.video?.direction).toBe(direction);
  });

  it('keeps pictures back from an old-style hold', () => {
    const offer = pictures('c=IN IP4 0.0.0.0', ...h264Line('profile-level-id=42e01f'));
    expect(videoOf(offer)?.direction).toBe('recvonly');
  });
});

describe('levels and bandwidth', () => {
  it('answers with a level of our own where each side may have one, else with the offered one', () => {
    const said = (parameters: string) =>
      videoOf(pictures(...h264Line(`packetization-mode=1;profile-level-id=${parameters}`)));
    expect(said('42e028;level-asymmetry-allowed=1')?.localProfileLevelId).toBe('42e01f');
    expect(said('42e028;level-asymmetry-allowed=0')?.localProfileLevelId).toBe('42e028');
    expect(said('42E00d;level-asymmetry-allowed=1')).toMatchObject({
      localProfileLevelId: '42e01f',
      remoteProfileLevelId: '42e00d',
    });
  });

  it.each([
    ['42801f', '42801f'],
    ['42801f;max-fs=8192', '42801f'],
    ['42801f;max-mbps=245760;max-fs=8192', '428028'],
    ['428029;max-mbps=245760;max-fs=8192', '428029'],
    ['428016;max-mbps=40500', '42801e'],
    ['42800c;max-fs=1620', '42800c'],
    ['428016;max-mbps=108000;max-fs=3600', '42801f'],
    ['428028;max-mbps=1;max-fs=1', '428028'],
    ['42800b;max-mbps=4000000000', '42800b'],
  ])('reads %s as %s', (said, shown) => {
    expect(videoOf(pictures(...h264Line(`profile-level-id=${said}`)))?.remoteProfileLevelId).toBe(
      shown,
    );
  });

  it('takes the bandwidth of the pictures before that of the whole, the exact one first', () => {
    const format = h264Line('profile-level-id=42e01f');
    const limit = (...lines: readonly string[]) => videoOf(pictures(...lines))?.maxBitrateKbps;
    expect(limit('b=AS:768', 'b=TIAS:700000', ...format)).toBe(700);
    expect(limit('b=AS:768', ...format)).toBe(768);
    expect(limit(...format)).toBeUndefined();
    expect(limit('b=TIAS:none', 'b=AS:0', ...format)).toBeUndefined();
    const whole = pictures(...format).replace('t=0 0', 'b=CT:9000\r\nb=AS:1024\r\nt=0 0');
    expect(videoOf(whole)?.maxBitrateKbps).toBe(1024);
  });
});

describe('pictures and encryption', () => {
  const key = 'inline:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw';
  const crypto = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 ${key}`;
  const format = h264Line('profile-level-id=42e01f');
  const secureSound = (...lines: readonly string[]): string =>
    offerOf(...lines).replace('m=audio 4000 RTP/AVP 8', `m=audio 4000 RTP/SAVP 8\r\n${crypto}`);

  it('are never less protected than the sound', () => {
    const offer = secureSound('m=video 5000 RTP/AVP 97', ...format);
    const { session, answer } = answered(offer, { ...local, srtp });
    expect(session.crypto).toBeDefined();
    expect(session.video).toBeUndefined();
    expect(answer).toContain('m=video 0 RTP/AVP 97');
  });

  it('are taken encrypted where they are offered both ways', () => {
    const offer = secureSound(
      'm=video 5000 RTP/AVP 97',
      ...format,
      'm=video 5002 RTP/SAVP 97',
      crypto,
      ...format,
    );
    expect(videoOf(offer, { ...local, srtp })).toMatchObject({
      remotePort: 5002,
      crypto: { suite: 'AES_CM_128_HMAC_SHA1_80' },
    });
  });

  it('are refused in the clear where encryption is required', () => {
    const offer = secureSound('m=video 5000 RTP/AVP 97', ...format);
    expect(videoOf(offer, { ...local, srtp: { ...srtp, policy: 'require' } })).toBeUndefined();
  });

  it('have a handshake of their own where the fingerprint is that of both', () => {
    const fingerprint = {
      algorithm: 'sha-256',
      digest: Array.from({ length: 32 }, () => 'AB').join(':'),
    } as const;
    const offer = [
      'v=0',
      `o=- 1 1 IN IP4 ${address}`,
      's=-',
      `c=IN IP4 ${address}`,
      't=0 0',
      `a=fingerprint:sha-256 ${fingerprint.digest}`,
      'a=setup:actpass',
      'm=audio 4000 UDP/TLS/RTP/SAVP 8',
      'm=video 5000 UDP/TLS/RTP/SAVPF 97',
      ...format,
      '',
    ].join('\r\n');
    const { session, answer } = answered(offer, { ...local, srtp: { ...srtp, fingerprint } });
    expect(session.video?.dtls).toMatchObject({ role: 'server', fingerprints: [fingerprint] });
    expect(session.video?.dtls?.association).not.toBe(session.dtls?.association);
    expect(answer.match(/^a=setup:passive/gm)).toHaveLength(2);
  });
});

describe('later offers of the same call', () => {
  const first = (offer: string): LocalMedia => {
    const { answer, session, sessionVersion } = answered(offer);
    return { ...local, sessionVersion, previous: { sdp: answer, session } };
  };
  const both = pictures(...h264Line('packetization-mode=1;profile-level-id=42e01f'));

  it('add pictures, pause them and take them away', () => {
    const sound = first(offerOf());
    expect(sound.previous?.session.video).toBeUndefined();
    expect(videoOf(both, sound)).toMatchObject({ direction: 'sendrecv' });
    const paused = answered(`${both}a=inactive\r\n`, first(both));
    expect(paused.session).toMatchObject({
      direction: 'sendrecv',
      video: { direction: 'inactive' },
    });
    expect(paused.sessionVersion).toBe(2);
    const gone = answered(both.replace('m=video 5000', 'm=video 0'), first(both));
    expect(gone.session.video).toBeUndefined();
    expect(gone.session.direction).toBe('sendrecv');
  });

  it('keep the format in use though a better one is offered first', () => {
    const again = offerOf(
      'm=video 5000 RTP/AVP 98 97',
      ...h264Line('packetization-mode=1;profile-level-id=42e01f', 98),
      ...h264Line('packetization-mode=1;profile-level-id=42e01f'),
    );
    expect(videoOf(again, first(both))?.payloadType).toBe(97);
  });
});

it('whatever m-lines come, the answer has as many in the same order, one of pictures at most', () => {
  const port = fc.constantFrom(0, 4000, 5000, 5002);
  const protocol = fc.constantFrom(
    'RTP/AVP',
    'RTP/AVPF',
    'RTP/SAVP',
    'UDP/TLS/RTP/SAVPF',
    'UDP/BFCP',
  );
  const attribute = fc.constantFrom(
    ...h264Line('packetization-mode=1;profile-level-id=42e01f'),
    ...h264Line('profile-level-id=64001f', 98),
    ...['a=rtpmap:99 H265/90000', 'a=rtpmap:100 rtx/90000', 'a=fmtp:100 apt=97'],
    ...['a=content:slides', 'a=content:main', 'a=inactive', 'a=sendonly', 'a=rtcp-mux'],
    ...['a=rtcp-fb:* nack pli', 'a=rtcp-fb:97 ccm fir', 'b=TIAS:1', 'b=AS:zero', 'a=mid:1'],
    ...['c=IN IP4 0.0.0.0', 'a=fmtp:97', 'a=fmtp:97 ;;=;', 'a=rtcp-fb:', 'a=imageattr:*'],
  );
  const line = fc
    .tuple(
      fc.constantFrom('audio', 'video', 'application', 'text'),
      port,
      protocol,
      fc.constantFrom('97', '97 98', '8 97', '*', '99 100 97'),
      fc.array(attribute, { maxLength: 8 }),
    )
    .map(([type, at, kind, formats, attributes]) => [
      `m=${type} ${at} ${kind} ${formats}`,
      ...attributes,
    ]);
  const offers = fc.array(line, { maxLength: 6 }).map((lines) => offerOf(...lines.flat()));
  fc.assert(
    fc.property(offers, (offer) => {
      const { answer, session } = answered(offer, { ...local, srtp });
      const [asked, told] = [parseSdp(offer)?.media ?? [], parseSdp(answer)?.media ?? []];
      expect(told.map(({ type, protocol: kind }) => [type, kind])).toEqual(
        asked.map(({ type, protocol: kind }) => [type, kind]),
      );
      const live = told.filter(({ type, port: at }) => type === 'video' && at > 0);
      expect(live.length).toBe(hasPictures(session) ? 1 : 0);
      for (const [at, media] of told.entries()) {
        expect(media.formats.every((format) => asked[at]?.formats.includes(format))).toBe(true);
      }
    }),
  );
});
const hasPictures = ({ video }: MediaSession): boolean => video !== undefined;
