import { describe, expect, test } from 'vitest';
import { defaultMeetingOptions } from '../../src/meeting/meeting-options.ts';
import { createCallWorld, createMeeting, meetingId } from '../support/call-world.ts';

const asking = createMeeting({ options: { ...defaultMeetingOptions, askAfter: true } });
const joined = async (meeting = asking) => {
  const world = await createCallWorld({ meetings: [meeting] });
  const caller = world.place({ user: '123456789' });
  await world.clock.advance(10_000);
  expect(caller.heardInRoom).toBe(true);
  return { world, caller };
};

describe('the question afterwards', () => {
  test.each([
    ['1', { technologyWorked: true }],
    ['2', { technologyWorked: false }],
  ])('answered with %s is in the record', async (key, feedback) => {
    const { world, caller } = await joined();
    world.core.meetingOver(meetingId());
    await world.clock.advance(1_000);
    expect(caller.joinedAs).toBeUndefined();
    caller.press(key);
    await world.clock.advance(10_000);
    expect(world.ended[0]).toMatchObject({
      details: { feedback },
      termination: { reason: 'meeting-over' },
    });
    expect(world.trace()).toContain('thanks goodbye');
  });

  test('is put once where the room goes first and the word of the end follows', async () => {
    const { world, caller } = await joined();
    caller.leaveRoom('room-deleted');
    await world.clock.advance(5);
    world.core.meetingOver(meetingId());
    await world.clock.advance(1_000);
    expect(world.trace().split('ask-after')).toHaveLength(2);
    caller.press('2');
    await world.clock.advance(10_000);
    expect(world.ended[0]?.details).toMatchObject({ feedback: { technologyWorked: false } });
  });

  test('that nobody answers is let be, and the call ends as it would have', async () => {
    const { world, caller } = await joined();
    world.core.meetingOver(meetingId());
    await world.clock.advance(30_000);
    expect(caller.ended).toBeDefined();
    expect(world.ended[0]?.termination?.reason).toBe('meeting-over');
    expect(world.ended[0]?.details).not.toHaveProperty('feedback');
  });

  test('is not put to who hung up, was never in, or is in a meeting that asks nothing', async () => {
    const gone = await joined();
    gone.caller.hangUp();
    await gone.world.clock.advance(1_000);
    expect(gone.world.trace()).not.toContain('ask-after');
    const silent = await joined(createMeeting());
    silent.world.core.meetingOver(meetingId());
    await silent.world.clock.advance(10_000);
    expect(silent.world.trace()).not.toContain('ask-after');
  });

  test('ends with the call where an operator hangs up meanwhile', async () => {
    const { world, caller } = await joined();
    world.core.meetingOver(meetingId());
    await world.clock.advance(500);
    world.core.hangUp(caller.leg.invitation.legId);
    await world.clock.advance(500);
    expect(world.ended[0]?.termination?.reason).toBe('meeting-over');
  });
});

describe('a meeting that asks for encrypted lines', () => {
  const options = { ...defaultMeetingOptions, encryption: 'required' } as const;
  const media = { codec: 'PCMA', encrypted: true };

  test('tells a plain call why, and lets it nowhere', async () => {
    const world = await createCallWorld({ meetings: [createMeeting({ options })] });
    const caller = world.place({ user: '123456789' });
    await world.clock.advance(20_000);
    expect(world.trace()).toContain('encryption-required');
    expect(world.trace()).not.toContain('joins as');
    expect(caller.ended).toBeDefined();
    expect(world.ended[0]?.termination).toMatchObject({
      result: 'refused',
      reason: 'encryption-required',
    });
  });

  test('lets an encrypted one in, and help says so', async () => {
    const world = await createCallWorld({ meetings: [createMeeting({ options })] });
    const caller = world.place({ user: '123456789', media });
    await world.clock.advance(10_000);
    expect(caller.heardInRoom).toBe(true);
    caller.press('*0');
    await world.clock.advance(500);
    expect(world.trace()).toContain('line-encrypted commands-help');
  });

  test('help on a plain line does not promise more than there is', async () => {
    const { world, caller } = await joined(createMeeting());
    caller.press('*0');
    await world.clock.advance(500);
    expect(world.trace()).toContain('line-plain commands-help');
  });
});
