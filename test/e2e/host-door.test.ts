/** A host on the phone at the door of the meeting: who waits, who is refused, a lock. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { disposeWitnesses } from '../support/witness.ts';
import { createHostScene, type HostScene } from './support/host-scene.ts';
import {
  createMeetingStage,
  hearsTone,
  phonesSeen,
  sine,
  sleep,
  type MeetingStage,
} from './support/meeting-stage.ts';

let stage: MeetingStage;
let scene: HostScene;
beforeAll(async () => {
  stage = await createMeetingStage();
  scene = createHostScene(stage);
});
afterEach(() => stage.clear());
afterAll(async () => {
  await stage.close();
  await disposeWitnesses();
});

describe('a host on the phone', () => {
  it('hears that a phone waits, and lets it in by key: not a sound passes before', async () => {
    const meeting = await scene.book({ admission: 'lobby' });
    const witness = await stage.witness(meeting);
    const chair = await scene.host(meeting);
    const guest = await scene.guest(meeting, 'waiting');
    await witness.playTone(1000, -20);
    guest.call.sound.speak(sine(440), { endless: true });
    await scene.told(chair, 'phone-waiting');
    await sleep(2_000);
    expect(hearsTone(guest.call, 1000)).toBe(false);
    expect(hearsTone(chair.call, 440)).toBe(false);
    expect(phonesSeen(witness)).toHaveLength(1);
    await chair.call.press('*3');
    await scene.said(chair, 'waiting-menu');
    await chair.call.press('1');
    await stage.until('the room', () => (hearsTone(guest.call, 1000) ? true : undefined));
    await stage.until('the guest at the host’s ear', () =>
      hearsTone(chair.call, 440) ? true : undefined,
    );
  });

  it('refuses one who waits, asked twice', async () => {
    const meeting = await scene.book({ admission: 'lobby' });
    const chair = await scene.host(meeting);
    const guest = await scene.guest(meeting, 'waiting');
    await chair.call.press('*3');
    await sleep(1_000);
    await chair.call.press('3');
    await scene.said(chair, 'refuse-sure');
    expect(await stage.calls('waiting')).toHaveLength(1);
    await chair.call.press('9');
    await scene.told(guest, 'not-admitted');
    expect(await guest.call.ended).toMatchObject({ by: 'remote', how: 'bye' });
  });

  it('locks the meeting: who comes knocks, and the host hears it', async () => {
    const meeting = await scene.book();
    const chair = await scene.host(meeting);
    await chair.call.press('*7');
    await scene.told(chair, 'locked-now');
    const guest = await scene.guest(meeting, 'waiting');
    await scene.told(guest, 'locked');
    await scene.told(chair, 'phone-waiting');
    await chair.call.press('*7');
    await scene.told(chair, 'unlocked-now');
    await stage.until('the guest to join', async () =>
      (await stage.calls('joined')).length === 2 ? true : undefined,
    );
  });
});
