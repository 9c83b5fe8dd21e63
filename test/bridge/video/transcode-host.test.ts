import { beforeEach, describe, expect, test } from 'vitest';
import type {
  OpenTranscodeChannel,
  TranscodeMessage,
} from '../../../src/bridge/video/transcode-channel.ts';
import {
  createTranscodeHost,
  type PictureEarRequest,
  type TranscodeHost,
} from '../../../src/bridge/video/transcode-host.ts';
import { createTranscodePlaces } from '../../../src/bridge/video/transcode-places.ts';
import { writeRtpHeader } from '../../../src/bridge/rtp/rtp-packet.ts';
import { silentLogger } from '../../../src/caller/silent-logger.ts';
import type { TranscodeProcessOptions } from '../../../src/transcode/transcode-process.ts';

const counts = () => new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);

let said: TranscodeMessage[];
let tokens: string[];
let ears: { readonly request: PictureEarRequest; isClosed: boolean; asked: string[] }[];
let processes: Pick<TranscodeProcessOptions, 'onPicture' | 'onEnded'>[];
let host: TranscodeHost;
let places: ReturnType<typeof createTranscodePlaces>;
let hear: (message: TranscodeMessage) => void;
let nowMs: number;
const openChannel: OpenTranscodeChannel = (onMessage) => {
  hear = onMessage;
  return { say: (message) => said.push(message), close: () => undefined };
};
beforeEach(() => {
  [said, tokens, ears, processes, nowMs] = [[], [], [], [], 0];
  places = createTranscodePlaces({ limit: 2, counts: counts(), workerIndex: 0 });
  host = createTranscodeHost({
    openChannel,
    places,
    startProcess: (options) => {
      processes.push(options);
      return { write: () => answers(options), cpuSeconds: () => 1, close: () => undefined };
    },
    openEar: (request) => {
      const ear = { request, isClosed: false, asked: [] as string[] };
      ears.push(ear);
      return {
        requestKeyFrame: () => ear.asked.push('key frame'),
        requestPackets: () => ear.asked.push('packets'),
        setToken: (token) => ear.asked.push(token),
        close: () => {
          ear.isClosed = true;
          return Promise.resolve();
        },
      };
    },
    onTokenNeeded: (trackSid) => tokens.push(trackSid),
    log: silentLogger,
  });
});

const answers = ({ onPicture }: Pick<TranscodeProcessOptions, 'onPicture'>): boolean => {
  onPicture({ atMs: 40, isKeyFrame: true, units: [Buffer.from([0x65, 1])] });
  return true;
};
const refusals = (): TranscodeMessage[] => said.filter(({ type }) => type === 'refused');
const want = (trackSid: string, viewer = 'one', isLeaving = false): void => {
  const size = { width: 1280, height: 720 };
  hear({ type: 'want', viewer, trackSid, codec: 'vp8', size, isLeaving });
};
/** Ticks on to `atMs`; `each` second leases are said again. */
const until = (atMs: number, each: () => void = () => undefined): void => {
  for (; nowMs <= atMs; nowMs += 20) {
    if (nowMs % 1_000 === 0) each();
    host.tick(nowMs);
  }
};
const keyFrame = (): Buffer => {
  const body = Buffer.from([0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01, 0]);
  const packet = Buffer.concat([Buffer.alloc(12), body]);
  writeRtpHeader(packet, 96, true, 1, 0, 7);
  return packet;
};
const begin = (trackSid: string, viewer?: string): void => {
  want(trackSid, viewer);
  host.setToken(trackSid, 'a token');
  ears.at(-1)?.request.onPacket(keyFrame());
};
const running = (): number => places.figures().transcodes;

describe('the transcodes of a meeting', () => {
  test('one picture is transcoded once, whoever wants it', () => {
    begin('TR_1');
    want('TR_1', 'two');
    expect(tokens).toEqual(['TR_1']);
    expect(ears).toHaveLength(1);
    expect(processes).toHaveLength(1);
    expect(said).toEqual([
      { type: 'picture', trackSid: 'TR_1', run: 1, atMs: 40, units: [Uint8Array.of(0x65, 1)] },
    ]);
  });

  test('it goes on when who began it has left, and ends some seconds after the last', () => {
    begin('TR_1');
    want('TR_1', 'two');
    hear({ type: 'unwant', viewer: 'one', trackSid: 'TR_1' });
    until(9_000, () => {
      want('TR_1', 'two');
    });
    expect(running()).toBe(1);
    hear({ type: 'unwant', viewer: 'two', trackSid: 'TR_1' });
    until(13_500);
    expect(running()).toBe(1);
    until(14_500);
    expect(running()).toBe(0);
    expect(ears[0]?.isClosed).toBe(true);
  });

  test('a viewer that died without a word is forgotten', () => {
    begin('TR_1');
    until(10_000);
    expect(running()).toBe(0);
  });

  test('a key frame is asked for when somebody needs one', () => {
    begin('TR_1');
    until(1_000);
    const before = ears[0]?.asked.length ?? 0;
    hear({ type: 'key-frame', trackSid: 'TR_1' });
    until(1_300);
    expect(ears[0]?.asked.slice(before)).toEqual(['key frame']);
  });

  test('above the limit a picture is refused, which is counted', () => {
    begin('TR_1');
    begin('TR_2');
    want('TR_3');
    expect(refusals()).toEqual([{ type: 'refused', trackSid: 'TR_3', why: 'limit' }]);
    expect(places.figures()).toMatchObject({ transcodes: 2, transcodesRefused: 1 });
  });

  test('one that nobody watches gives way, and then one that all are about to leave', () => {
    begin('TR_1');
    begin('TR_2');
    hear({ type: 'unwant', viewer: 'one', trackSid: 'TR_1' });
    begin('TR_3');
    want('TR_2', 'one', true);
    begin('TR_4');
    expect(refusals()).toEqual([]);
    expect(ears.map(({ request, isClosed }) => [request.trackSid, isClosed])).toEqual([
      ['TR_1', true],
      ['TR_2', true],
      ['TR_3', false],
      ['TR_4', false],
    ]);
    // Who leaves it says so each second until the other one is there.
    want('TR_2', 'one', true);
    expect(running()).toBe(2);
    expect(refusals()).toEqual([]);
  });

  test('the limit counts all workers', () => {
    const shared = counts();
    const [here, there] = [0, 1].map((workerIndex) =>
      createTranscodePlaces({ limit: 1, counts: shared, workerIndex }),
    );
    const release = here?.take();
    expect(there?.take()).toBeUndefined();
    release?.();
    release?.();
    expect(there?.take()).toBeDefined();
    expect(there?.figures().transcodes).toBe(1);
  });

  test('one that failed is told, and rests longer each time', () => {
    begin('TR_1');
    processes[0]?.onEnded('ended with SIGSEGV');
    expect(refusals()).toEqual([{ type: 'refused', trackSid: 'TR_1', why: 'failed' }]);
    expect(places.figures()).toMatchObject({ transcodes: 0, transcodesFailed: 1 });
    until(9_000);
    want('TR_1');
    expect(refusals()).toHaveLength(2);
    expect(processes).toHaveLength(1);
    until(10_100);
    begin('TR_1');
    processes[1]?.onEnded('ended with SIGSEGV');
    until(29_000);
    want('TR_1');
    expect(processes).toHaveLength(2);
    until(31_000);
    begin('TR_1');
    expect(processes).toHaveLength(3);
  });

  test('a picture that the server has not, and a room that was left, are failures', () => {
    want('TR_1');
    host.setToken('TR_1', 'a token');
    ears[0]?.request.onGone('room left: unreachable');
    expect(refusals()).toEqual([{ type: 'refused', trackSid: 'TR_1', why: 'failed' }]);
  });

  test('a token that ran out is replaced', () => {
    begin('TR_1');
    ears[0]?.request.onTokenNeeded();
    expect(tokens).toEqual(['TR_1', 'TR_1']);
    host.setToken('TR_1', 'another token');
    expect(ears[0]?.asked).toContain('another token');
  });

  test('nothing runs when it is closed, and its processor time is kept', async () => {
    begin('TR_1');
    expect(host.cpuSeconds()).toBe(1);
    await host.close();
    want('TR_2');
    expect(running()).toBe(0);
    expect(places.spentSeconds()).toBe(1);
  });
});
