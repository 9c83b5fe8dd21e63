import { describe, expect, it } from 'vitest';
import { callOutcomes } from '../../../bench/stress/call-outcomes.ts';

const call = (number: number, changes: object = {}) => ({
  number,
  legId: `leg-${number}`,
  sipCallId: `${number}`,
  callId: number % 2 === 0 ? '111111111' : '222222222',
  state: 'ended',
  answeredAt: '2026-03-01T10:00:00Z',
  joinedAt: '2026-03-01T10:00:05Z',
  termination: { result: 'completed', reason: 'hung-up', by: 'caller' },
  ...changes,
});
const keyed = ['111111111', '222222222'];

describe('how the calls of a stress run went', () => {
  it('finds nothing to say of calls that joined what they keyed and hung up themselves', () => {
    const found = callOutcomes([call(0), call(1), call(2)], 3, keyed, [{ mos: 4.3, lossPct: 0 }]);
    expect(found).toMatchObject({ joined: 3, failed: 0, misrouted: 0, byReason: {} });
    expect(found.up).toEqual({ mosMin: 4.3, mosP50: 4.3, lossPctMax: 0 });
  });

  it('takes a wrong room for the worst: digits were read wrongly', () => {
    expect(callOutcomes([call(0, { callId: '222222222' })], 1, keyed, []).misrouted).toBe(1);
  });

  it('counts those that never joined by why they ended', () => {
    const termination = { result: 'abandoned', reason: 'hung-up-in-ivr', by: 'caller' };
    const lost = call(1, { joinedAt: null, callId: null, termination });
    expect(callOutcomes([call(0), lost], 2, keyed, [])).toMatchObject({
      ...{ joined: 1, failed: 1, byReason: { 'hung-up-in-ivr': 1 } },
    });
  });

  it('counts those that the gateway ended, and those that are still there', () => {
    const ended = call(0, {
      termination: { result: 'failed', reason: 'media-timeout', by: 'network' },
    });
    const live = call(1, { state: 'joined', termination: null });
    expect(callOutcomes([ended, live], 2, keyed, []).byReason).toEqual({
      'media-timeout': 1,
      'still joined': 1,
    });
  });

  it('misses calls that left no record', () => {
    expect(callOutcomes([call(0)], 4, keyed, [])).toMatchObject({ logged: 1, failed: 3 });
  });

  it('asks of a call in the IVR no more than an answer', () => {
    const inIvr = call(0, { joinedAt: null, callId: null });
    expect(callOutcomes([inIvr], 1, [], [])).toMatchObject({ failed: 0, joined: 0 });
  });
});
