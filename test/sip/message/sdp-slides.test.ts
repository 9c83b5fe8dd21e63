import { describe, expect, test } from 'vitest';
import { answerOffer } from '../../../src/sip/message/sdp-answer.ts';
import { applyAnswer, createOffer } from '../../../src/sip/message/sdp-offer.ts';
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

const key = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${Buffer.alloc(30, 7).toString('base64')}`;
const settledBy = (body: string, ours = local): LocalMedia => {
  const { answer: sdp, session, sessionVersion } = answered(body, ours);
  return { ...ours, sessionVersion, previous: { sdp, session } };
};
const mediaLines = (body: string): readonly string[] =>
  body.split('\r\n').filter((line) => line.startsWith('m='));
/** What a device answers that takes all of it, at its own ports. */
const deviceAnswer = (offered: string, ...more: readonly string[]): string =>
  offered
    .replaceAll(/10\.0\.0\.1/g, '10.0.0.2')
    .replace('m=audio 20000', 'm=audio 4000')
    .replace('m=video 30000', 'm=video 5000')
    .replace('m=video 32000', 'm=video 6000')
    .replace('m=application 5070', 'm=application 5090')
    .replace('floorctrl:s-only', ['floorctrl:c-only', ...more].join('\r\na='))
    .replace('setup:passive', 'setup:active');
const applied = (offered: string, answer: string) => {
  const result = applyAnswer(offered, answer);
  if (!result.ok) throw new Error(result.code);
  return result.session;
};

describe('a second stream in our offer', () => {
  test('comes with the pictures of a call that has none yet, and the answer settles it', () => {
    const { offer: offered } = createOffer(local);
    expect(mediaLines(offered)).toEqual([
      expect.stringMatching(/^m=audio 20000 /),
      'm=video 30000 RTP/AVP 97 98',
      'm=video 32000 RTP/AVP 97 98',
      'm=application 5070 UDP/BFCP *',
    ]);
    expect(offered).toMatch(
      /a=content:slides\r\na=label:3\r\nm=application[^]*a=floorctrl:s-only\r\na=confid:77\r\na=userid:2\r\na=floorid:1 mstrm:3\r\n$/,
    );
    const session = applied(offered, deviceAnswer(offered));
    expect(session.video?.remotePort).toBe(5000);
    expect(session.slides).toMatchObject({ remotePort: 6000, payloadType: 97 });
    expect(session.floor).toEqual({ transport: 'udp', remoteAddress: '10.0.0.2' });
  });

  test.each([
    ['slides', (answer: string) => answer.replace('m=video 6000', 'm=video 0')],
    ['floor control', (answer: string) => answer.replace('m=application 5090', 'm=application 0')],
    ['a client', (answer: string) => answer.replace('c-only', 's-only')],
    ['the camera', (answer: string) => answer.replace('m=video 5000', 'm=video 0')],
  ])('is none where the answer has it without %s', (_, without) => {
    const { offer: offered } = createOffer(local);
    const session = applied(offered, without(deviceAnswer(offered)));
    expect(session).toMatchObject({ codec: 'PCMA' });
    expect(session).not.toHaveProperty('slides');
    expect(session).not.toHaveProperty('floor');
  });

  test('within a call is what is settled, in the same m-lines, and again in the next', () => {
    const body = offer(...control('UDP/BFCP', 'a=floorctrl:c-s', 'a=floorid:1 mstrm:12'));
    const ours = settledBy(body);
    const { offer: offered } = createOffer(ours);
    expect(offered).toBe(ours.previous?.sdp);
    const session = applied(offered, deviceAnswer(offered));
    const next = createOffer({ ...ours, previous: { sdp: offered, session } });
    expect(next.offer).toBe(offered);
  });

  test('over TCP keeps its connection, in our offers and in answers to a device that keeps it', () => {
    const lines = ['a=setup:active', 'a=floorctrl:c-only', 'a=floorid:1 mstrm:12'];
    const ours = settledBy(offer(...control('TCP/BFCP', 'a=connection:new', ...lines)));
    expect(ours.previous?.sdp).toContain('a=connection:new');
    expect(createOffer(ours).offer).toMatch(
      /TCP\/BFCP[^]*a=setup:passive\r\na=connection:existing/,
    );
    const again = settledBy(offer(...control('TCP/BFCP', 'a=connection:existing', ...lines)), ours);
    expect(again.previous?.sdp).toContain('a=connection:existing');
    expect(again.previous?.session.floor?.transport).toBe('tcp');
  });

  test('has a place of its own where the device offered none, or had switched it off', () => {
    const none = settledBy(offer().replace(/m=video 6000[^]*$/, ''));
    expect(mediaLines(createOffer(none).offer)).toEqual([
      'm=audio 20000 RTP/AVP 8',
      'm=video 30000 RTP/AVP 97',
      'm=video 32000 RTP/AVP 97 98',
      'm=application 5070 UDP/BFCP *',
    ]);
    const off = offer(...control()).replace('m=video 6000', 'm=video 0');
    expect(mediaLines(createOffer(settledBy(off)).offer)).toEqual([
      'm=audio 20000 RTP/AVP 8',
      'm=video 30000 RTP/AVP 97',
      'm=video 32000 RTP/AVP 97 98',
      'm=application 5070 UDP/BFCP *',
    ]);
  });

  test('is found before the camera too, each in its own m-line', () => {
    const [head = '', camera = '', slides = ''] = offer().split(/(?=m=video)/);
    const ours = settledBy(head + slides + camera + control().join('\r\n') + '\r\n');
    expect(ours.previous?.session.slides?.remotePort).toBe(6000);
    expect(createOffer(ours).offer).toBe(ours.previous?.sdp);
  });

  test('has keys of its own beside sound that is encrypted, kept in the next, and is not offered where encryption is required', () => {
    let calls = 0;
    const random = (bytes: number) => Buffer.alloc(bytes, (calls += 1));
    const srtp = { policy: 'allow', random } as const;
    const body = offer(...control())
      .replaceAll(/^(m=(?:audio|video) [0-9]+) RTP\/AVP (.*)$/gm, `$1 RTP/SAVP $2\r\n${key}`)
      .replaceAll('\r\r', '\r');
    const ours = settledBy(body, { ...local, srtp });
    expect(ours.previous?.session.slides?.crypto).toBeDefined();
    expect(createOffer(ours).offer).toBe(ours.previous?.sdp);
    const soundAlone = body.replace(/m=video[^]*$/, '');
    const { offer: offered } = createOffer(settledBy(soundAlone, { ...local, srtp }));
    expect(offered).toMatch(/m=video 32000 RTP\/SAVP 97 98[^]*a=crypto:/);
    const required = createOffer({ ...local, srtp: { ...srtp, policy: 'require' } });
    expect(required.offer).not.toMatch(/content:slides|BFCP/);
  });
});
