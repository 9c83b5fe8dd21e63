/** A caller is moved to another meeting: how long nothing is heard, judged on the sound. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { steadyToneLevelDbfs } from '../../src/caller/heard.ts';
import { disposeWitnesses } from '../support/witness.ts';
import {
  createMeetingStage,
  hearsTone,
  phonesSeen,
  sine,
  type MeetingStage,
} from './support/meeting-stage.ts';
import { enterMeeting } from './support/placed-call.ts';

let stage: MeetingStage;
beforeAll(async () => {
  stage = await createMeetingStage();
});
afterAll(async () => {
  await stage.close();
  await disposeWitnesses();
});

it('moves a caller to another meeting: the same call, a gap in the sound of less than a second', async () => {
  const [from, to] = [await stage.meeting(), await stage.meeting()];
  const [here, there] = [await stage.witness(from, 'here'), await stage.witness(to, 'there')];
  await here.playTone(1000, -20);
  await there.playTone(1500, -20);
  const caller = await enterMeeting(stage, from, 'joined');
  caller.call.sound.speak(sine(440), { endless: true });
  const gapsMs: number[] = [];
  for (const [target, hz, oldHz] of [
    [to, 1500, 1000],
    [from, 1000, 1500],
    [to, 1500, 1000],
  ] as const) {
    await stage.until('the room', () => (hearsTone(caller.call, oldHz) ? true : undefined));
    const path = `/api/calls/${caller.legId}/move`;
    const { status } = await stage.gateway.api('POST', path, { callId: target.callId });
    expect([200, 204]).toContain(status);
    await stage.until('the other room', () => (hearsTone(caller.call, hz) ? true : undefined));
    gapsMs.push(gapBetween(caller.call.sound.recorder.pcm(), oldHz, hz));
  }
  // The machine may be busy for once.
  expect(Math.min(...gapsMs)).toBeLessThan(1_000);
  const identity = there.participants().find((p) => p.identity.endsWith(caller.legId))?.identity;
  expect((await there.hear(identity ?? '', 800)).dominantHz).toBeCloseTo(440, -1);
  expect(phonesSeen(here)).toEqual([]);
  const record = (await stage.gateway.api('GET', `/api/calls/${caller.legId}`)).body as {
    room: string;
    timeline: readonly { readonly event: string }[];
  };
  expect(record.room).toBe(to.room);
  expect(record.timeline.filter(({ event }) => event === 'moved')).toHaveLength(3);
  expect(await stage.calls('live')).toHaveLength(1);
});

/** From the last 100 ms that hold the one tone to the first after it that hold the other. */
function gapBetween(pcm: Int16Array, oldHz: number, hz: number): number {
  const step = 400;
  const holds = (at: number, tone: number): boolean =>
    steadyToneLevelDbfs(pcm.slice(at, at + 800), tone) > -50;
  let last = 0;
  let first = pcm.length;
  for (let at = pcm.length - 800; at >= 0; at -= step) {
    if (holds(at, hz)) first = at;
    if (holds(at, oldHz)) {
      last = at + 800;
      break;
    }
  }
  return Math.max(0, (first - last) / 8);
}
