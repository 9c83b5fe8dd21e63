import { beforeEach, describe, expect, test } from 'vitest';
import { writeRtpHeader } from '../../src/bridge/rtp/rtp-packet.ts';
import {
  createPictureAssembly,
  type PictureAssembly,
} from '../../src/transcode/picture-assembly.ts';
import { vp8Format } from '../../src/transcode/vp8-format.ts';

let assembly: PictureAssembly;
let pictures: string[];
let breaks: number;
beforeEach(() => {
  pictures = [];
  breaks = 0;
  assembly = createPictureAssembly({
    format: vp8Format,
    onPicture: ({ bytes, rtpTimestamp, keyFrameSize }) => {
      const kind = keyFrameSize === undefined ? 'inter' : 'key';
      pictures.push(`${kind} ${bytes.length} at ${rtpTimestamp}`);
    },
    onBroken: () => {
      breaks += 1;
    },
  });
});

const key = Buffer.from([0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01]);
const inter = Buffer.from([0x11, 1, 2]);
interface Sent {
  readonly body?: Buffer;
  readonly begins?: boolean;
  readonly marker?: boolean;
  readonly ssrc?: number;
}
/** Of the picture at 3000 × its number. */
const push = (sequence: number, picture: number, sent: Sent = {}, nowMs = 0): void => {
  const { body = inter, begins = true, marker = true, ssrc = 1 } = sent;
  const packet = Buffer.concat([Buffer.alloc(12), Buffer.from([begins ? 0x10 : 0]), body]);
  writeRtpHeader(packet, 96, marker, sequence & 0xffff, 3000 * picture, ssrc);
  assembly.push(packet, nowMs);
};

describe('pictures out of packets', () => {
  test('begin with a key frame', () => {
    push(1, 0);
    push(2, 1, { body: key });
    push(3, 2);
    expect(pictures).toEqual(['key 10 at 3000', 'inter 3 at 6000']);
  });

  test('are of several packets, in their order, whichever came first', () => {
    push(65_534, 1, { body: key });
    push(0, 2, { begins: false });
    expect(pictures).toEqual(['key 10 at 3000']);
    push(65_535, 2, { marker: false });
    expect(pictures).toEqual(['key 10 at 3000', 'inter 6 at 6000']);
  });

  test('after a packet that never comes wait for the next key frame', () => {
    push(1, 1, { body: key });
    push(3, 3, {}, 10);
    assembly.tick(200);
    expect(breaks).toBe(0);
    assembly.tick(400);
    expect(breaks).toBe(1);
    push(4, 4, {}, 410);
    push(5, 5, { body: key }, 420);
    expect(pictures).toEqual(['key 10 at 3000', 'key 10 at 15000']);
  });

  test('a picture whose end was cut off is none, and breaks what follows', () => {
    push(1, 1, { body: key });
    push(2, 2, { marker: false });
    push(3, 3);
    expect(pictures).toEqual(['key 10 at 3000']);
    expect(breaks).toBe(1);
  });

  test('another stream begins anew', () => {
    push(1, 1, { body: key });
    push(900, 7, { ssrc: 2 });
    expect(breaks).toBe(1);
    push(901, 8, { ssrc: 2, body: key });
    expect(pictures).toEqual(['key 10 at 3000', 'key 10 at 24000']);
  });

  test('the small frames by which a server ends a track are not shown', () => {
    push(1, 1, { body: key });
    const tiny = Buffer.from(key);
    tiny.writeUInt16LE(8, 6);
    tiny.writeUInt16LE(8, 8);
    push(2, 2, { body: tiny });
    expect(pictures).toEqual(['key 10 at 3000']);
    expect(breaks).toBe(1);
  });

  test('packets that hold nothing only fill their place', () => {
    push(1, 1, { body: key });
    const empty = Buffer.alloc(12);
    writeRtpHeader(empty, 96, false, 2, 3000, 1);
    assembly.push(empty, 0);
    push(3, 2);
    expect(pictures).toEqual(['key 10 at 3000', 'inter 3 at 6000']);
  });
});
