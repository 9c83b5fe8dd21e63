import { expect, test } from 'vitest';
import { createCallEvents } from '../../src/call/call-events.ts';
import type { CallRecord, TimelineEntry } from '../../src/call/ports/call-records.ts';
import { terminationOf } from '../../src/call/end-reasons.ts';
import { callRecord } from '../store/records.ts';

const timeline = (...events: readonly string[]): readonly TimelineEntry[] =>
  events.map((event, at) => ({ at, event, fields: { by: 'host' } }));

function typesOf(...steps: readonly Partial<CallRecord>[]): string[] {
  const events = createCallEvents();
  return steps.flatMap((step) =>
    events.changed(9_000, callRecord('leg', step)).map(({ type }) => type),
  );
}

test('a call is told of state by state, and each thing once', () => {
  expect(
    typesOf(
      { state: 'ringing', timeline: timeline('arrived') },
      { state: 'ivr', timeline: timeline('arrived', 'answered') },
      { state: 'ivr', timeline: timeline('arrived', 'answered', 'entered') },
      { state: 'waiting', timeline: timeline('arrived', 'answered', 'entered', 'waiting') },
      { state: 'joined', timeline: timeline('arrived', 'answered', 'entered', 'waiting', 'muted') },
      {
        state: 'ended',
        timeline: timeline('arrived', 'answered', 'entered', 'waiting', 'muted', 'ended'),
      },
    ),
  ).toEqual([
    'call.ringing',
    'call.ivr',
    'call.waiting',
    'call.joined',
    'call.muted',
    'call.ended',
  ]);
});

test('the figures that come after the end are no second end', () => {
  const over = { state: 'ended', endedAt: 9_000 } as const;
  expect(typesOf({ state: 'ivr' }, over, over)).toEqual(['call.ivr', 'call.ended']);
});

test('one who is put out of the meeting has left it, and waits', () => {
  expect(typesOf({ state: 'joined' }, { state: 'waiting' })).toEqual([
    'call.joined',
    'call.left',
    'call.waiting',
  ]);
});

test('the end says how, and neither number nor timeline is in it', () => {
  const record = callRecord('leg', {
    state: 'ended',
    startedAt: 1_000,
    endedAt: 61_000,
    termination: terminationOf('hung-up'),
    details: { supportCode: '123456' },
  });
  const [ended] = createCallEvents().changed(62_000, record);
  expect(ended).toEqual({
    type: 'call.ended',
    at: 61_000,
    data: {
      legId: 'leg',
      nodeId: 'node-a',
      direction: 'inbound',
      state: 'ended',
      from: '+46•••••67',
      callId: null,
      supportCode: '123456',
      startedAt: '1970-01-01T00:00:01.000Z',
      ...terminationOf('hung-up'),
      durationS: 60,
      joined: false,
    },
  });
});
