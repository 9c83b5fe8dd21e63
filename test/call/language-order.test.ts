import { describe, expect, test } from 'vitest';
import { createCallWorld, createMeeting } from '../support/call-world.ts';

/** The number of the world's settings speaks Swedish. What the invitee adds: invitees.test.ts. */
const admittedIn = async (
  user: string | undefined,
  keys: readonly string[],
): Promise<string | undefined> => {
  const world = await createCallWorld({ meetings: [createMeeting({ language: 'da' })] });
  const caller = world.place(user === undefined ? {} : { user });
  await world.clock.advance(3_000);
  for (const pressed of keys) {
    caller.press(pressed);
    await world.clock.advance(2_000);
  }
  await world.clock.advance(8_000);
  return /admitted \[microphone tone\] in (\w\w)/.exec(world.trace())?.[1];
};

describe('the language of a caller', () => {
  test('is the one chosen by key before all others', async () => {
    expect(await admittedIn(undefined, ['*', '2', '123456789'])).toBe('en');
  });

  test("is otherwise the dialled number's, before the meeting's", async () => {
    expect(await admittedIn(undefined, ['123456789'])).toBe('sv');
  });

  test("is the meeting's where the number has none: its ID was dialled", async () => {
    expect(await admittedIn('123456789', [])).toBe('da');
  });
});
