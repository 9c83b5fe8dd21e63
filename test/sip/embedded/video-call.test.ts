/** Calls with pictures, message by message: what the engine opens, answers, offers and asks for. */
import { describe, expect, test } from 'vitest';
import { asLegId, asRoomName } from '../../../src/call/identifiers.ts';
import { pictureFastUpdate } from '../../../src/sip/dialog/picture-fast-update.ts';
import type { EmbeddedEngineOptions } from '../../../src/sip/embedded/embedded-engine.ts';
import { createFakeFloorDoors } from '../../support/fake-floor-doors.ts';
import { lineOf, sdpText } from '../../support/raw-sip-peer.ts';
import { createEngineFixture, requestIn, tagOf, type EngineFixture } from './engine-fixture.ts';

const videoLines = (port = 5000, ...more: readonly string[]): string =>
  [
    `m=video ${port} RTP/AVP 97`,
    'a=rtpmap:97 H264/90000',
    'a=fmtp:97 profile-level-id=42e01f;packetization-mode=1',
    ...more,
    '',
  ].join('\r\n');
const withVideo = (port = 5000, ...more: readonly string[]): string =>
  sdpText() + videoLines(port, ...more);

const call = async (
  { body = withVideo(), headers = [] }: { body?: string; headers?: readonly string[] } = {},
  options: Partial<EmbeddedEngineOptions> = { video: true },
) => {
  const fixture = await createEngineFixture(undefined, options);
  fixture.peer.request('INVITE', { body, headers });
  await fixture.run(20);
  const answering = fixture.legs[0]?.answer();
  await fixture.run(20);
  const messages = fixture.peer.take();
  return { ...fixture, outcome: await answering, messages, toTag: tagOf(messages) };
};
const confirmed = async (...parts: Parameters<typeof call>) => {
  const made = await call(...parts);
  made.peer.request('ACK', { toTag: made.toTag });
  await made.run(20);
  return made;
};
const reinvite = async (fixture: EngineFixture, toTag: string, body: string, cseq = 2) => {
  fixture.peer.request('INVITE', { toTag, cseq, body });
  await fixture.run(20);
  const messages = fixture.peer.take();
  fixture.peer.request('ACK', { toTag, cseq });
  await fixture.run(20);
  return messages.at(-1)?.body.toString() ?? '';
};
const join = async ({ legs, run }: EngineFixture): Promise<void> => {
  void legs[0]?.join({
    room: asRoomName('r'),
    identity: 'ringbro:n:l',
    name: 'Room',
    attributes: {},
    muted: false,
  });
  await run(20);
};

describe('an INVITE with pictures', () => {
  test('is answered with a second pair of ports, and the media leg is told', async () => {
    const { outcome, messages, media } = await call();
    expect(outcome).toMatchObject({ outcome: 'answered', media: { codec: 'PCMA', video: true } });
    expect(messages.at(-1)?.body.toString()).toMatch(
      /m=audio 20000 [^]*m=video 30000 RTP\/AVP 97\r/,
    );
    expect(media.legs[0]?.session?.video).toMatchObject({
      remoteAddress: '10.0.0.2',
      remotePort: 5000,
      packetizationMode: 1,
    });
  });

  test('is answered with sound alone where pictures are switched off', async () => {
    const { outcome, messages, media } = await call({}, {});
    expect(outcome).toMatchObject({ outcome: 'answered', media: { codec: 'PCMA' } });
    expect(outcome).not.toHaveProperty('media.video');
    expect(messages.at(-1)?.body.toString()).toContain('m=video 0 RTP/AVP 97');
    expect(media.legs[0]?.localVideoPort).toBeUndefined();
  });

  test('takes no second pair of ports for pictures that we do not have', async () => {
    const { media } = await call({ body: withVideo().replace('H264', 'VP8') });
    expect(media.legs[0]?.localVideoPort).toBeUndefined();
  });
});

describe('a re-INVITE', () => {
  test('switches a camera on later, and off again, and the call goes on', async () => {
    const made = await confirmed({ body: sdpText() });
    const [leg] = made.media.legs;
    expect(leg?.localVideoPort).toBeUndefined();
    expect(await reinvite(made, made.toTag, withVideo())).toContain('m=video 30000 RTP/AVP 97');
    expect(leg?.session?.video).toMatchObject({ direction: 'sendrecv' });
    expect(await reinvite(made, made.toTag, withVideo(0), 3)).toContain('m=video 0 RTP/AVP 97');
    expect(leg?.session).toMatchObject({ direction: 'sendrecv' });
    expect(leg?.session?.video).toBeUndefined();
    expect(made.types()).toEqual(['confirmed']);
  });

  test('pauses pictures alone: the call is not held', async () => {
    const made = await confirmed();
    await reinvite(made, made.toTag, withVideo(5000, 'a=inactive'));
    expect(made.media.legs[0]?.session).toMatchObject({
      direction: 'sendrecv',
      video: { direction: 'inactive' },
    });
    expect(made.types()).toEqual(['confirmed']);
  });

  test('without an offer is answered with what is settled', async () => {
    const made = await confirmed();
    const offered = await reinvite(made, made.toTag, '');
    expect(offered).toMatch(/m=audio 20000 [^]*m=video 30000 RTP\/AVP 97\r/);
  });

  test('goes on with sound alone where no ports are free for pictures', async () => {
    const made = await confirmed({ body: sdpText() });
    const [leg] = made.media.legs;
    if (leg !== undefined) leg.openVideo = () => Promise.reject(new Error('no port is free'));
    expect(await reinvite(made, made.toTag, withVideo())).toContain('m=video 0 RTP/AVP 97');
    expect(made.types()).toEqual(['confirmed']);
  });
});

describe('a video system that called with sound alone', () => {
  const headers = ['Contact: <sip:room@10.0.0.2>;video;audio'];

  test('is offered pictures when it is in the meeting, once', async () => {
    const made = await confirmed({ body: sdpText(), headers });
    await join(made);
    const offer = requestIn(made.peer.take(), 'INVITE');
    expect(offer.body.toString()).toMatch(
      /m=audio 20000 [^]*m=video 30000 RTP\/AVP 97 98\r[^]*packetization-mode=1;level-asymmetry/,
    );
    made.peer.respond(offer, 200, [], withVideo(5000, 'a=rtcp-fb:* nack pli'));
    await made.run(20);
    expect(made.media.legs[0]?.session?.video).toMatchObject({
      remotePort: 5000,
      payloadType: 97,
      feedback: { pli: true, nack: false },
    });
    expect(made.peer.takeLines()).toEqual(['ACK']);
    await join(made);
    expect(made.peer.takeLines()).toEqual([]);
  });

  test('keeps its sound where it takes none', async () => {
    const made = await confirmed({ body: sdpText(), headers });
    await join(made);
    const offer = requestIn(made.peer.take(), 'INVITE');
    made.peer.respond(offer, 200, [], withVideo(0));
    await made.run(20);
    expect(made.media.legs[0]?.session).toMatchObject({ codec: 'PCMA', direction: 'sendrecv' });
    expect(made.media.legs[0]?.session?.video).toBeUndefined();
    expect(made.types()).toEqual(['confirmed']);
  });

  test('is offered nothing where pictures are off, and a telephone never is', async () => {
    const off = await confirmed({ body: sdpText(), headers }, {});
    await join(off);
    expect(off.peer.takeLines()).toEqual([]);
    const telephone = await confirmed({ body: sdpText() });
    await join(telephone);
    expect(telephone.peer.takeLines()).toEqual([]);
  });

  test('is offered both where its INVITE brought no offer', async () => {
    const { messages } = await call({ body: '', headers });
    expect(messages.at(-1)?.body.toString()).toMatch(
      /m=audio 20000 [^]*m=video 30000 RTP\/AVP 97 98/,
    );
    const telephone = await call({ body: '' });
    expect(telephone.messages.at(-1)?.body.toString()).not.toContain('m=video');
  });
});

describe('a second stream', () => {
  const slides = [
    videoLines(6000, 'a=content:slides', 'a=label:12'),
    'm=application 5070 UDP/BFCP *\r\na=floorctrl:c-only\r\n',
  ].join('');
  const both = withVideo() + slides;
  const taken =
    /m=video 30000 [^]*m=video 32000 [^]*a=content:slides[^]*m=application 5070 UDP\/BFCP [^]*a=floorctrl:s-only/;

  test('is answered with ports and floor control, and its floor is the device’s when it asks', async () => {
    const floorDoors = createFakeFloorDoors();
    const { messages, media, legs, run } = await confirmed(
      { body: both },
      { video: true, floorDoors },
    );
    expect(messages.at(-1)?.body.toString()).toMatch(taken);
    const [leg] = media.legs;
    expect(leg?.session).toMatchObject({
      slides: { remotePort: 6000 },
      floor: { transport: 'udp', remoteAddress: '10.0.0.2' },
    });
    floorDoors.requestFloor();
    leg?.emit({ type: 'screen-shared', key: 1 });
    expect(leg?.calls.filter((each) => each.startsWith('setFloor'))).toEqual([
      'setFloor device',
      'setFloor room',
    ]);
    legs[0]?.hangUp();
    await run(20);
    expect(floorDoors.seats).toEqual([]);
  });

  test('comes later by re-INVITE, stays when the device asks for an offer, and is held', async () => {
    const floorDoors = createFakeFloorDoors();
    const made = await confirmed({}, { video: true, floorDoors });
    expect(made.media.legs[0]?.calls).not.toContain('openSlides');
    expect(await reinvite(made, made.toTag, both)).toMatch(taken);
    floorDoors.requestFloor();
    const offered = await reinvite(made, made.toTag, '', 3);
    expect(offered).toMatch(taken);
    const held = both.replaceAll(/(a=fmtp.*\r\n)/g, '$1a=inactive\r\n');
    expect(await reinvite(made, made.toTag, held, 4)).toMatch(taken);
    expect(floorDoors.seats).toHaveLength(1);
    expect(made.media.legs[0]?.calls).not.toContain('setFloor nobody');
  });

  test('over TCP: the connection is new at first, and goes on when we refresh the session', async () => {
    const floorDoors = createFakeFloorDoors();
    const control = ['UDP/BFCP *', 'TCP/BFCP *\r\na=setup:active\r\na=connection:new'] as const;
    const body = both.replace(...control);
    const headers = ['Supported: timer', 'Session-Expires: 100;refresher=uas', 'Allow: INVITE'];
    const made = await confirmed({ body, headers }, { video: true, floorDoors });
    const before = made.messages.at(-1)?.body.toString() ?? '';
    expect(before).toContain('a=connection:new');
    await made.run(51_000);
    const refresh = requestIn(made.peer.take(), 'INVITE');
    const refreshed = refresh.body.toString();
    const [, version = ''] = /^o=- \d+ (\d+)/m.exec(before) ?? [];
    expect(refreshed).toBe(
      before
        .replace('connection:new', 'connection:existing')
        .replace(/^(o=- \d+ )\d+/m, `$1${Number(version) + 1}`),
    );
    made.peer.respond(refresh, 200, headers.slice(0, 2), body);
    await made.run(20);
    made.peer.take();
    // The next description that differs is the next version, not this one again.
    const held = body.replaceAll(/(a=fmtp.*\r\n)/g, '$1a=inactive\r\n');
    const answer = await reinvite(made, made.toTag, held);
    expect(answer).toMatch(new RegExp(`^o=- \\d+ ${Number(version) + 2} `, 'm'));
    expect(floorDoors.seats).toHaveLength(1);
  });

  test('is offered with the pictures to a video system that called with sound alone', async () => {
    const floorDoors = createFakeFloorDoors();
    const headers = ['Contact: <sip:room@10.0.0.2>;video;audio'];
    const made = await confirmed({ body: sdpText(), headers }, { video: true, floorDoors });
    await join(made);
    const offer = requestIn(made.peer.take(), 'INVITE');
    expect(offer.body.toString()).toMatch(taken);
    made.peer.respond(offer, 200, [], both);
    await made.run(20);
    expect(made.media.legs[0]?.session?.slides).toMatchObject({ remotePort: 6000 });
    expect(floorDoors.seats).toHaveLength(1);
  });

  test('is refused where there are no doors for floor control, and the camera is taken', async () => {
    const { messages, media } = await call({ body: both });
    expect(messages.at(-1)?.body.toString()).toMatch(
      /m=video 30000 [^]*m=video 0 [^]*m=application 0 UDP\/BFCP/,
    );
    expect(media.legs[0]?.calls).not.toContain('openSlides');
  });
});

describe('picture_fast_update in INFO', () => {
  test('of the device asks the media leg for a key frame', async () => {
    const { peer, toTag, run, media } = await confirmed();
    const ask = (cseq: number, body: string): void => {
      peer.request('INFO', { toTag, cseq, contentType: 'application/media_control+xml', body });
    };
    ask(2, pictureFastUpdate);
    ask(3, '<?xml version="1.0"?><media_control><vc_primitive><to_encoder>broken');
    ask(4, pictureFastUpdate.replaceAll(/<(\/?)(?=\w)/g, '<$1m:'));
    await run(20);
    expect(peer.takeLines()).toEqual(['200 INFO', '200 INFO', '200 INFO']);
    expect(media.legs[0]?.calls.filter((each) => each === 'requestKeyFrame')).toHaveLength(2);
  });

  test('of ours asks a device that takes no such wish by RTCP', async () => {
    const { peer, run, media } = await confirmed();
    media.legs[0]?.emit({ type: 'key-frame-wanted' });
    await run(20);
    const messages = peer.take();
    expect(messages.map(lineOf)).toEqual(['INFO']);
    const info = requestIn(messages, 'INFO');
    expect(info.body.toString()).toBe(pictureFastUpdate);
    peer.respond(info, 415);
    await run(20);
    expect(peer.takeLines()).toEqual([]);
  });
});

describe('a call of ours', () => {
  const registered = {
    address: 'room@meet.example.org',
    contact: 'sip:room@10.0.0.2',
    transport: 'udp',
    remoteAddress: '10.0.0.2',
    remotePort: 5060,
    nodeId: 'node',
    sipCallId: 'register-1',
    cseq: 1,
    expiresAt: Number.MAX_SAFE_INTEGER,
  } as const;
  const registrar: EmbeddedEngineOptions['registrar'] = {
    book: {
      secretOf: async () => undefined,
      change: async () => undefined,
      bindings: async (_, address) => (address === registered.address ? [registered] : []),
    },
    domains: ['meet.example.org'],
    nodeId: 'node',
  };
  const dial = async (to: string, options: Partial<EmbeddedEngineOptions> = {}) => {
    const fixture = await createEngineFixture(undefined, { video: true, registrar, ...options });
    const outcome = fixture.engine.dial?.(
      {
        legId: asLegId('dialled'),
        trunk: undefined,
        to,
        callerNumber: undefined,
        ringLimitMs: 60_000,
      },
      new AbortController().signal,
    );
    await fixture.run(20);
    return { ...fixture, outcome, invite: requestIn(fixture.peer.take(), 'INVITE') };
  };

  test('to a room system that registered offers pictures, and the answer settles them', async () => {
    const { invite, peer, run, media, outcome } = await dial('sip:room@meet.example.org');
    expect(invite.body.toString()).toMatch(/m=audio 20000 [^]*m=video 30000 RTP\/AVP 97 98\r/);
    peer.respond(invite, 200, [], withVideo());
    await run(20);
    expect(await outcome).toMatchObject({ outcome: 'answered', media: { video: true } });
    expect(media.legs[0]?.session?.video).toMatchObject({ remotePort: 5000, payloadType: 97 });
  });

  test('to a room system offers a second stream too, which it may refuse', async () => {
    const floorDoors = createFakeFloorDoors();
    const { invite, peer, run, media, outcome } = await dial('sip:room@meet.example.org', {
      floorDoors,
    });
    expect(invite.body.toString()).toMatch(/m=video 32000 [^]*m=application 5070 UDP\/BFCP/);
    peer.respond(
      invite,
      200,
      [],
      `${withVideo()}m=video 0 RTP/AVP 97\r\nm=application 0 UDP/BFCP *\r\n`,
    );
    await run(20);
    expect(await outcome).toMatchObject({ outcome: 'answered', media: { video: true } });
    expect(media.legs[0]?.session).not.toHaveProperty('slides');
    expect(floorDoors.seats).toEqual([]);
  });

  test('to anybody else offers sound alone', async () => {
    const { invite } = await dial('sip:desk@10.0.0.2');
    expect(invite.body.toString()).not.toContain('m=video');
  });
});
