/** What is played to a caller who is alone, or waits to be let in: words, then music, and nothing of the room. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PhraseKey } from '../../src/ivr/manuscript.ts';
import { disposeWitnesses } from '../support/witness.ts';
import {
  createMeetingStage,
  hearsTone,
  phonesSeen,
  sine,
  sleep,
  type MeetingStage,
} from './support/meeting-stage.ts';
import { enterMeeting, placeCall, type PlacedCall } from './support/placed-call.ts';
import { halfSecondLevels, hearPhrase } from './support/spoken.ts';

let stage: MeetingStage;
beforeAll(async () => {
  stage = await createMeetingStage();
});
afterEach(() => stage.clear());
afterAll(async () => {
  await stage.close();
  await disposeWitnesses();
});

const told = ({ call, legId }: PlacedCall, key: PhraseKey): Promise<void> =>
  hearPhrase(stage, call, legId, key);

describe('a caller', () => {
  it('alone is told once and then hears quiet music, until somebody comes', async () => {
    const meeting = await stage.meeting();
    const caller = await enterMeeting(stage, meeting, 'joined');
    // 20 s after the join.
    await sleep(15_000);
    await told(caller, 'alone');
    await sleep(8_000);
    for (const level of halfSecondLevels(caller.call, 3_000)) {
      expect(level).toBeGreaterThan(-45);
      expect(level).toBeLessThan(-24);
    }
    const witness = await stage.witness(meeting);
    await witness.playTone(1000, -20);
    await stage.until('the room', () => (hearsTone(caller.call, 1000) ? true : undefined));
    await witness.close();
  });

  it('waiting hears music between the words, and nothing of the room', async () => {
    const meeting = await stage.meeting({ admission: 'lobby' });
    const witness = await stage.witness(meeting);
    await witness.playTone(1000, -20);
    const caller = await placeCall(stage);
    caller.call.sound.speak(sine(440), { endless: true });
    await caller.call.press(meeting.callId);
    await told(caller, 'lobby');
    await sleep(12_000);
    for (const level of halfSecondLevels(caller.call, 4_000)) {
      expect(level).toBeGreaterThan(-45);
      expect(level).toBeLessThan(-24);
    }
    expect(hearsTone(caller.call, 1000)).toBe(false);
    expect(phonesSeen(witness)).toEqual([]);
  });
});
