import { describe, expect, it } from 'vitest';
import type { MediaEvent, VideoSession } from '../../../src/call/ports/media.ts';
import type { PictureLink, RoomPicture } from '../../../src/bridge/room/link-types.ts';
import type { RtpSocket } from '../../../src/bridge/rtp/rtp-socket.ts';
import { createSlidesLeg } from '../../../src/bridge/video/slides-leg.ts';
import { silentLog } from '../../support/media-calls.ts';
import { createCamera, idr, payloadOf, pps, sps } from './support/h264-packets.ts';
import { videoSession } from './support/video-session.ts';

const device = { address: videoSession.remoteAddress, port: videoSession.remotePort };
const picture = (trackKey: number, changes: Partial<RoomPicture> = {}): RoomPicture => ({
  ...{ trackKey, identity: `person-${trackKey}`, name: `Person ${trackKey}`, kind: 'standard' },
  ...{ source: 'screen', isH264: true, muted: false },
  ...changes,
});

/** A second stream in a room, with socket and room link under the test's hand. */
const setUp = (session: Partial<VideoSession> = {}) => {
  let nowMs = 1000;
  const rtp: Buffer[] = [];
  const events: MediaEvent[] = [];
  const room = {
    slides: [] as Buffer[],
    isOn: false,
    watched: [] as { keys: readonly number[]; height: number }[],
  };
  const link: PictureLink = {
    writeRtp: () => undefined,
    setCameraOn: () => undefined,
    screen: {
      writeRtp: (packet) => room.slides.push(Buffer.from(packet)),
      setOn: (on) => (room.isOn = on),
    },
    watch: (keys, { height }) => room.watched.push({ keys, height }),
    requestKeyFrame: () => undefined,
    requestPackets: () => undefined,
  };
  const socket: RtpSocket = {
    localPort: 10_004,
    localRtcpPort: 10_005,
    sendRtp: (packet) => rtp.push(Buffer.from(packet)),
    sendRtcp: () => undefined,
    readRtp: () => undefined,
    settleOn: () => undefined,
    unsettle: () => undefined,
    errors: () => 0,
    close: async () => undefined,
  };
  const leg = createSlidesLeg({
    ...{ socket, identity: undefined, nowMs: () => nowMs, log: silentLog },
    emit: (event) => events.push(event),
  });
  leg.configure({ ...videoSession, ...session });
  leg.start();
  leg.enterRoom(() => link);
  return {
    leg,
    rtp,
    events,
    room,
    pass: (ms: number) => {
      for (const end = nowMs + ms; nowMs < end;) {
        nowMs += 20;
        leg.tick(nowMs);
      }
    },
    hear: (...pictures: readonly RoomPicture[]) => {
      leg.hear({ type: 'pictures', pictures });
    },
    show: (trackKey: number, packets: readonly Buffer[]) =>
      packets.map((packet) => leg.takeRoomPacket(trackKey, Buffer.from(packet))),
    send: (packets: readonly Buffer[]) => {
      for (const packet of packets) leg.onRtp(Buffer.from(packet), device.address, device.port, 0);
    },
  };
};

describe('the second stream of a leg', () => {
  it('tells of the newest screen, and sends it while the room has the floor', () => {
    const { leg, events, hear, show, rtp, room } = setUp();
    hear(picture(1), picture(2), picture(3, { source: 'camera' }), picture(4, { isH264: false }));
    expect(events).toEqual([{ type: 'screen-shared', key: 2 }]);
    expect(show(2, createCamera().keyFrame())).not.toContain(true);
    leg.setFloor('room');
    expect(leg.showsScreen()).toBe(true);
    expect(room.watched.at(-1)?.keys).toEqual([2]);
    show(2, createCamera().picture([sps(), pps(), idr()]));
    expect(rtp.map(payloadOf)).toEqual([sps(), pps(), idr()]);
    leg.setFloor('nobody');
    expect(room.watched.at(-1)?.keys).toEqual([]);
  });

  it('brings the slides of the device into the room while it has the floor, and while it is not held', () => {
    const { leg, send, room } = setUp();
    send(createCamera().keyFrame());
    expect(room.slides).toEqual([]);
    leg.setFloor('device');
    expect(room.isOn).toBe(true);
    send(createCamera().keyFrame());
    expect(room.slides).not.toEqual([]);
    leg.configure({ ...videoSession, direction: 'inactive' });
    expect(room.isOn).toBe(false);
    leg.configure(videoSession);
    expect(room.isOn).toBe(true);
  });

  it('is without a screen while it is held, and has the same one after', () => {
    const { leg, events, hear } = setUp();
    hear(picture(1));
    leg.configure({ ...videoSession, direction: 'inactive' });
    leg.configure(videoSession);
    expect(events).toEqual([1, undefined, 1].map((key) => ({ type: 'screen-shared', key })));
  });

  it('of a screen above the level of the device smaller layers are tried, then the first stream has it', () => {
    const { leg, hear, show, pass, room, events, rtp } = setUp();
    const large = sps();
    large[3] = 40;
    const screen = createCamera();
    hear(picture(1));
    leg.setFloor('room');
    room.watched.length = 0;
    for (let half = 0; half < 8; half += 1) {
      show(1, screen.picture([large, pps(), idr()]));
      pass(500);
    }
    expect(room.watched.map(({ height }) => height)).toEqual([360, 180, 720]);
    expect(room.watched.at(-1)?.keys).toEqual([]);
    expect(events.at(-1)).toEqual({ type: 'screen-shared', key: undefined });
    expect(rtp).toEqual([]);
  });

  it('shows a smaller layer that fits', () => {
    const { leg, hear, show, rtp } = setUp();
    const large = sps();
    large[3] = 40;
    const screen = createCamera();
    hear(picture(1));
    leg.setFloor('room');
    show(1, screen.picture([large, pps(), idr()]));
    show(1, screen.picture([sps(), pps(), idr()]));
    expect(rtp.map(payloadOf)).toEqual([sps(), pps(), idr()]);
  });
});
