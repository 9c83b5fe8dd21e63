import { expect, test } from 'vitest';
import type { SoundReport } from '../../src/call/ports/sip-engine.ts';
import { createCallWorld, meetingId } from '../support/call-world.ts';

const report: SoundReport = { levelDbfs: -20, clippedPct: 0, echo: 0, lossPct: 0, jitterMs: 5 };
const settings = {
  screening: { test: { number: '+46480445599', callId: meetingId('100000000') } },
  call: { testCallId: meetingId('100000000') },
};

test.each([
  ['the number for tests', { user: '+46480445599' }, ''],
  ['the ID for tests as an address', { user: '100000000' }, ''],
  ['the ID for tests in the menus', {}, '100000000'],
])('who calls %s hears themselves and how they sounded', async (_, called, keys) => {
  const world = await createCallWorld(settings);
  const caller = world.place({ ...called, sound: report });
  await world.clock.advance(3_000);
  caller.press(keys);
  await world.clock.advance(30_000);
  expect(world.trace()).toContain('test-begin');
  expect(world.trace()).toContain('test-good test-goodbye');
  const record = world.ended[0]!;
  expect(record.termination).toEqual({ result: 'completed', reason: 'test-over', by: 'gateway' });
  const heard = record.timeline.find(({ event }) => event === 'sound-tested')?.fields?.['heard'];
  expect(heard).toBe('test-good');
  expect(caller.joinedAs).toBeUndefined();
});

test('an engine that cannot listen says so, and the call ends', async () => {
  const world = await createCallWorld(settings);
  world.place({ user: '+46480445599' });
  await world.clock.advance(30_000);
  expect(world.trace()).toContain('try-later');
  expect(world.ended).toHaveLength(1);
});
