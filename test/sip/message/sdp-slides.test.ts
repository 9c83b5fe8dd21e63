import { describe, expect, test } from 'vitest';
import { answerOffer } from '../../../src/sip/message/sdp-answer.ts';
import type { LocalMedia } from '../../../src/sip/message/sdp-session.ts';

const local: LocalMedia = {
  address: '10.0.0.1',
  ...{ rtpPort: 20_000, rtcpPort: 20_001, codecs: ['PCMA'] },
  ...{ sessionId: '1', sessionVersion: 1 },
  video: { rtpPort: 30_000, rtcpPort: 30_001 },
  slides: {
    ...{ rtpPort: 32_000, rtcpPort: 32_001 },
    floor: { port: 5070, conferenceId: 77, userId: 2, floorId: 1 },
  },
};
const h264 = ['a=rtpmap:97 H264/90000', 'a=fmtp:97 profile-level-id=42e01f;packetization-mode=1'];
const control = (protocol = 'UDP/BFCP', ...lines: readonly string[]) => [
  `m=application 5070 ${protocol} *`,
  ...lines,
];
const offer = (...further: readonly string[]): string =>
  [
    'v=0',
    'o=- 1 1 IN IP4 10.0.0.2',
    's=-',
    'c=IN IP4 10.0.0.2',
    't=0 0',
    'm=audio 4000 RTP/AVP 8',
    'm=video 5000 RTP/AVP 97',
    ...h264,
    'a=content:main',
    'm=video 6000 RTP/AVP 97',
    ...h264,
    'a=content:slides',
    'a=label:12',
    ...further,
    '',
  ].join('\r\n');
const answered = (body: string, ours = local) => {
  const result = answerOffer(body, ours);
  if (!result.ok) throw new Error(result.code);
  return result;
};

describe('a second stream in an offer', () => {
  test('is taken with its floor control, of which we are the server', () => {
    const { answer, session } = answered(
      offer(...control('UDP/BFCP', 'a=floorctrl:c-only s-only')),
    );
    expect(session.slides).toMatchObject({ remotePort: 6000, codec: 'H264' });
    expect(session.video?.remotePort).toBe(5000);
    expect(session.floor).toEqual({ transport: 'udp', remoteAddress: '10.0.0.2' });
    const second = answer.slice(answer.indexOf('m=video 32000'));
    expect(second).toMatch(/a=content:slides\r\na=label:12\r\n/);
    expect(second).toMatch(
      /m=application 5070 UDP\/BFCP \*\r\na=floorctrl:s-only\r\na=confid:77\r\na=userid:2\r\na=floorid:1 m-stream:12\r\n/,
    );
  });

  test('over TCP it is the device that connects, and newer words are answered with newer words', () => {
    const lines = ['a=setup:actpass', 'a=floorctrl:c-s', 'a=floorid:1 mstrm:12'];
    const { answer, session } = answered(offer(...control('TCP/BFCP', ...lines)));
    expect(session.floor?.transport).toBe('tcp');
    expect(answer).toMatch(/a=setup:passive\r\na=connection:new\r\n[^]*a=floorid:1 mstrm:12\r\n/);
  });

  test.each([
    ['without floor control', offer()],
    ['of a server alone', offer(...control('UDP/BFCP', 'a=floorctrl:s-only'))],
    ['over TLS', offer(...control('TCP/TLS/BFCP', 'a=floorctrl:c-s'))],
    ['over DTLS', offer(...control('UDP/TLS/BFCP', 'a=floorctrl:c-s'))],
    ['that waits to be called', offer(...control('TCP/BFCP', 'a=setup:passive'))],
    [
      'of slides in another codec',
      offer(...control()).replace(/H264(?=[^]*content:slides)/g, 'VP8'),
    ],
  ])('%s is refused, both of its m-lines, and the call goes on', (_, body) => {
    const { answer, session } = answered(body);
    expect(session).not.toHaveProperty('slides');
    expect(session).not.toHaveProperty('floor');
    expect(answer).not.toMatch(/m=application [1-9]/);
    expect(answer).not.toContain('content:slides');
  });

  test('is refused where there are no ports for it', () => {
    const { session } = answered(offer(...control()), { ...local, slides: undefined });
    expect(session).not.toHaveProperty('slides');
  });

  test('beside sound that is encrypted it has keys of its own, and none where encryption is required', () => {
    const key = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${Buffer.alloc(30, 7).toString('base64')}`;
    const body = offer(...control())
      .replaceAll(/^(m=(?:audio|video) [0-9]+) RTP\/AVP (.*)$/gm, `$1 RTP/SAVP $2\r\n${key}`)
      .replaceAll('\r\r', '\r');
    let calls = 0;
    const random = (bytes: number) => Buffer.alloc(bytes, (calls += 1));
    const { session } = answered(body, { ...local, srtp: { policy: 'allow', random } });
    expect(session.slides?.crypto).toBeDefined();
    expect(session.slides?.crypto?.local).not.toEqual(session.video?.crypto?.local);
    const required = answered(body, { ...local, srtp: { policy: 'require', random } });
    expect(required.session.video?.crypto).toBeDefined();
    expect(required.session).not.toHaveProperty('slides');
  });

  test('is refused in the clear beside sound that is encrypted', () => {
    const key = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${Buffer.alloc(30, 7).toString('base64')}`;
    const random = (bytes: number) => Buffer.alloc(bytes, 1);
    const body = offer(...control()).replace('RTP/AVP 8', `RTP/SAVP 8\r\n${key}`);
    const { session } = answered(body, { ...local, srtp: { policy: 'allow', random } });
    expect(session.crypto).toBeDefined();
    expect(session).not.toHaveProperty('slides');
  });
});
