import { describe, expect, it } from 'vitest';
import { createRecorder } from '../../src/caller/recorder.ts';

const frame = (value: number) => new Int16Array(160).fill(value);

const recorderWithClock = () => {
  const clock = { now: 1000 };
  const recorder = createRecorder(() => clock.now);
  recorder.start();
  return { clock, recorder };
};

describe('the recorder', () => {
  it('lays the first packet where it arrived and the next where its timestamp says', () => {
    const { clock, recorder } = recorderWithClock();
    clock.now += 30;
    recorder.take(7, 5000, 1, frame(1));
    clock.now += 50; // Late by 30 ms: the sound is where it belongs all the same.
    recorder.take(8, 5160, 1, frame(2));
    const pcm = recorder.pcm();
    expect(pcm.length).toBe(240 + 320);
    expect([pcm[239], pcm[240], pcm[399], pcm[400], pcm[559]]).toEqual([0, 1, 1, 2, 2]);
    expect(recorder.report()).toMatchObject({
      packets: 2,
      lost: 0,
      firstPacketMs: 30,
      longestSpacingMs: 50,
    });
  });

  it('counts a lost packet once and leaves silence in its place', () => {
    const { clock, recorder } = recorderWithClock();
    recorder.take(65_535, 0, 1, frame(1));
    clock.now += 40;
    recorder.take(1, 320, 1, frame(3));
    expect(recorder.report().lost).toBe(1);
    expect(recorder.pcm()[200]).toBe(0);
    clock.now += 5;
    recorder.take(0, 160, 1, frame(2));
    expect(recorder.report().lost).toBe(0);
    expect(recorder.pcm()[200]).toBe(2);
  });

  it('anchors anew on another source and on a jump of the sender clock', () => {
    const { clock, recorder } = recorderWithClock();
    recorder.take(1, 0, 1, frame(1));
    clock.now += 20;
    recorder.take(900, 4_000_000_000, 2, frame(2));
    clock.now += 20;
    recorder.take(901, 100_000, 2, frame(3));
    const pcm = recorder.pcm();
    expect(pcm.length).toBe(480);
    expect([pcm[0], pcm[160], pcm[320]]).toEqual([1, 2, 3]);
  });
});
