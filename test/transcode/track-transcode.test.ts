import { beforeEach, describe, expect, test } from 'vitest';
import { writeRtpHeader } from '../../src/bridge/rtp/rtp-packet.ts';
import type { PictureDimensions } from '../../src/transcode/picture-format.ts';
import { createTrackTranscode, type TrackTranscode } from '../../src/transcode/track-transcode.ts';
import type { TranscodeProcessOptions } from '../../src/transcode/transcode-process.ts';
import { vp8Format } from '../../src/transcode/vp8-format.ts';

interface FakeProcess {
  readonly size: PictureDimensions;
  readonly written: number[];
  readonly tell: Pick<TranscodeProcessOptions, 'onPicture' | 'onEnded'>;
  keepsUp: boolean;
  isClosed: boolean;
}

let transcode: TrackTranscode;
let processes: FakeProcess[];
let asked: string[];
let failures: string[];
let runs: number[];
let sequence: number;
beforeEach(() => {
  [processes, asked, failures, runs, sequence] = [[], [], [], [], 0];
  transcode = createTrackTranscode({
    format: vp8Format,
    bounds: { width: 1280, height: 720 },
    startProcess: ({ size, ...tell }) => {
      const made: FakeProcess = { size, written: [], tell, keepsUp: true, isClosed: false };
      processes.push(made);
      return {
        write: (_, atMs) => {
          if (made.keepsUp) made.written.push(atMs);
          return made.keepsUp;
        },
        cpuSeconds: () => 2,
        close: () => {
          made.isClosed = true;
        },
      };
    },
    askKeyFrame: () => asked.push('key frame'),
    askPackets: (sequences) => asked.push(`packets ${sequences.join()}`),
    onPicture: (_, run) => runs.push(run),
    onFailed: (problem) => failures.push(problem),
  });
});

const picture = (nowMs: number, size?: PictureDimensions): void => {
  const body = Buffer.from([0x10, size ? 0x10 : 0x11, 0, 0, 0x9d, 0x01, 0x2a, 0, 0, 0, 0]);
  body.writeUInt16LE(size?.width ?? 0, 7);
  body.writeUInt16LE(size?.height ?? 0, 9);
  const packet = Buffer.concat([Buffer.alloc(12), body]);
  writeRtpHeader(packet, 96, true, sequence++, nowMs * 90, 1);
  transcode.push(packet, nowMs);
};
const answer = (process: FakeProcess | undefined): void => {
  process?.tell.onPicture({ atMs: 0, isKeyFrame: true, units: [Buffer.from([0x65])] });
};
const hd = { width: 1280, height: 720 };
const small = { width: 320, height: 180 };

describe('the transcode of a track', () => {
  test('asks for a key frame and begins with it, in its size', () => {
    transcode.tick(0);
    expect(asked).toEqual(['key frame']);
    picture(10);
    expect(processes).toEqual([]);
    picture(50, small);
    picture(90);
    expect(processes.map(({ size }) => size)).toEqual([small]);
    expect(processes[0]?.written).toEqual([0, 40]);
  });

  test('what is larger than devices take is made smaller, at the same shape', () => {
    picture(0, { width: 1080, height: 1920 });
    expect(processes[0]?.size).toEqual({ width: 406, height: 720 });
  });

  test('a larger layer gets a process of its own, and what the old one still says is not heard', () => {
    picture(0, small);
    picture(1_000, hd);
    expect(processes).toHaveLength(1);
    picture(5_000, hd);
    expect(processes.map(({ size, isClosed }) => [size.width, isClosed])).toEqual([
      [320, true],
      [1280, false],
    ]);
    answer(processes[0]);
    answer(processes[1]);
    expect(runs).toEqual([2]);
    processes[0]?.tell.onEnded('ended with 0');
    expect(failures).toEqual([]);
  });

  test('a device of a lower level has all get smaller pictures, from the next key frame on', () => {
    picture(0, hd);
    transcode.narrow({ width: 640, height: 360 });
    expect(processes[0]?.isClosed).toBe(true);
    transcode.tick(600);
    expect(asked.at(-1)).toBe('key frame');
    picture(700, hd);
    expect(processes[1]?.size).toEqual({ width: 640, height: 360 });
    transcode.narrow({ width: 1920, height: 1080 });
    expect(processes[1]?.isClosed).toBe(false);
  });

  test('a process that does not keep up is spared until the next key frame', () => {
    picture(0, small);
    transcode.tick(0);
    Object.assign(processes[0] ?? {}, { keepsUp: false });
    picture(1_000);
    Object.assign(processes[0] ?? {}, { keepsUp: true });
    picture(1_040);
    transcode.tick(1_060);
    expect(asked).toContain('key frame');
    picture(1_080, small);
    expect(processes[0]?.written).toEqual([0, 1_080]);
  });

  test('missing packets are asked for', () => {
    picture(0, small);
    sequence += 1;
    picture(40);
    transcode.tick(80);
    expect(asked).toContain('packets 1');
  });

  test('a process that ends by itself is a failure, told once and not begun anew', () => {
    picture(0, small);
    processes[0]?.tell.onEnded('ended with SIGSEGV');
    picture(40, small);
    processes[0]?.tell.onEnded('ended with SIGSEGV');
    expect(failures).toEqual(['ended with SIGSEGV']);
    expect(processes).toHaveLength(1);
  });

  test('a process that gives nothing for 5 s is a failure; one that answers is none', () => {
    picture(0, small);
    transcode.tick(4_900);
    answer(processes[0]);
    transcode.tick(5_100);
    expect(failures).toEqual([]);
    picture(6_000);
    transcode.tick(11_100);
    expect(failures).toEqual(['gave nothing for too long']);
    expect(processes[0]?.isClosed).toBe(true);
  });

  test('its processor time is that of all its processes', () => {
    picture(0, small);
    picture(5_000, hd);
    expect(transcode.cpuSeconds()).toBe(4);
    transcode.close();
    expect(transcode.cpuSeconds()).toBe(4);
  });
});
