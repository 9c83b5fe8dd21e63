import { describe, expect, it } from 'vitest';
import {
  chooseFreeSwitch,
  createFreeSwitchPool,
  type FreeSwitchState,
} from '../../../src/sip/drachtio/freeswitch-pool.ts';
import type { FreeSwitch } from '../../../src/sip/drachtio/freeswitch.ts';

const state = (name: string, changes: Partial<FreeSwitchState> = {}): FreeSwitchState => ({
  name,
  connected: true,
  reachable: true,
  draining: false,
  sessions: 0,
  maxSessions: 100,
  ...changes,
});

describe('the choice of a FreeSWITCH', () => {
  it('falls on the one with most free sessions, not the one with fewest calls', () => {
    const small = state('small', { sessions: 10, maxSessions: 50 });
    const large = state('large', { sessions: 100, maxSessions: 500 });
    expect(chooseFreeSwitch([small, large])).toBe('large');
  });

  it.each([
    ['without its event socket', { connected: false }],
    ['that does not answer OPTIONS', { reachable: false }],
    ['that is being drained', { draining: true }],
    ['without room for a caller in a meeting, two sessions', { sessions: 99 }],
  ])('never falls on one %s', (_what, changes) => {
    expect(chooseFreeSwitch([state('only', changes)])).toBeUndefined();
    expect(chooseFreeSwitch([state('bad', changes), state('good', { sessions: 97 })])).toBe('good');
  });

  it('passes over those that have just failed the call', () => {
    const both = [state('a'), state('b', { sessions: 5 })];
    expect(chooseFreeSwitch(both, new Set(['a']))).toBe('b');
    expect(chooseFreeSwitch(both, new Set(['a', 'b']))).toBeUndefined();
  });
});

describe('a pool of FreeSWITCH', () => {
  const createPool = () => {
    const made: { name: string; closed: boolean; endpoints: number; onIdle: () => void }[] = [];
    const pool = createFreeSwitchPool(({ host, port }, onIdle) => {
      const entry = { name: `${host}:${port}`, closed: false, endpoints: 0, onIdle };
      made.push(entry);
      const freeSwitch: FreeSwitch = {
        name: entry.name,
        host,
        get endpoints() {
          return entry.endpoints;
        },
        eventSockets: 0,
        sipUri: undefined,
        load: () => ({
          connected: true,
          reachable: true,
          sessions: entry.endpoints,
          maxSessions: 10,
        }),
        setReachable: () => undefined,
        createEndpoint: () => Promise.reject(new Error('not here')),
        ready: Promise.resolve(),
        close: async () => {
          entry.closed = true;
        },
      };
      return freeSwitch;
    });
    return { pool, made };
  };

  it('drains one without touching its calls, and takes it back', () => {
    const { pool, made } = createPool();
    pool.add({ host: 'a', port: 1 });
    made[0]!.endpoints = 2;
    expect(pool.drain('a:1')).toBe(true);
    expect(pool.choose()).toBeUndefined();
    expect(made[0]!.closed).toBe(false);
    pool.add({ host: 'a', port: 1 });
    expect(pool.choose()?.name).toBe('a:1');
    expect(made).toHaveLength(1);
  });

  it('lets go of a removed one when its last call is over, not before', () => {
    const { pool, made } = createPool();
    pool.add({ host: 'a', port: 1 });
    pool.add({ host: 'b', port: 1 });
    made[0]!.endpoints = 1;
    expect(pool.remove('a:1')).toBe(true);
    expect(pool.choose()?.name).toBe('b:1');
    expect(made[0]!.closed).toBe(false);
    made[0]!.endpoints = 0;
    made[0]!.onIdle();
    expect(made[0]!.closed).toBe(true);
    expect(pool.states().map(({ name }) => name)).toEqual(['b:1']);
  });

  it('removes an idle one at once, and knows nothing of strangers', () => {
    const { pool, made } = createPool();
    pool.add({ host: 'a', port: 1 });
    expect(pool.remove('a:1')).toBe(true);
    expect(made[0]!.closed).toBe(true);
    expect(pool.remove('a:1')).toBe(false);
    expect(pool.drain('a:1')).toBe(false);
  });

  it('becomes what a list says: one comes, one drains, one goes when its calls are over', () => {
    const { pool, made } = createPool();
    for (const host of ['a', 'b']) pool.add({ host, port: 1 });
    made[0]!.endpoints = 1;
    pool.follow([
      { host: 'b', port: 1, draining: true },
      { host: 'c', port: 1, draining: false },
    ]);
    expect(pool.choose()?.name).toBe('c:1');
    expect(made[0]!.closed).toBe(false);
    made[0]!.endpoints = 0;
    made[0]!.onIdle();
    expect(pool.states()).toMatchObject([
      { name: 'b:1', draining: true },
      { name: 'c:1', draining: false },
    ]);
  });
});
