import { describe, expect, test } from 'vitest';
import type { Meeting } from '../../src/call/ports/meetings.ts';
import { decideAdmission, type AdmissionContext } from '../../src/meeting/admission.ts';
import { createMeeting } from '../support/call-world.ts';

const now = Date.UTC(2026, 10, 23, 9);
const minutes = (n: number): number => now + n * 60_000;
const decide = (
  meeting: Partial<Meeting> | undefined,
  context: Partial<AdmissionContext> = {},
): ReturnType<typeof decideAdmission> =>
  decideAdmission(meeting === undefined ? undefined : createMeeting(meeting), {
    now,
    pin: undefined,
    letIn: false,
    hostPresent: false,
    lineEncrypted: false,
    roomEncrypted: false,
    ...context,
  });

test('no meeting is unknown; an open one admits', () => {
  expect(decide(undefined)).toEqual({ outcome: 'unknown' });
  expect(decide({})).toEqual({ outcome: 'admit', role: 'guest' });
});

describe('time window', () => {
  test('the booked end closes the door', () => {
    expect(decide({ endsAt: minutes(0) })).toEqual({ outcome: 'ended' });
    expect(decide({ endsAt: now + 1 }).outcome).toBe('admit');
  });

  test('30 minutes early may wait, earlier may not', () => {
    const startsAt = minutes(30);
    expect(decide({ startsAt })).toEqual({ outcome: 'too-early', startsAt, mayWait: true });
    expect(decide({ startsAt: startsAt + 1 })).toMatchObject({ mayWait: false });
    expect(decide({ startsAt: now }).outcome).toBe('admit');
  });
});

test('phones that are not allowed and end-to-end encrypted rooms are told so', () => {
  expect(decide({ phonesAllowed: false }).outcome).toBe('phones-not-allowed');
  expect(decide({}, { roomEncrypted: true }).outcome).toBe('encrypted');
});

describe('PIN', () => {
  test('a guest PIN is wanted, a wrong one told apart', () => {
    expect(decide({ guestPin: '4711' })).toEqual({ outcome: 'pin-wanted', length: 4 });
    expect(decide({ guestPin: '4711' }, { pin: '0000' }).outcome).toBe('wrong-pin');
    expect(decide({ guestPin: '4711' }, { pin: '4711' }).outcome).toBe('admit');
  });

  test('the host PIN is taken at the same question and passes lobby and lock', () => {
    const meeting = {
      guestPin: '4711',
      hostPin: '9999',
      locked: true,
      admission: 'lobby',
    } as const;
    expect(decide(meeting, { pin: '9999' })).toEqual({ outcome: 'admit', role: 'host' });
  });

  test('where only a host PIN is set, guests are not asked', () => {
    expect(decide({ hostPin: '9999' })).toEqual({ outcome: 'admit', role: 'guest' });
  });
});

describe('waiting', () => {
  test('lobby, lock and the missing host each make the caller wait', () => {
    expect(decide({ admission: 'lobby' })).toEqual({ outcome: 'wait', for: 'lobby' });
    expect(decide({ locked: true })).toEqual({ outcome: 'wait', for: 'locked' });
    expect(decide({ admission: 'host' })).toEqual({ outcome: 'wait', for: 'host' });
    expect(decide({ admission: 'host' }, { hostPresent: true }).outcome).toBe('admit');
  });

  test('one who was let in passes all three, but neither the PIN nor the end', () => {
    expect(decide({ admission: 'lobby', locked: true }, { letIn: true }).outcome).toBe('admit');
    expect(decide({ guestPin: '4711' }, { letIn: true }).outcome).toBe('pin-wanted');
    expect(decide({ endsAt: now }, { letIn: true }).outcome).toBe('ended');
  });
});

test('who was removed knocks at an open meeting until a host lets them in', () => {
  expect(decide({}, { mustKnock: true })).toEqual({ outcome: 'wait', for: 'lobby' });
  expect(decide({}, { mustKnock: true, letIn: true }).outcome).toBe('admit');
  expect(decide({ hostPin: '9898' }, { mustKnock: true, pin: '9898' })).toMatchObject({
    outcome: 'admit',
    role: 'host',
  });
});

test('after the last host left, an open meeting waits for one, and no PIN is asked again', () => {
  const left = { hostLeft: true, role: 'guest' } as const;
  expect(decide({ guestPin: '1212' }, left)).toEqual({ outcome: 'wait', for: 'host' });
  expect(decide({ guestPin: '1212' }, { ...left, hostPresent: true }).outcome).toBe('admit');
  expect(decide({ admission: 'lobby' }, { ...left, hostPresent: true })).toEqual({
    outcome: 'wait',
    for: 'lobby',
  });
});
