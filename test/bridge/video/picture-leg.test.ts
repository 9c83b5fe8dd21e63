import { describe, expect, it } from 'vitest';
import type { Card, MediaCrypto, MediaEvent, VideoSession } from '../../../src/call/ports/media.ts';
import type { PictureLink, RoomPicture } from '../../../src/bridge/room/link-types.ts';
import { buildRtcpFeedback, parseRtcpFeedback } from '../../../src/bridge/rtp/rtcp-feedback.ts';
import { buildRtcp } from '../../../src/bridge/rtp/rtcp-packet.ts';
import type { RtpSocket } from '../../../src/bridge/rtp/rtp-socket.ts';
import { createSrtpSession } from '../../../src/bridge/rtp/srtp-session.ts';
import type { CardMaker } from '../../../src/bridge/video/card-maker.ts';
import { createPictureLeg } from '../../../src/bridge/video/picture-leg.ts';
import { buildLimit } from '../../../src/bridge/video/stream-limit.ts';
import { silentLog } from '../../support/media-calls.ts';
import { createCamera, idr, payloadOf, pps, sps, viewOf } from './support/h264-packets.ts';
import { videoSession } from './support/video-session.ts';

const device = { address: videoSession.remoteAddress, port: videoSession.remotePort };
const picture = (trackKey: number): RoomPicture => ({
  trackKey,
  identity: `person-${trackKey}`,
  name: `Person ${trackKey}`,
  kind: 'standard',
  source: 'camera',
  isH264: true,
  muted: false,
});

/** A leg with socket, room link and cards under the test's hand. */
const setUp = (session: Partial<VideoSession> = {}) => {
  let nowMs = 1000;
  let isSocketOpen = true;
  const rtp: Buffer[] = [];
  const rtcp: Buffer[] = [];
  const events: MediaEvent[] = [];
  const cardsShown: string[] = [];
  const room = {
    camera: [] as Buffer[],
    isOn: [] as boolean[],
    watched: [] as { keys: readonly number[]; kbps: number; height: number }[],
    asked: [] as number[],
  };
  const link: PictureLink = {
    writeRtp: (packet) => room.camera.push(Buffer.from(packet)),
    setCameraOn: (on) => room.isOn.push(on),
    watch: (keys, { maxBitrateKbps: kbps, height }) => room.watched.push({ keys, kbps, height }),
    requestKeyFrame: (trackKey) => room.asked.push(trackKey),
    requestPackets: () => undefined,
  };
  const socket: RtpSocket = {
    localPort: 10_002,
    localRtcpPort: 10_003,
    sendRtp: (packet) => rtp.push(Buffer.from(packet)),
    sendRtcp: (packet) => rtcp.push(Buffer.from(packet)),
    readRtp: () => undefined,
    settleOn: () => undefined,
    unsettle: () => undefined,
    errors: () => 0,
    close: async () => {
      isSocketOpen = false;
    },
  };
  const cardOf = (heading: string): Card => ({ language: 'sv', heading, lines: [] });
  const cards: CardMaker = {
    welcome: (_language, names) => cardOf(`welcome ${names.join()}`),
    arriving: (_language, names) => cardOf(`arriving ${names.join()}`),
    late: (_language, name) => cardOf(`late ${name}`),
    unshowable: (_language, name) => cardOf(`not ${name}`),
    stream: (card) => {
      cardsShown.push(card.heading);
      let isDue = true;
      return {
        frame: () => {
          const due = isDue;
          isDue = false;
          return due ? [sps(), pps(), idr()] : undefined;
        },
        requestKeyFrame: () => {
          isDue = true;
        },
      };
    },
  };
  const leg = createPictureLeg({
    socket,
    identity: undefined,
    nowMs: () => nowMs,
    cards,
    log: silentLog,
    emit: (event) => events.push(event),
  });
  leg.configure({ ...videoSession, ...session });
  const feedback = () => rtcp.flatMap((compound) => [...parseRtcpFeedback(compound)]);
  return {
    leg,
    rtp,
    rtcp,
    events,
    cardsShown,
    room,
    feedback,
    isSocketOpen: () => isSocketOpen,
    enter: () => {
      leg.enterRoom(
        () => link,
        () => [],
      );
    },
    pass: (ms: number) => {
      for (const end = nowMs + ms; nowMs < end;) {
        nowMs += 20;
        leg.tick(nowMs);
      }
    },
    send: (packets: readonly Buffer[]) => {
      for (const packet of packets) leg.onRtp(Buffer.from(packet), device.address, device.port, 0);
    },
    say: (...compound: Parameters<typeof buildRtcpFeedback>) => {
      leg.onRtcp(buildRtcpFeedback(...compound), device.address, device.port + 1, 0);
    },
    show: (trackKey: number, packets: readonly Buffer[]) => {
      for (const packet of packets) leg.takeRoomPacket(trackKey, Buffer.from(packet));
    },
  };
};

describe('the pictures of a leg', () => {
  it('nothing goes out before the call stands, and then the card does', () => {
    const { leg, rtp, pass, cardsShown } = setUp();
    leg.showCard({ language: 'sv', heading: 'lobby', lines: [] });
    pass(200);
    expect(rtp).toEqual([]);
    leg.start();
    pass(200);
    expect(cardsShown).toEqual(['lobby']);
    expect(rtp.map(payloadOf)).toEqual([sps(), pps(), idr()]);
    expect(viewOf(rtp[0]!).payloadType).toBe(videoSession.payloadType);
  });

  it('the camera goes into the room while the leg is there, and is shown as on while it comes', () => {
    const { leg, send, enter, pass, room, events } = setUp();
    const camera = createCamera();
    leg.start();
    send(camera.keyFrame());
    expect(room.camera).toEqual([]);
    enter();
    send(camera.keyFrame());
    pass(20);
    const sent = room.camera.length;
    expect(sent).toBe(camera.keyFrame().length);
    expect(room.isOn).toEqual([true]);
    pass(5000);
    expect(room.isOn).toEqual([true, false]);
    expect(events.filter(({ type }) => type === 'picture')).toEqual([
      { type: 'picture', state: 'coming' },
      { type: 'picture', state: 'gone' },
    ]);
    leg.leaveRoom();
    send(camera.frame());
    expect(room.camera).toHaveLength(sent);
  });

  it('the card says who is there until somebody has a picture, and after that again', () => {
    const { leg, enter, pass, room, show, cardsShown, rtp } = setUp();
    leg.start();
    enter();
    leg.hear({ type: 'people', names: ['Eva'] });
    pass(2000);
    expect(cardsShown).toEqual(['arriving Eva', 'welcome Eva']);
    leg.hear({ type: 'pictures', pictures: [picture(1)] });
    pass(20);
    expect(room.watched).toEqual([{ keys: [1], kbps: 1500, height: 720 }]);
    const before = rtp.length;
    show(1, createCamera().keyFrame());
    expect(rtp.length).toBeGreaterThan(before);
    leg.hear({ type: 'people', names: ['Eva', 'Bo'] });
    pass(100);
    expect(cardsShown).toEqual(['arriving Eva', 'welcome Eva']);
    leg.hear({ type: 'pictures', pictures: [] });
    pass(20);
    expect(cardsShown.slice(2)).toEqual(['welcome Eva,Bo']);
    expect(room.watched.at(-1)?.keys).toEqual([]);
  });

  it('a change of speaker watches both until the new one has a key frame', () => {
    const { leg, enter, pass, room, show } = setUp();
    leg.start();
    enter();
    leg.hear({ type: 'pictures', pictures: [picture(1), picture(2)] });
    pass(20);
    show(1, createCamera({ ssrc: 1 }).keyFrame());
    leg.hear({ type: 'speakers', identities: ['person-2'] });
    pass(1600);
    expect(room.watched.map(({ keys }) => keys)).toEqual([[1], [1, 2]]);
    expect(room.asked).toContain(2);
    show(2, createCamera({ ssrc: 2 }).keyFrame());
    expect(room.watched.at(-1)?.keys).toEqual([2]);
  });

  it('a picture that froze gives way to the card when its follower does not come', () => {
    const { leg, enter, pass, show, cardsShown } = setUp();
    leg.start();
    enter();
    leg.hear({ type: 'pictures', pictures: [picture(1), picture(2)] });
    pass(20);
    show(1, createCamera().keyFrame());
    leg.hear({ type: 'pictures', pictures: [picture(2)] });
    const before = cardsShown.length;
    pass(1400);
    expect(cardsShown).toHaveLength(before);
    pass(200);
    expect(cardsShown).toHaveLength(before + 1);
  });

  it('nothing is said of missing pictures while the first one may be about to come', () => {
    const { leg, enter, pass, show, cardsShown } = setUp();
    leg.start();
    leg.showCard({ language: 'sv', heading: 'lobby', lines: [] });
    pass(20);
    enter();
    leg.showCard(undefined);
    pass(1000);
    leg.hear({ type: 'people', names: ['Eva'] });
    leg.hear({ type: 'pictures', pictures: [picture(1)] });
    pass(1000);
    expect(cardsShown).toEqual(['lobby']);
    show(1, createCamera().keyFrame());
    pass(3000);
    expect(cardsShown).toEqual(['lobby']);
  });

  it('a card that covers takes the place of a picture for as long as it is there', () => {
    const { leg, enter, pass, show, room, rtp, cardsShown } = setUp();
    const camera = createCamera();
    leg.start();
    enter();
    leg.hear({ type: 'pictures', pictures: [picture(1)] });
    pass(20);
    show(1, camera.keyFrame());
    leg.showCard({ language: 'sv', heading: 'muted', lines: [], covers: true });
    pass(20);
    expect(cardsShown.at(-1)).toBe('muted');
    const before = rtp.length;
    show(1, camera.keyFrame());
    expect(rtp).toHaveLength(before);
    leg.showCard(undefined);
    pass(20);
    show(1, camera.keyFrame());
    expect(rtp.length).toBeGreaterThan(before);
    expect(room.watched.map(({ keys }) => keys)).toEqual([[1]]);
    expect(cardsShown.at(-1)).toBe('muted');
  });

  it('a picture whose key frame does not come is named on a card', () => {
    const { leg, enter, pass, show, cardsShown } = setUp();
    leg.start();
    enter();
    leg.hear({ type: 'pictures', pictures: [picture(1)] });
    for (let second = 0; second < 7; second += 1) {
      show(1, createCamera().frame());
      pass(1000);
    }
    expect(cardsShown).toEqual(['arriving ', 'late Person 1']);
  });

  it('of a picture above the level of the device smaller layers are tried, then a card tells', () => {
    const { leg, enter, pass, show, room, cardsShown } = setUp();
    const large = sps();
    large[3] = 40;
    const camera = createCamera();
    leg.start();
    enter();
    leg.hear({ type: 'pictures', pictures: [picture(1)] });
    pass(20);
    for (let half = 0; half < 8; half += 1) {
      show(1, camera.picture([large, pps(), idr()]));
      pass(500);
    }
    expect(room.watched.map(({ height }) => height)).toEqual([720, 360, 180, 720]);
    expect(room.watched.at(-1)?.keys).toEqual([]);
    expect(cardsShown.at(-1)).toBe('not Person 1');
  });

  it('a picture of another profile than the device takes is told of at once', () => {
    const { leg, enter, pass, show, rtp, cardsShown } = setUp();
    const high = sps();
    high[1] = 100;
    leg.start();
    enter();
    leg.hear({ type: 'pictures', pictures: [picture(1)] });
    pass(20);
    rtp.length = 0;
    show(1, createCamera().picture([high, pps(), idr()]));
    expect(rtp).toEqual([]);
    pass(20);
    expect(cardsShown.at(-1)).toBe('not Person 1');
  });

  it('pictures that a new offer does without are told to be gone', () => {
    const { leg, send, enter, pass, events } = setUp();
    leg.start();
    enter();
    send(createCamera().keyFrame());
    pass(20);
    leg.configure(undefined);
    pass(20);
    expect(events.at(-1)).toEqual({ type: 'picture', state: 'gone' });
  });

  it('a camera that never sends a whole picture is shown as off, and the call is told', () => {
    const { leg, send, enter, pass, room, events } = setUp();
    const camera = createCamera();
    leg.start();
    enter();
    for (let second = 0; second < 7; second += 1) {
      send(camera.frame());
      pass(1000);
    }
    const told = () => events.flatMap((event) => (event.type === 'picture' ? [event.state] : []));
    expect(told()).toEqual(['coming', 'unusable']);
    expect(room.isOn).toEqual([true, false]);
    send(camera.keyFrame());
    pass(20);
    expect(told().at(-1)).toBe('coming');
    expect(room.isOn.at(-1)).toBe(true);
  });

  it('the last picture of a room is not seen outside of it', () => {
    const { leg, enter, pass, show, rtp, cardsShown } = setUp();
    const track = createCamera();
    leg.start();
    enter();
    leg.hear({ type: 'pictures', pictures: [picture(1)] });
    pass(20);
    show(1, track.keyFrame());
    leg.leaveRoom();
    const before = rtp.length;
    show(1, track.frame());
    expect(rtp).toHaveLength(before);
    leg.showCard({ language: 'sv', heading: 'lobby', lines: [] });
    pass(20);
    expect(cardsShown.at(-1)).toBe('lobby');
    expect(rtp.length).toBeGreaterThan(before);
  });

  it.each([
    [{ pli: true, fir: true }, 'picture-loss'],
    [{ pli: false, fir: true }, 'full-intra'],
  ])('a key frame is asked of a device with %j by %s', (accepts, type) => {
    const { leg, send, enter, pass, feedback, events } = setUp({
      feedback: { ...videoSession.feedback, ...accepts },
    });
    leg.start();
    send(createCamera().frame());
    enter();
    pass(100);
    expect(feedback()).toEqual([expect.objectContaining({ type, mediaSsrc: 5 })]);
    expect(events).not.toContainEqual({ type: 'key-frame-wanted' });
    pass(1500);
    // It did not heed RTCP.
    expect(events).toContainEqual({ type: 'key-frame-wanted' });
  });

  it('a device without such feedback is asked by SIP', () => {
    const none = { nack: false, pli: false, fir: false, tmmbr: false, remb: false };
    const { leg, enter, pass, feedback, events } = setUp({ feedback: none });
    leg.start();
    enter();
    pass(100);
    expect(feedback()).toEqual([]);
    expect(events.filter(({ type }) => type === 'key-frame-wanted')).toHaveLength(1);
  });

  it('what the device says back reaches whom it is about', () => {
    const { leg, enter, pass, show, say, room, rtp } = setUp();
    leg.start();
    enter();
    leg.hear({ type: 'pictures', pictures: [picture(1)] });
    pass(20);
    show(1, createCamera().keyFrame());
    pass(1000);
    const { ssrc, sequenceNumber } = viewOf(rtp.at(-1)!);
    const asked = room.asked.length;
    say(5, { type: 'picture-loss', mediaSsrc: ssrc });
    pass(20);
    expect(room.asked).toHaveLength(asked + 1);
    leg.requestKeyFrame();
    pass(500);
    expect(room.asked).toHaveLength(asked + 2);
    const last = rtp.at(-1)!;
    say(5, { type: 'nack', mediaSsrc: ssrc, sequences: [sequenceNumber] });
    expect(rtp.slice(-2)).toEqual([last, last]);
    say(5, { type: 'max-bitrate', bitsPerSecond: 600_000, mediaSsrcs: [ssrc] });
    expect(room.watched.at(-1)).toMatchObject({ keys: [1], kbps: 600 });
  });

  it('what the room takes is told to the device, and a room that takes nothing gets nothing', () => {
    const { leg, send, enter, pass, room, rtcp, feedback } = setUp({
      feedback: { ...videoSession.feedback, tmmbr: false },
    });
    const camera = createCamera();
    leg.start();
    enter();
    send(camera.keyFrame());
    pass(20);
    rtcp.length = 0;
    leg.hear({ type: 'camera-bitrate', kbps: 800 });
    pass(100);
    leg.hear({ type: 'camera-bitrate', kbps: 810 });
    pass(100);
    expect(feedback()).toEqual([{ type: 'max-bitrate', bitsPerSecond: 800_000, mediaSsrcs: [5] }]);
    leg.hear({ type: 'camera-bitrate', kbps: 0 });
    const before = room.camera.length;
    send(camera.frame());
    expect(room.camera).toHaveLength(before);
  });

  it('a device that asks for less by TMMBR gets a notice and smaller pictures', () => {
    const { leg, enter, pass, rtp, rtcp, room } = setUp();
    leg.showCard({ language: 'sv', heading: 'lobby', lines: [] });
    leg.start();
    enter();
    leg.hear({ type: 'pictures', pictures: [picture(1)] });
    pass(20);
    const { ssrc } = viewOf(rtp[0]!);
    rtcp.length = 0;
    leg.onRtcp(
      buildLimit('request', { senderSsrc: 5, ssrc, bitsPerSecond: 384_000 }),
      device.address,
      device.port + 1,
      0,
    );
    expect(room.watched.at(-1)?.kbps).toBe(384);
    const notice = buildLimit('notice', { senderSsrc: ssrc, ssrc: 5, bitsPerSecond: 384_000 });
    expect(rtcp).toHaveLength(1);
    expect(rtcp[0]!.subarray(-notice.length)).toEqual(notice);
  });

  it('a device that loses packets is sent smaller pictures', () => {
    const { leg, enter, pass, rtp, room } = setUp();
    leg.showCard({ language: 'sv', heading: 'lobby', lines: [] });
    leg.start();
    enter();
    leg.hear({ type: 'pictures', pictures: [picture(1)] });
    pass(20);
    const report = {
      ssrc: viewOf(rtp[0]!).ssrc,
      fractionLost: 64,
      cumulativeLost: 9,
      extendedHighestSequence: 100,
      jitter: 0,
      lastSenderReport: 0,
      delaySinceLastSenderReport: 0,
    };
    leg.onRtcp(
      buildRtcp({ ssrc: 5, cname: 'device', reports: [report] }),
      device.address,
      device.port + 1,
      0,
    );
    expect(room.watched.at(-1)!.kbps).toBeLessThan(1500);
  });

  it('a held device is sent nothing, one that dropped its pictures too', () => {
    const { leg, pass, rtp } = setUp({ direction: 'recvonly' });
    leg.showCard({ language: 'sv', heading: 'lobby', lines: [] });
    leg.start();
    pass(200);
    expect(rtp).toEqual([]);
    leg.configure(undefined);
    pass(200);
    expect(rtp).toEqual([]);
    leg.configure(videoSession);
    pass(200);
    expect(rtp.length).toBeGreaterThan(0);
  });

  it('encrypted both ways, what is sent again and what is said about it too', () => {
    const keyOf = (fill: number) => ({
      masterKey: new Uint8Array(16).fill(fill),
      masterSalt: new Uint8Array(14).fill(fill),
    });
    const suite = 'AES_CM_128_HMAC_SHA1_80';
    const crypto: MediaCrypto = { suite, local: keyOf(1), remote: keyOf(2) };
    const far = createSrtpSession();
    far.configure({ suite, local: keyOf(2), remote: keyOf(1) });
    const { leg, enter, pass, show, rtp, room } = setUp({ crypto });
    leg.start();
    enter();
    const camera = createCamera();
    for (const packet of camera.keyFrame())
      leg.onRtp(Buffer.from(far.protectRtp(packet)), device.address, device.port, 0);
    expect(room.camera.map(payloadOf)).toEqual(createCamera().keyFrame().map(payloadOf));

    leg.hear({ type: 'pictures', pictures: [picture(1)] });
    pass(20);
    rtp.length = 0;
    show(1, createCamera().keyFrame());
    const [first, ...others] = rtp.splice(0).map((sealed) => Buffer.from(sealed));
    for (const sealed of others) expect(far.unprotectRtp(sealed)).toBeDefined();
    const { ssrc, sequenceNumber } = viewOf(first!);
    const nack = { type: 'nack', mediaSsrc: ssrc, sequences: [sequenceNumber] } as const;
    leg.onRtcp(
      Buffer.from(far.protectRtcp(buildRtcpFeedback(5, nack))),
      device.address,
      device.port + 1,
      0,
    );
    expect(rtp).toEqual([first]);
    expect(payloadOf(far.unprotectRtp(rtp[0]!)!)).toEqual(sps());
  });

  it('closing says goodbye and frees the ports', async () => {
    const { leg, rtcp, isSocketOpen } = setUp();
    leg.start();
    await leg.close();
    const bye = 203;
    expect(rtcp.at(-1)!.includes(Buffer.of(0x81, bye))).toBe(true);
    expect(isSocketOpen()).toBe(false);
  });

  it('any datagram is survived', () => {
    const { leg, enter } = setUp();
    leg.start();
    enter();
    for (let length = 0; length < 64; length += 1)
      for (const first of [0x80, 0x90, 0xb0, 0xff, 0x16]) {
        const datagram = Buffer.alloc(length, length * 37);
        if (length > 0) datagram[0] = first;
        leg.onRtp(Buffer.from(datagram), device.address, device.port, 0);
        leg.onRtcp(Buffer.from(datagram), device.address, device.port + 1, 0);
      }
    expect(leg.localPort).toBe(10_002);
  });
});
