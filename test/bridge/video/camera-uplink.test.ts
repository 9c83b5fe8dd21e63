import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VideoSession } from '../../../src/call/ports/media.ts';
import { createCameraUplink } from '../../../src/bridge/video/camera-uplink.ts';
import { videoSession } from './support/video-session.ts';
import {
  beginsIdr,
  createCamera,
  fuA,
  hasSps,
  idr,
  payloadOf,
  pps,
  rtpPacket,
  slice,
  sps,
  viewOf,
} from './support/h264-packets.ts';

const setUp = (more: Partial<VideoSession> = {}) => {
  let nowMs = 0;
  const sent: Buffer[] = [];
  const keyFrames: { nowMs: number; ssrc: number; asked: number }[] = [];
  const missed: number[][] = [];
  const uplink = createCameraUplink({
    initialSequence: 65_530,
    initialTimestamp: 9,
    send: (packet) => sent.push(Buffer.from(packet)),
    askKeyFrame: (ssrc, asked) => keyFrames.push({ nowMs, ssrc, asked }),
    askPackets: (_ssrc, sequences) => missed.push([...sequences]),
  });
  uplink.configure({ ...videoSession, ...more });
  const push = (...packets: readonly Buffer[]): void => {
    for (const packet of packets) {
      const own = Buffer.from(packet);
      uplink.push(own, viewOf(own), nowMs);
    }
  };
  const pass = (ms: number): void => {
    for (const end = nowMs + ms; nowMs < end;) {
      nowMs += 20;
      uplink.tick(nowMs);
    }
  };
  return { uplink, push, pass, sent, keyFrames, missed };
};

describe('a camera on its way into the room', () => {
  it('goes on as it came, under one line of numbers', () => {
    const { uplink, push, sent } = setUp();
    const camera = createCamera();
    const packets = [...camera.keyFrame(), ...camera.frame()];
    uplink.setOpen(true);
    push(...packets);
    expect(sent.map(payloadOf)).toEqual(packets.map(payloadOf));
    expect(sent.map((packet) => viewOf(packet).sequenceNumber)).toEqual(
      packets.map((_, index) => (65_531 + index) & 0xffff),
    );
    expect(sent.map((packet) => viewOf(packet).marker)).toEqual(
      packets.map((packet) => viewOf(packet).marker),
    );
  });

  it('has its parameter sets put before an IDR picture that comes without', () => {
    const { uplink, push, sent } = setUp();
    const camera = createCamera();
    uplink.setOpen(true);
    push(...camera.keyFrame(), ...camera.picture(fuA(idr(250))), ...camera.frame());
    const units = sent.map(payloadOf);
    const second = units.findLastIndex((unit) => unit.equals(sps()));
    expect(units.slice(second, second + 2)).toEqual([sps(), pps()]);
    expect(beginsIdr(sent[second + 2]!)).toBe(true);
    const views = sent.map(viewOf);
    expect(views[second]!.timestamp).toBe(views[second + 2]!.timestamp);
    expect(views[second]!.marker).toBe(false);
    expect(views.map(({ sequenceNumber }) => (sequenceNumber - 65_531) & 0xffff)).toEqual(
      views.map((_, index) => index),
    );
  });

  it('parameter sets that came by SDP alone do as well, once a picture and not once a slice', () => {
    const { uplink, push, sent } = setUp({ remoteParameterSets: [sps(), pps()] });
    uplink.setOpen(true);
    push(...createCamera().picture([idr(), Buffer.of(0x65, 0x40, 1, 1)]));
    expect(sent.map(payloadOf).map((unit) => unit[0]! & 0x1f)).toEqual([7, 8, 5, 5]);
  });

  it('extensions of the header and padding stay behind', () => {
    const { uplink, push, sent } = setUp();
    uplink.setOpen(true);
    const plain = rtpPacket(slice(), { sequence: 5, timestamp: 10 });
    const padded = Buffer.concat([
      Buffer.of(0xb0),
      plain.subarray(1, 12),
      Buffer.of(0xbe, 0xde, 0, 1, 0x10, 0xff, 0, 0),
      plain.subarray(12),
      Buffer.of(0, 0, 3),
    ]);
    push(padded);
    expect(sent[0]).toHaveLength(plain.length);
    expect(payloadOf(sent[0]!)).toEqual(payloadOf(plain));
  });

  it('a key frame is asked for as the room opens, once a broken picture can not be mended, and for who comes', () => {
    const { uplink, push, pass, keyFrames, missed } = setUp();
    const camera = createCamera();
    push(...camera.keyFrame());
    uplink.setOpen(true);
    pass(100);
    expect(keyFrames).toEqual([{ nowMs: 20, ssrc: 5, asked: 1 }]);
    push(...camera.keyFrame());
    pass(1000);
    camera.frame();
    push(...camera.frame());
    pass(60);
    expect(missed).toHaveLength(1);
    expect(keyFrames).toHaveLength(1);
    pass(300);
    expect(keyFrames).toHaveLength(2);
    push(...camera.keyFrame());
    pass(1000);
    uplink.wantKeyFrame();
    pass(20);
    expect(keyFrames).toHaveLength(3);
  });

  it('a device that sends nothing again is asked for a key frame at once', () => {
    const { uplink, push, pass, keyFrames, missed } = setUp({
      feedback: { ...videoSession.feedback, nack: false },
    });
    const camera = createCamera();
    uplink.setOpen(true);
    push(...camera.keyFrame());
    camera.frame();
    push(...camera.frame());
    pass(40);
    expect([missed.length, keyFrames.length]).toEqual([0, 1]);
  });

  it('what the room misses is sent again, as long as it is there', () => {
    const { uplink, push, sent } = setUp();
    uplink.setOpen(true);
    push(...createCamera().keyFrame());
    const [first] = sent;
    sent.length = 0;
    uplink.resend([viewOf(first!).sequenceNumber, 40_000]);
    expect(sent).toEqual([first]);
  });

  it('nothing goes where nobody looks, and after that a key frame is wanted', () => {
    const { uplink, push, pass, sent, keyFrames } = setUp();
    const camera = createCamera();
    uplink.setOpen(true);
    push(...camera.keyFrame());
    pass(1000);
    const before = { sent: sent.length, asked: keyFrames.length };
    uplink.setOpen(false);
    push(...camera.frame());
    uplink.wantKeyFrame();
    pass(1000);
    expect({ sent: sent.length, asked: keyFrames.length }).toEqual(before);
    uplink.setOpen(true);
    pass(20);
    push(...camera.frame());
    expect(keyFrames.length).toBe(before.asked + 1);
    const numbers = sent.map((packet) => (viewOf(packet).sequenceNumber - 65_531) & 0xffff);
    expect(numbers).toEqual(numbers.map((_, index) => index));
  });

  it('whatever comes is survived, and every IDR picture in order has an SPS before it', () => {
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(idr(), slice(), sps(), pps(), ...fuA(idr(250))),
    );
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 40 }), (payloads) => {
        const { uplink, push, sent } = setUp({ remoteParameterSets: [sps(), pps()] });
        uplink.setOpen(true);
        push(
          ...payloads.map((one, index) =>
            rtpPacket(one, { sequence: index, timestamp: index * 9 }),
          ),
        );
        for (const [index, packet] of sent.entries())
          if (beginsIdr(packet) && !hasSps(packet))
            expect(sent.slice(Math.max(0, index - 16), index).some(hasSps)).toBe(true);
      }),
    );
  });
});
