import { describe, expect, it } from 'vitest';
import { createMediaClock } from '../../src/bridge/media-clock.ts';

const epochMs = 1000;

/** A clock under the test's hand: `advance` moves time and fires the one armed timer when due. */
const setUp = ({
  mayLead = true,
  isBetweenWanted = false,
  onTick = undefined as ((tick: number) => void) | undefined,
} = {}) => {
  let now = epochMs;
  let armed: { at: number; callback: () => void } | undefined;
  const ran: [tick: number, skipped: number][] = [];
  /** When each tick ran, in ms after it was due. */
  const lateness: number[] = [];
  let tickTakesMs = 0;
  let depth = 0;
  let deepest = 0;
  const between: number[] = [];
  const clock = createMediaClock({
    epochMs,
    nowMs: () => now,
    after: (delayMs, callback) => {
      armed = { at: now + delayMs, callback };
      return () => (armed = undefined);
    },
    mayLead,
    between: {
      isWanted: () => isBetweenWanted,
      run: () => {
        between.push((now - epochMs) % 20);
      },
    },
    onTick: (tick, skipped, dueMs) => {
      ran.push([tick, skipped]);
      lateness.push(now - dueMs);
      now += tickTakesMs;
      depth += 1;
      deepest = Math.max(deepest, depth);
      try {
        onTick?.(tick);
      } finally {
        depth -= 1;
      }
    },
  });
  const fireIfDue = () => {
    const due = armed;
    if (due === undefined || due.at > now) return false;
    armed = undefined;
    due.callback();
    return true;
  };
  return {
    clock,
    ran,
    lateness,
    between,
    /** Time passes and the event loop is free. */
    advance: (ms: number) => {
      for (let step = 0; step < ms; step++) {
        now += 1;
        fireIfDue();
      }
    },
    /** Time passes while the thread is busy; then the loop comes round. */
    stall: (ms: number) => {
      now += ms;
      fireIfDue();
    },
    /** Time passes while the thread is busy, and is busy still. */
    busy: (ms: number) => {
      now += ms;
    },
    setTickTakesMs: (ms: number) => {
      tickTakesMs = ms;
    },
    isArmed: () => armed !== undefined,
    deepest: () => deepest,
  };
};

describe('media clock', () => {
  it('runs tick n at the epoch plus n times 20 ms', () => {
    const { clock, ran, advance } = setUp();
    clock.start();
    advance(19);
    expect(ran).toEqual([]);
    advance(1);
    expect(ran).toEqual([[1, 0]]);
    advance(60);
    expect(ran.map(([tick]) => tick)).toEqual([1, 2, 3, 4]);
  });

  it('stays on the schedule when each run is late by a few milliseconds', () => {
    const { clock, ran, stall } = setUp();
    clock.start();
    for (let round = 0; round < 100; round++) stall(20 + (round % 2 === 0 ? 3 : -3));
    expect(ran.map(([tick]) => tick)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  });

  it('runs every missed tick after a stall of up to 60 ms', () => {
    const { clock, ran, stall } = setUp();
    clock.start();
    stall(20);
    stall(79); // tick 2 is 59 ms late
    expect(ran).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 0],
    ]);
  });

  it('skips after a stall of more than 60 ms and runs the newest tick alone', () => {
    const { clock, ran, stall, advance } = setUp();
    clock.start();
    stall(20);
    stall(205); // now 225 ms in: ticks 2 to 10 are gone
    expect(ran).toEqual([
      [1, 0],
      [11, 9],
    ]);
    advance(15);
    expect(ran.at(-1)).toEqual([12, 0]);
  });

  it('measures lateness and skips, and begins anew at each reading', () => {
    const { clock, stall } = setUp();
    clock.start();
    stall(25);
    stall(115); // 140 ms in: tick 2 was due 100 ms ago
    const measures = clock.measures();
    expect(measures.ticks).toBe(2);
    expect(measures.skippedTicks).toBe(5);
    expect(measures.worstLatenessMs).toBe(5);
    expect(measures.meanLatenessMs).toBe(2.5);
    expect(clock.measures().ticks).toBe(0);
  });

  it('stops for good and leaves no timer behind', () => {
    const { clock, ran, advance, isArmed } = setUp();
    clock.start();
    clock.stop();
    advance(100);
    expect(ran).toEqual([]);
    expect(isArmed()).toBe(false);
  });

  it('runs a due tick at once when asked to keep up, and not again when its timer comes', () => {
    const { clock, ran, stall, busy } = setUp();
    clock.start();
    clock.keepUp();
    expect(ran).toEqual([]);
    busy(21);
    clock.keepUp();
    clock.keepUp();
    expect(ran).toEqual([[1, 0]]);
    stall(0);
    expect(ran).toEqual([[1, 0]]);
    stall(19);
    expect(ran).toEqual([
      [1, 0],
      [2, 0],
    ]);
    clock.stop();
    busy(40);
    clock.keepUp();
    expect(ran).toHaveLength(2);
  });

  it('does not begin a tick within another, whatever that one lets through', () => {
    const setup: ReturnType<typeof setUp> = setUp({
      onTick: () => {
        setup.busy(30);
        setup.clock.keepUp();
      },
    });
    setup.clock.start();
    setup.advance(21);
    expect(setup.ran.slice(0, 2)).toEqual([
      [1, 0],
      [2, 0],
    ]);
    expect(setup.deepest()).toBe(1);
  });

  it('goes on after a tick that met a bug', () => {
    const { clock, ran, advance } = setUp({
      onTick: (tick) => {
        if (tick === 2) throw new Error('a bug');
      },
    });
    clock.start();
    advance(20);
    expect(() => {
      advance(20);
    }).toThrow('a bug');
    advance(41);
    expect(ran.map(([tick]) => tick)).toEqual([1, 2, 3, 4]);
  });

  it('runs long ticks ahead of their time, as long as they are long', () => {
    const { clock, ran, lateness, advance, setTickTakesMs } = setUp();
    setTickTakesMs(8);
    clock.start();
    advance(1000);
    expect(lateness.at(0)).toBe(0);
    expect(lateness.at(-1)).toBeLessThan(-24);
    // Each once and in order, the change over included.
    expect(ran).toEqual(ran.map((_, index) => [index + 1, 0]));
    setTickTakesMs(1);
    advance(1000);
    expect(lateness.at(-1)).toBe(0);
    expect(ran).toEqual(ran.map((_, index) => [index + 1, 0]));
    expect(clock.measures().worstLatenessMs).toBeLessThan(10);
  });

  it('begins the sooner the longer ticks are, and never more than 40 ms', () => {
    const { clock, ran, lateness, advance, setTickTakesMs } = setUp();
    clock.start();
    for (const takesMs of [6, 8, 12, 18]) {
      setTickTakesMs(takesMs);
      advance(2000);
      // What a mean varies by moves nothing.
      expect(Math.abs((lateness.at(-1) ?? 0) + 20 + takesMs)).toBeLessThanOrEqual(4);
      expect(Math.min(...lateness)).toBeGreaterThanOrEqual(-40);
    }
    expect(ran).toEqual(ran.map((_, index) => [index + 1, 0]));
  });

  it('runs no tick ahead where what it makes could not wait', () => {
    const { clock, lateness, advance, setTickTakesMs } = setUp({ mayLead: false });
    setTickTakesMs(8);
    clock.start();
    advance(1000);
    expect(Math.min(...lateness)).toBe(0);
  });

  it('does what is wanted between short ticks each 5 ms, and between long ones nothing', () => {
    const { clock, ran, between, advance, setTickTakesMs } = setUp({ isBetweenWanted: true });
    clock.start();
    advance(100);
    expect(ran).toHaveLength(5);
    expect(between.slice(3, 9)).toEqual([5, 10, 15, 5, 10, 15]);
    setTickTakesMs(8);
    advance(1000);
    const before = between.length;
    advance(1000);
    expect(between).toHaveLength(before);
  });

  it('catches up and skips ahead of time as it does on time', () => {
    const { clock, ran, lateness, advance, stall, setTickTakesMs } = setUp();
    setTickTakesMs(8);
    clock.start();
    advance(1000);
    while ((lateness.at(-1) ?? 0) > -24 && ran.length < 500) advance(1);
    const [last = 0] = ran.at(-1) ?? [];
    stall(200);
    const [next = 0, skipped = 0] = ran.find(([tick]) => tick > last) ?? [];
    expect(next - last - 1).toBe(skipped);
    expect(skipped).toBeGreaterThan(5);
    const before = ran.length;
    advance(1000);
    expect(ran.slice(before).every(([, skips]) => skips === 0)).toBe(true);
    expect(lateness.at(-1)).toBeLessThan(-24);
  });

  it('gives other work as much time as a long tick took, and then keeps up again', () => {
    const { clock, ran, busy, setTickTakesMs } = setUp();
    setTickTakesMs(13);
    clock.start();
    busy(20);
    clock.keepUp(); // tick 1, from 20 to 33 ms
    busy(12);
    clock.keepUp(); // tick 2 is due since 5 ms
    expect(ran).toHaveLength(1);
    busy(1);
    clock.keepUp();
    expect(ran).toEqual([
      [1, 0],
      [2, 0],
    ]);
  });
});
