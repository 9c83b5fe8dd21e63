import { describe, expect, it } from 'vitest';
import { softLimit } from '../../src/bridge/audio/mix.ts';
import { allocateMeetingLanes, openMeetingLanes } from '../../src/bridge/meeting-lanes.ts';
import { createMeetingMixer, type MeetingMixer } from '../../src/bridge/meeting-mixer.ts';

const frame = (value: number) => new Int16Array(160).fill(value);

/** Mixers of the workers of one node, over one shared memory. */
const setUp = (workers: number) => {
  const buffer = allocateMeetingLanes(workers);
  return Array.from({ length: workers }, (_, lane) =>
    createMeetingMixer(openMeetingLanes(buffer, lane)),
  ) as [MeetingMixer, MeetingMixer, MeetingMixer];
};

const heardBy = (mixer: MeetingMixer, own?: Int16Array): number | 'silence' => {
  const out = new Int16Array(160);
  if (!mixer.hear(own, out)) return 'silence';
  expect(new Set(out).size).toBe(1);
  return out[0]!;
};

const tickOf = (mixer: MeetingMixer, tick: number, ...frames: Int16Array[]) => {
  mixer.begin(tick);
  for (const each of frames) mixer.add(each);
  mixer.finish();
};

describe('meeting mixer on one worker', () => {
  it('each caller hears the others and not the own voice', () => {
    const [mixer] = setUp(1);
    const [anna, bo, track] = [frame(100), frame(-30), frame(7)];
    tickOf(mixer, 1, anna, bo, track);
    expect(heardBy(mixer, anna)).toBe(-23);
    expect(heardBy(mixer, bo)).toBe(107);
    expect(heardBy(mixer)).toBe(77); // a muted caller hears all
  });

  it('limits at the ear alone, so that the own voice comes out exactly under a loud total', () => {
    const [mixer] = setUp(1);
    const [loud, louder, own] = [frame(30_000), frame(25_000), frame(-32_768)];
    tickOf(mixer, 1, loud, louder, own);
    expect(heardBy(mixer, own)).toBe(softLimit(55_000));
    expect(heardBy(mixer, loud)).toBe(25_000 - 32_768);
    const [low, lower] = [frame(-30_000), frame(-30_000)];
    tickOf(mixer, 2, low, lower);
    expect(heardBy(mixer)).toBe(softLimit(-60_000));
    expect(heardBy(mixer, low)).toBe(softLimit(-30_000));
  });

  it('other nodes get the callers of all workers, and not what the room brought', () => {
    const [home, second] = setUp(2);
    const [anna, bo, track] = [frame(100), frame(-30), frame(7)];
    const out = new Int16Array(160);
    for (const tick of [1, 2]) {
      home.begin(tick);
      home.add(anna);
      home.endCallers();
      home.add(track);
      tickOf(second, tick, bo);
      home.finish();
    }
    expect(home.hearCallers(out)).toBe(true);
    expect(out[0]).toBe(70);
    expect(heardBy(home, anna)).toBe(-23);
    expect(home.areCallersWide()).toBe(false);
    // A meeting that no other node has any more is mixed as before.
    tickOf(home, 3, anna, track);
    expect(heardBy(home, anna)).toBe(-23);
  });

  it('the only one who speaks hears silence', () => {
    const [mixer] = setUp(1);
    const anna = frame(100);
    tickOf(mixer, 1, anna);
    expect(heardBy(mixer, anna)).toBe('silence');
    tickOf(mixer, 2);
    expect(heardBy(mixer)).toBe('silence');
  });
});

describe('meeting mixer over several workers', () => {
  it('the other workers are heard one tick late, and nobody hears themselves', () => {
    const mixers = setUp(3);
    const voices = [frame(1), frame(10), frame(100)] as const;
    mixers.forEach((mixer, lane) => {
      tickOf(mixer, 1, voices[lane]!);
    });
    mixers.forEach((mixer, lane) => {
      tickOf(mixer, 2, voices[lane]!);
      expect(heardBy(mixer, voices[lane])).toBe(111 - voices[lane]![0]!);
    });
  });

  it('a lane that stopped counts as silence after its last frame', () => {
    const [reader, writer] = setUp(2);
    tickOf(writer, 1, frame(50));
    tickOf(reader, 2);
    expect(heardBy(reader)).toBe(50);
    // Three late frames are covered by the one before them, then the lane is stale.
    for (const tick of [3, 4, 5]) {
      tickOf(reader, tick);
      expect(heardBy(reader)).toBe(50);
    }
    tickOf(reader, 6);
    expect(heardBy(reader)).toBe('silence');
  });

  it('a worker whose ticks run two ahead hears the others without gaps, and they it', () => {
    const [ahead, onTime] = setUp(2);
    for (let tick = 3; tick < 30; tick += 1) {
      tickOf(ahead, tick + 2, frame(50));
      tickOf(onTime, tick, frame(70));
      if (tick < 6) continue;
      expect([heardBy(ahead), heardBy(onTime)]).toEqual([120, 120]);
    }
  });

  it('a voice that falls silent is not heard again by the other workers', () => {
    const [reader, writer] = setUp(2);
    tickOf(writer, 1, frame(50));
    tickOf(reader, 2);
    tickOf(writer, 2);
    tickOf(reader, 3);
    expect(heardBy(reader)).toBe('silence');
  });

  it('a worker that is always late by a tick is heard without gaps, two ticks late', () => {
    const [reader, writer] = setUp(2);
    const heard: (number | 'silence')[] = [];
    tickOf(writer, 1, frame(1));
    tickOf(reader, 2);
    heard.push(heardBy(reader));
    for (let tick = 3; tick < 10; tick++) {
      tickOf(reader, tick); // runs before the writer's tick - 1
      heard.push(heardBy(reader));
      tickOf(writer, tick - 1, frame(tick - 1));
    }
    expect(heard).toEqual([1, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('a reader that catches up reads each tick of the others once', () => {
    const [reader, writer] = setUp(2);
    for (let tick = 1; tick <= 5; tick++) tickOf(writer, tick, frame(tick));
    const heard = [3, 4, 5].map((tick) => {
      tickOf(reader, tick);
      return heardBy(reader);
    });
    expect(heard).toEqual([2, 3, 4]);
  });
});
