import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCallMachine, type CallMachine } from '../../src/call/call-machine.ts';
import type { CallInput, CallOutput, Route } from '../../src/call/call-messages.ts';
import { defaultCallSettings } from '../../src/call/call-settings.ts';
import type { LegEndCause, RoomLeftReason } from '../../src/call/ports/sip-engine.ts';
import { createMeeting, meetingId } from '../support/call-world.ts';

const alone = {
  guessesExceeded: () => false,
  hostPresent: () => false,
  companions: () => 0,
  extraPeople: () => 0,
  waitingCallers: () => [],
  phonesIn: () => [],
  asideCompanions: () => 0,
  phonesMuted: () => false,
  mustKnock: () => false,
};
const create = (route: Route = { kind: 'ivr', language: 'sv' }): CallMachine =>
  createCallMachine({ route, settings: defaultCallSettings, surroundings: alone });
const media = { codec: 'PCMA', encrypted: false };

/** Every input with which a call can be met, at any time and in any order. */
const inputs: fc.Arbitrary<CallInput> = fc.oneof(
  fc
    .constantFrom(...Array.from('0123456789*#A'))
    .map((digit) => ({ type: 'digit', digit, source: 'telephone-event' }) as const),
  fc.integer({ min: 0, max: 12 }).map((utteranceId) => ({ type: 'played', utteranceId }) as const),
  fc
    .constantFrom(
      'journal-begun',
      'journal-failed',
      'confirmed',
      'held',
      'resumed',
      'room-lost',
      'room-recovered',
      'muted-by-room',
      'unmuted-by-room',
      'talking-muted',
      'knock',
      'host-left',
      'refuse',
      'meeting-over',
      'company-changed',
      'timeout',
    )
    .map((type) => ({ type })),
  fc.constant({ type: 'answered', media } as const),
  fc.constant({ type: 'admit', by: 'host' } as const),
  fc.boolean().map((muted) => ({ type: 'mute', muted }) as const),
  fc.nat(3).map((others) => ({ type: 'room-audience', others }) as const),
  fc
    .record({ requestId: fc.nat(6), known: fc.boolean(), lobby: fc.boolean(), pin: fc.boolean() })
    .map(({ requestId, known, lobby, pin }) => ({
      type: 'meeting' as const,
      requestId,
      meeting: known
        ? createMeeting({
            admission: lobby ? 'lobby' : 'open',
            guestPin: pin ? '4711' : undefined,
          })
        : undefined,
    })),
  fc.nat(6).map((requestId) => ({ type: 'store-failed', requestId }) as const),
  fc.record({ requestId: fc.nat(6), seated: fc.boolean() }).map(({ requestId, seated }) => ({
    type: 'seat' as const,
    requestId,
    seat: seated ? { seated, number: 1 } : { seated, reason: 'full' as const },
  })),
  fc.record({ requestId: fc.nat(6), joined: fc.boolean() }).map(({ requestId, joined }) => ({
    type: 'joined' as const,
    requestId,
    outcome: joined ? { joined } : { joined, reason: 'unreachable' as const },
  })),
);
const routes: readonly Route[] = [
  { kind: 'ivr', language: undefined },
  { kind: 'call-id', callId: meetingId() },
  { kind: 'video-address', address: 'anna@meet.example.org', otherwise: 'refuse' },
];

const isFinish = (output: CallOutput): boolean => output.do === 'finish';
const longestMs = defaultCallSettings.maxCallMs + defaultCallSettings.goodbyeGuardMs;

/** Lets time alone act until nothing is due any more. */
function letTimePass(machine: CallMachine, from: number): readonly CallOutput[] {
  const outputs: CallOutput[] = [];
  let now = from;
  for (let turns = 0; turns < 2_000; turns++) {
    const at = machine.nextTimeoutAt();
    if (at === undefined) return outputs;
    expect(Number.isFinite(at)).toBe(true);
    now = Math.max(now, at);
    outputs.push(...machine.handle(now, { type: 'timeout' }));
    expect(now).toBeLessThanOrEqual(longestMs);
  }
  throw new Error('timers without end');
}

test('whatever comes in whatever order, a call ends exactly once and in bounded time', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...routes),
      fc.array(fc.tuple(fc.nat(20_000), inputs), { maxLength: 60 }),
      (route, steps) => {
        const machine = create(route);
        const outputs = [...machine.handle(0, { type: 'start' })];
        let now = 0;
        for (const [waitMs, input] of steps) {
          now += waitMs;
          outputs.push(...machine.handle(now, input));
        }
        outputs.push(...letTimePass(machine, now));
        expect(outputs.filter(isFinish)).toHaveLength(1);
        expect(outputs.at(-1)?.do).toBe('finish');
        expect(machine.facts()).toMatchObject({ phase: 'ended', state: 'ended' });
        expect(machine.handle(now, { type: 'hang-up', by: 'host' })).toEqual([]);
      },
    ),
    { numRuns: 400 },
  );
});

/** The way into a meeting, with up to three other things before each step. */
const wayIn: readonly CallInput[] = [
  { type: 'journal-begun' },
  { type: 'answered', media },
  { type: 'confirmed' },
  { type: 'meeting', requestId: 1, meeting: createMeeting() },
  { type: 'seat', requestId: 2, seat: { seated: true, number: 1 } },
  { type: 'joined', requestId: 3, outcome: { joined: true } },
  { type: 'played', utteranceId: 2 },
];
const shakenWayIn = fc
  .tuple(...wayIn.map(() => fc.array(inputs, { maxLength: 3 })))
  .map((noise) => wayIn.flatMap((input, step) => [...(noise[step] ?? []), input]));

test('no caller is ever heard without a seat, a join and the end of the admission words', () => {
  let heard = 0;
  fc.assert(
    fc.property(shakenWayIn, (steps) => {
      const machine = create({ kind: 'call-id', callId: meetingId() });
      const outputs = [...machine.handle(0, { type: 'start' })];
      for (const [step, input] of steps.entries()) {
        const answers = machine.handle(step * 100, input);
        outputs.push(...answers);
        if (!answers.some((output) => output.do === 'set-muted' && !output.muted)) continue;
        heard += 1;
        const noted = outputs.flatMap((output) => (output.do === 'note' ? [output.event] : []));
        expect(noted).toContain('seated');
        expect(noted).toContain('joined');
        expect(machine.facts().phase).toBe('meeting');
        const tones = outputs.filter((output) => output.do === 'play' && output.tone);
        expect(tones.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 500 },
  );
  expect(heard).toBeGreaterThan(0);
});

test('a shaken way in ends exactly once, too', () => {
  fc.assert(
    fc.property(shakenWayIn, (steps) => {
      const machine = create({ kind: 'call-id', callId: meetingId() });
      const outputs = [...machine.handle(0, { type: 'start' })];
      for (const [step, input] of steps.entries())
        outputs.push(...machine.handle(step * 100, input));
      outputs.push(...letTimePass(machine, steps.length * 100));
      expect(outputs.filter(isFinish)).toHaveLength(1);
      expect(outputs.at(-1)?.do).toBe('finish');
    }),
    { numRuns: 300 },
  );
});

describe('which end it was', () => {
  const inMeeting = (): CallMachine => {
    const machine = create({ kind: 'call-id', callId: meetingId() });
    machine.handle(0, { type: 'start' });
    machine.handle(0, { type: 'journal-begun' });
    machine.handle(0, { type: 'answered', media });
    machine.handle(0, { type: 'confirmed' });
    machine.handle(0, { type: 'meeting', requestId: 1, meeting: createMeeting() });
    machine.handle(0, { type: 'seat', requestId: 2, seat: { seated: true, number: 1 } });
    machine.handle(0, { type: 'joined', requestId: 3, outcome: { joined: true } });
    expect(machine.facts().phase).toBe('meeting');
    return machine;
  };
  const reasonAfter = (machine: CallMachine, ...after: readonly CallInput[]): string => {
    for (const input of after) machine.handle(1_000, input);
    letTimePass(machine, 1_000);
    return machine.facts().termination?.reason ?? '';
  };

  test.each<[RoomLeftReason, string]>([
    ['removed', 'removed'],
    ['room-deleted', 'meeting-over'],
    ['duplicate-identity', 'duplicate-identity'],
    ['encrypted', 'room-encrypted'],
    ['rejected', 'room-rejected'],
    ['unreachable', 'room-unreachable'],
  ])('out of the room by %s is %s', (reason, expected) => {
    expect(reasonAfter(inMeeting(), { type: 'room-left', reason })).toBe(expected);
  });

  test.each<[LegEndCause, string]>([
    [{ by: 'caller', how: 'bye' }, 'hung-up'],
    [{ by: 'network', how: 'session-expired' }, 'session-expired'],
    [{ by: 'network', how: 'transport' }, 'transport-lost'],
    [{ by: 'network', how: 'line-dropped' }, 'line-dropped'],
    [{ by: 'network', how: 'engine-lost' }, 'engine-lost'],
    [{ by: 'gateway', how: 'bye' }, 'engine-lost'],
  ])('a leg that ended by $by $how is %s', (cause, expected) => {
    expect(reasonAfter(inMeeting(), { type: 'ended', cause })).toBe(expected);
  });

  test('the first reason wins, also when the caller hangs up during the last words', () => {
    const machine = inMeeting();
    const hungUp = { type: 'ended', cause: { by: 'caller', how: 'bye' } } as const;
    expect(reasonAfter(machine, { type: 'meeting-over' }, { type: 'drain' }, hungUp)).toBe(
      'meeting-over',
    );
  });

  test.each<[CallInput, string]>([
    [{ type: 'media-timeout' }, 'media-timeout'],
    [{ type: 'hang-up', by: 'operator' }, 'operator-hung-up'],
    [{ type: 'hang-up', by: 'host' }, 'removed'],
    [{ type: 'drain' }, 'drained'],
    [{ type: 'bug' }, 'bug'],
    [{ type: 'held' }, 'call-limit'],
    [{ type: 'room-lost' }, 'call-limit'],
    [{ type: 'room-audience', others: 0 }, 'call-limit'],
    [{ type: 'mute', muted: true }, 'call-limit'],
  ])('%o ends by %s', (input, expected) => {
    expect(reasonAfter(inMeeting(), input)).toBe(expected);
  });
});

describe('hold', () => {
  test('a caller on hold in the menus is not given up, and asked again afterwards', () => {
    const machine = create();
    machine.handle(0, { type: 'start' });
    machine.handle(0, { type: 'journal-begun' });
    machine.handle(0, { type: 'answered', media });
    machine.handle(0, { type: 'confirmed' });
    machine.handle(2_000, { type: 'played', utteranceId: 1 });
    machine.handle(3_000, { type: 'held' });
    const hour = 3_600_000;
    for (let at = machine.nextTimeoutAt(); at !== undefined && at < hour;) {
      machine.handle(at, { type: 'timeout' });
      at = machine.nextTimeoutAt();
    }
    expect(machine.facts().phase).toBe('ivr');
    const outputs = machine.handle(hour, { type: 'resumed' });
    expect(outputs).toContainEqual(
      expect.objectContaining({ do: 'play', phrases: [{ key: 'silence-prompt' }] }),
    );
  });
});

describe('ringing', () => {
  test('a call that is to ring first is answered after ringMs, and a CANCEL before ends it', () => {
    const ringing = () => {
      const machine = createCallMachine({
        route: { kind: 'ivr', language: 'sv' },
        settings: { ...defaultCallSettings, ringMs: 800 },
        surroundings: alone,
      });
      machine.handle(0, { type: 'start' });
      expect(machine.handle(5, { type: 'journal-begun' })).toEqual([]);
      return machine;
    };
    expect(ringing().handle(805, { type: 'timeout' })).toEqual([{ do: 'answer' }]);
    const machine = ringing();
    machine.handle(9, { type: 'ended', cause: { by: 'caller', how: 'cancel' } });
    expect(machine.facts().termination?.reason).toBe('cancelled');
  });
});
