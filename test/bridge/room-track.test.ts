import { beforeAll, expect, it } from 'vitest';
import { createOpusDecoder } from '../../src/bridge/audio/opus-decoder.ts';
import { createOpusEncoder } from '../../src/bridge/audio/opus-encoder.ts';
import type { MeetingMixer } from '../../src/bridge/meeting-mixer.ts';
import { openRoomTrack } from '../../src/bridge/room-track.ts';
import { createRtpView, parseRtp, writeRtpHeader } from '../../src/bridge/rtp/rtp-packet.ts';
import { amplitudeAt, sine } from '../support/sounds.ts';

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const fail = (error: unknown) => {
  throw error;
};
beforeAll(async () => {
  (await createOpusDecoder(16_000)).close();
});

/** A track of somebody who says 1000 Hz and 5500 Hz; what it adds, tick by tick. */
const setUp = async () => {
  const encoder = await createOpusEncoder(16_000);
  const track = await openRoomTrack('opus', 8000, fail);
  const view = createRtpView();
  const payload = new Uint8Array(400);
  const [low, high] = [sine(16_000, 1000, 6000, 16_000), sine(16_000, 5500, 6000, 16_000)];
  const added: Int16Array[] = [];
  const mixer: Pick<MeetingMixer, 'add'> = {
    add: (frame) => {
      added.push(frame.slice());
    },
  };
  let sequence = 0;
  return {
    track,
    added,
    pass: (ticks: number) => {
      added.length = 0;
      for (let n = 0; n < ticks; n++) {
        const at = (sequence % 50) * 320;
        const pcm = low.slice(at, at + 320).map((sample, i) => sample + high[at + i]!);
        const bytes = encoder.encode(pcm, payload);
        const packet = Buffer.alloc(12 + bytes);
        writeRtpHeader(packet, 111, sequence === 0, sequence, sequence * 960, 1);
        packet.set(payload.subarray(0, bytes), 12);
        parseRtp(packet, packet.length, view);
        track.push(packet, view, sequence * 20);
        sequence += 1;
        track.addTo(mixer);
      }
    },
    close: () => {
      encoder.close();
      track.close();
    },
  };
};
const joined = (frames: readonly Int16Array[]) =>
  Int16Array.from(frames.flatMap((frame) => [...frame]));

it('changes its rate while it sounds, without a gap, and there and back again', async () => {
  const { track, added, pass, close } = await setUp();
  pass(30);
  expect(new Set(added.map(({ length }) => length))).toEqual(new Set([160]));
  expect(amplitudeAt(joined(added.slice(-10)), 1000, 8000)).toBeGreaterThan(4500);

  track.setRate(16_000);
  await settled();
  pass(30);
  const lengths = added.map(({ length }) => length);
  expect(lengths.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 160));
  expect(lengths.at(-1)).toBe(320);
  expect(lengths).toHaveLength(30);
  // The new one sounds from its first frame on.
  const firstWide = added[lengths.indexOf(320)]!;
  expect(amplitudeAt(firstWide, 1000, 16_000)).toBeGreaterThan(3500);
  expect(amplitudeAt(joined(added.slice(-10)), 5500, 16_000)).toBeGreaterThan(3500);

  track.setRate(8000);
  await settled();
  pass(20);
  expect(added.at(-1)).toHaveLength(160);
  expect(track.counts()).toMatchObject({ expected: 80, lost: 0, late: 0 });
  close();
});

it('stays as it is where it is asked back before the change is done', async () => {
  const { track, added, pass, close } = await setUp();
  pass(10);
  track.setRate(16_000);
  await settled();
  pass(3);
  track.setRate(8000);
  pass(20);
  expect(new Set(added.map(({ length }) => length))).toEqual(new Set([160]));
  close();
});
