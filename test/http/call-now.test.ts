import { describe, expect, it } from 'vitest';
import type { CallRecord, TimelineEntry } from '../../src/call/ports/call-records.ts';
import { callNow } from '../../src/http/call-now.ts';
import { callRecord } from '../store/records.ts';

const told = (...events: readonly string[]): TimelineEntry[] =>
  events.map((event, at) => ({ at, event }));
const now = (more: Partial<CallRecord>) =>
  callNow({ ...callRecord('leg-1'), state: 'joined', timeline: [], quality: undefined, ...more });

describe('how a call is now', () => {
  it('is as the last word of its story says', () => {
    const timeline = told('muted', 'unmuted', 'muted', 'hand-raised', 'held', 'resumed');
    expect(now({ timeline })).toMatchObject({ muted: true, handRaised: true, onHold: false });
    expect(now({})).toMatchObject({ muted: false, handRaised: false, onHold: false });
  });

  it('is nothing of it when the call is over', () => {
    const timeline = told('muted', 'hand-raised', 'held', 'ended');
    expect(now({ timeline, state: 'ended' })).toMatchObject({
      muted: false,
      handRaised: false,
      onHold: false,
    });
  });

  it('waits for the service desk, or is with it', () => {
    expect(now({ timeline: told('joined', 'desk-called') }).desk).toBe('called');
    expect(now({ timeline: told('desk-called', 'desk-answered', 'muted') }).desk).toBe('answered');
    expect(now({ timeline: told('desk-called', 'desk-over') }).desk).toBeNull();
    expect(now({ timeline: told('desk-called', 'ended'), state: 'ended' }).desk).toBeNull();
  });

  it('has the trunk by which it came', () => {
    const timeline = [{ at: 0, event: 'arrived', fields: { trunk: 'telia' } }];
    expect(now({ timeline }).trunk).toBe('telia');
    expect(now({ timeline: told('arrived') }).trunk).toBeNull();
  });

  it('sounds as its worst way does', () => {
    const way = (mos: number) => ({ packets: 1, lost: 0, lossPct: 0, jitterMs: 0, mos });
    expect(now({ quality: { up: way(4.3), down: way(2.9) } }).mos).toBe(2.9);
    expect(now({ quality: { up: way(4.3), down: undefined } }).mos).toBe(4.3);
    expect(now({}).mos).toBeNull();
  });
});
