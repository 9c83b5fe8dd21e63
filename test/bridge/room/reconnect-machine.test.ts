import { describe, expect, test } from 'vitest';
import {
  attemptTimeoutMs,
  createReconnectMachine,
  firstBackOffMs,
  longestBackOffMs,
  steadyMs,
  type ReconnectInput,
} from '../../../src/bridge/room/reconnect-machine.ts';

/** The machine with its own clock; outputs are written as short lines. */
const createBench = ({ tokenExpiresAt = Infinity, random = 1 } = {}) => {
  const machine = createReconnectMachine({
    joinTimeoutMs: 5_000,
    tokenExpiresAt,
    random: () => random,
  });
  let now = 0;
  const give = (input: ReconnectInput): string[] =>
    machine.handle(now, input).map((output) => {
      if (output.do !== 'tell') return output.do;
      return Object.values(output.event).map(String).join(' ');
    });
  const retry = (cause = 'gone'): string[] =>
    give({ type: 'down', down: { verdict: 'retry', cause } });
  return {
    machine,
    give,
    retry,
    at: (time: number) => {
      now = time;
    },
    now: () => now,
    /** Moves to the next timeout and gives it. */
    timeout: (): string[] => {
      now = machine.nextTimeoutAt() ?? Number.NaN;
      return give({ type: 'timeout' });
    },
    up: (time: number): string[] => {
      now = time;
      return give({ type: 'up' });
    },
  };
};

const joined = () => {
  const bench = createBench();
  bench.give({ type: 'start' });
  bench.up(100);
  return bench;
};

describe('joining', () => {
  test('dials at once and tells how long it took', () => {
    const bench = createBench();
    expect(bench.give({ type: 'start' })).toEqual(['dial']);
    expect(bench.up(180)).toEqual(['connected 180']);
    expect(bench.machine.nextTimeoutAt()).toBeUndefined();
  });

  test('tries again within the time to join, then leaves as unreachable', () => {
    const bench = createBench();
    bench.give({ type: 'start' });
    const log: string[] = [];
    for (let i = 0; i < 20 && !log.at(-1)?.startsWith('left'); i += 1) {
      log.push(...bench.retry(), ...bench.timeout());
    }
    expect(log.filter((line) => line === 'dial').length).toBeGreaterThan(2);
    expect(log.at(-1)).toBe('left unreachable room/unreachable');
    expect(bench.now()).toBe(5_000);
  });

  test('an attempt that hangs is dropped', () => {
    const bench = createBench();
    bench.give({ type: 'start' });
    expect(bench.timeout()).toEqual(['drop']);
    expect(bench.now()).toBe(attemptTimeoutMs);
  });

  test('a refused token is a rejection at once', () => {
    const bench = createBench();
    bench.give({ type: 'start' });
    expect(bench.give({ type: 'down', down: { verdict: 'token-refused' } })).toEqual([
      'drop',
      'left rejected room/token-refused',
    ]);
  });
});

describe('after the server is lost', () => {
  test('tells it once and tries for ever with a growing, capped back-off', () => {
    const bench = joined();
    bench.at(60_000);
    expect(bench.retry('ECONNRESET')).toEqual(['drop', 'lost ECONNRESET']);
    const waits: number[] = [];
    for (let i = 0; i < 100; i += 1) {
      const before = bench.now();
      expect(bench.timeout()).toEqual(['dial']);
      waits.push(bench.now() - before);
      expect(bench.retry('ECONNREFUSED')).toEqual(['drop']);
    }
    expect(waits.slice(0, 5)).toEqual([200, 400, 800, 1_600, 2_000]);
    expect(Math.max(...waits)).toBe(longestBackOffMs);
  });

  test('jitter takes away up to half of the back-off', () => {
    const bench = createBench({ random: 0 });
    bench.give({ type: 'start' });
    bench.up(100);
    bench.retry();
    expect(bench.machine.nextTimeoutAt()).toBe(100 + firstBackOffMs / 2);
  });

  test('tells the recovery with the length of the outage', () => {
    const bench = joined();
    bench.at(10_000);
    bench.retry();
    bench.timeout();
    expect(bench.up(11_234)).toEqual(['recovered 1234']);
  });

  test('a connection that does not hold is not tried five times a second', () => {
    const bench = joined();
    let last = 0;
    for (let i = 0; i < 10; i += 1) {
      bench.at(bench.now() + steadyMs - 1);
      bench.retry();
      const before = bench.now();
      bench.timeout();
      last = bench.now() - before;
      bench.up(bench.now() + 100);
    }
    expect(last).toBe(longestBackOffMs);
  });
});

describe('tokens', () => {
  const expired = () => {
    const bench = createBench({ tokenExpiresAt: 30_000 });
    bench.give({ type: 'start' });
    bench.up(100);
    bench.at(40_000);
    bench.retry();
    return bench;
  };

  test('one that has run out is asked for, and nothing is tried before it comes', () => {
    const bench = expired();
    expect(bench.timeout()).toEqual(['token-needed']);
    expect(bench.machine.nextTimeoutAt()).toBeUndefined();
    expect(bench.give({ type: 'token', expiresAt: 90_000 })).toEqual(['dial']);
  });

  test('one that the server renews in time is used', () => {
    const bench = createBench({ tokenExpiresAt: 30_000 });
    bench.give({ type: 'start' });
    bench.up(100);
    expect(bench.give({ type: 'token', expiresAt: 90_000 })).toEqual([]);
    bench.at(40_000);
    bench.retry();
    expect(bench.timeout()).toEqual(['dial']);
  });

  test('a refusal on the way back asks for a fresh one, a second refusal is final', () => {
    const bench = joined();
    const refused: ReconnectInput = { type: 'down', down: { verdict: 'token-refused' } };
    bench.retry();
    bench.timeout();
    expect(bench.give(refused)).toEqual(['drop', 'token-needed']);
    expect(bench.give({ type: 'token', expiresAt: Infinity })).toEqual(['dial']);
    expect(bench.give(refused)).toEqual(['drop', 'left rejected room/token-refused']);
  });
});

describe('the end', () => {
  test.each(['removed', 'room-deleted', 'duplicate-identity'] as const)(
    '%s is final: nothing is tried and nothing more is told',
    (reason) => {
      const bench = joined();
      expect(bench.give({ type: 'down', down: { verdict: 'left', reason } })).toEqual([
        'drop',
        `left ${reason}`,
      ]);
      expect(bench.machine.nextTimeoutAt()).toBeUndefined();
      expect(bench.retry()).toEqual([]);
      expect(bench.give({ type: 'token', expiresAt: Infinity })).toEqual([]);
      expect(bench.give({ type: 'close' })).toEqual([]);
    },
  );

  test.each([
    [
      'dialing',
      (): ReturnType<typeof createBench> => {
        const bench = createBench();
        bench.give({ type: 'start' });
        return bench;
      },
    ],
    ['up', joined],
    [
      'waiting',
      () => {
        const bench = joined();
        bench.retry();
        return bench;
      },
    ],
  ] as const)('close while %s drops and is silent', (_phase, make) => {
    const bench = make();
    expect(bench.give({ type: 'close' })).toEqual(['drop']);
    expect(bench.machine.nextTimeoutAt()).toBeUndefined();
    expect(bench.give({ type: 'up' })).toEqual([]);
  });
});
