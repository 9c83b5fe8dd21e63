import { describe, expect, it } from 'vitest';
import {
  type CallEvent,
  createLiveCalls,
  type LiveCall,
} from '../../../web/operator/live-calls.ts';

const call = (legId: string, more: Partial<LiveCall> = {}): LiveCall => ({
  legId,
  state: 'joined',
  direction: 'inbound',
  from: '+46•••••67',
  isProtected: false,
  callId: '••••••789',
  supportCode: '175039',
  startedAt: '2026-03-01T08:00:00.000Z',
  engine: 'embedded',
  trunk: 'telia',
  mos: null,
  muted: false,
  handRaised: false,
  onHold: false,
  desk: null,
  ...more,
});

const event = (type: string, legId: string, data: object = {}): CallEvent => ({
  type,
  at: '2026-03-01T08:00:01.000Z',
  data: { legId, state: 'joined', from: '+46•••••67', direction: 'inbound', ...data },
});

const counted = (subscribe: (listener: () => void) => unknown): { times: number } => {
  const count = { times: 0 };
  subscribe(() => {
    count.times += 1;
  });
  return count;
};

describe('the live calls of the page', () => {
  it('has who waits longest first, and the others newest first', () => {
    const calls = createLiveCalls();
    const at = (minute: number) => `2026-03-01T08:0${minute}:00.000Z`;
    calls.replace(
      [
        call('old', { startedAt: at(1) }),
        call('second', { state: 'waiting', startedAt: at(3) }),
        call('first', { state: 'waiting', startedAt: at(2) }),
        call('new', { startedAt: at(4) }),
      ],
      0,
    );
    expect(calls.waiting()).toEqual(['first', 'second']);
    expect(calls.others()).toEqual(['new', 'old']);
  });

  it('tells a row of its own change alone, and the table of none', () => {
    const calls = createLiveCalls();
    calls.replace([call('a'), call('b')], 0);
    const order = calls.others();
    const [table, a, b] = [
      counted(calls.subscribe),
      counted((listener) => calls.subscribeTo('a', listener)),
      counted((listener) => calls.subscribeTo('b', listener)),
    ];
    calls.apply(event('call.muted', 'a'), 10);
    expect(calls.get('a')?.muted).toBe(true);
    expect([table.times, a.times, b.times]).toEqual([0, 1, 0]);
    expect(calls.others()).toBe(order);
  });

  it('tells the table when a call comes, moves into the lobby and ends', () => {
    const calls = createLiveCalls();
    calls.replace([], 0);
    const table = counted(calls.subscribe);
    expect(calls.apply(event('call.ringing', 'a', { state: 'ringing' }), 1)).toBe(true);
    expect(calls.apply(event('call.waiting', 'a', { state: 'waiting' }), 2)).toBe(false);
    expect(calls.waiting()).toEqual(['a']);
    calls.apply(event('call.ended', 'a', { state: 'ended' }), 3);
    expect(calls.waiting()).toEqual([]);
    expect(table.times).toBe(3);
  });

  it('keeps what an event said from a list that is older', () => {
    const calls = createLiveCalls();
    calls.replace([call('a', { state: 'waiting' }), call('gone')], 0);
    calls.apply(event('call.joined', 'a'), 100_000);
    calls.apply(event('call.ringing', 'fresh', { state: 'ringing' }), 100_000);
    calls.apply(event('call.ended', 'gone'), 100_000);
    // Asked a second later; the store has not heard of it yet.
    calls.replace([call('a', { state: 'waiting', mos: 4.2 }), call('gone')], 101_000);
    expect(calls.get('a')).toMatchObject({ state: 'joined', mos: 4.2 });
    expect(calls.get('fresh')).toBeDefined();
    expect(calls.get('gone')).toBeUndefined();
  });

  it('follows the list where the events have been silent', () => {
    const calls = createLiveCalls();
    calls.apply(event('call.joined', 'a'), 0);
    calls.apply(event('call.joined', 'lost'), 0);
    calls.replace([call('a', { state: 'waiting' })], 60_000);
    expect(calls.waiting()).toEqual(['a']);
    expect(calls.get('lost')).toBeUndefined();
  });

  it('does not bring back a call of which a late event comes', () => {
    const calls = createLiveCalls();
    calls.apply(event('call.ended', 'a'), 0);
    calls.apply(event('call.muted', 'a'), 1);
    expect(calls.get('a')).toBeUndefined();
  });

  it('knows the number of a call of ours from the list alone', () => {
    const calls = createLiveCalls();
    const out = { direction: 'outbound', from: '+46480445511' };
    calls.apply(event('call.ringing', 'a', out), 0);
    expect(calls.get('a')?.from).toBeNull();
  });

  it('leaves events alone that are of no call', () => {
    const calls = createLiveCalls();
    expect(calls.apply(event('meeting.locked', 'a'), 0)).toBe(false);
    expect(calls.apply({ type: 'call.joined', at: '', data: {} }, 0)).toBe(false);
    expect(calls.others()).toEqual([]);
  });

  it('says nothing where a list brings nothing new', () => {
    const calls = createLiveCalls();
    calls.replace([call('a')], 0);
    const [table, row] = [
      counted(calls.subscribe),
      counted((listener) => calls.subscribeTo('a', listener)),
    ];
    calls.replace([call('a')], 1);
    expect([table.times, row.times]).toEqual([0, 0]);
  });

  it('have those who ask for a person apart, longest first, until they are back', () => {
    const calls = createLiveCalls();
    calls.replace([call('a'), call('b', { desk: 'called' })], 0);
    expect(calls.asking()).toEqual(['b']);
    expect(calls.others()).toEqual(['a']);
    calls.apply(event('call.desk-called', 'a'), 1);
    expect(calls.asking()).toHaveLength(2);
    calls.apply(event('call.desk-answered', 'a'), 2);
    expect(calls.get('a')?.desk).toBe('answered');
    calls.apply(event('call.desk-over', 'a'), 3);
    expect(calls.asking()).toEqual(['b']);
  });
});
