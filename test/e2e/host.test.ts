/** A host on the phone: mute all, end, and what follows when the host leaves; and who was removed. */
import { RoomServiceClient } from 'livekit-server-sdk';
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
  it('mutes all phones but the own, and lets them be heard again', async () => {
    const meeting = await scene.book();
    const witness = await stage.witness(meeting);
    const chair = await scene.host(meeting);
    const guest = await scene.guest(meeting, 'joined');
    const [newest] = await stage.calls('joined');
    const identity = phonesSeen(witness).find((of) => of.endsWith(newest?.legId ?? '?')) ?? '';
    const hostIdentity = phonesSeen(witness).find((of) => of !== identity) ?? '';
    guest.call.sound.speak(sine(440), { endless: true });
    await stage.until('the guest', () => (hearsTone(chair.call, 440) ? true : undefined));
    await chair.call.press('*5');
    await stage.until('the mute', () => (witness.isMuted(identity) ? true : undefined));
    expect(witness.isMuted(hostIdentity)).toBe(false);
    await scene.told(guest, 'muted-by-host');
    expect(hearsTone(chair.call, 440)).toBe(false);
    await chair.call.press('*5');
    await stage.until('the unmute', () => (witness.isMuted(identity) ? undefined : true));
    await stage.until('the guest again', () => (hearsTone(chair.call, 440) ? true : undefined));
  });

  it('ends the meeting for all, asked twice', async () => {
    const meeting = await scene.book();
    const chair = await scene.host(meeting);
    const guest = await scene.guest(meeting, 'joined');
    await chair.call.press('*4');
    await scene.said(chair, 'host-leave-menu');
    await chair.call.press('2');
    await scene.said(chair, 'end-sure');
    expect(await stage.calls('joined')).toHaveLength(2);
    await chair.call.press('9');
    await scene.told(guest, 'goodbye');
    expect(await guest.call.ended).toMatchObject({ by: 'remote', how: 'bye' });
    expect(await chair.call.ended).toMatchObject({ by: 'remote', how: 'bye' });
  });

  it('who leaves puts the guests out of the room, without a path for sound', async () => {
    const meeting = await scene.book({ afterHostLeaves: 'lobby' });
    const witness = await stage.witness(meeting);
    const chair = await scene.host(meeting);
    const guest = await scene.guest(meeting, 'joined');
    await witness.playTone(1000, -20);
    await stage.until('the room', () => (hearsTone(guest.call, 1000) ? true : undefined));
    chair.call.hangUp();
    await stage.until('the wait', async () =>
      (await stage.calls('waiting')).length === 1 ? true : undefined,
    );
    await scene.told(guest, 'host-wait');
    await sleep(1_000);
    expect(hearsTone(guest.call, 1000)).toBe(false);
    expect(phonesSeen(witness)).toEqual([]);
    await scene.host(meeting);
    await stage.until('the room again', () => (hearsTone(guest.call, 1000) ? true : undefined));
  });

  it('who leaves ends the meeting for all where it says so', async () => {
    const meeting = await scene.book({ afterHostLeaves: 'end' });
    const chair = await scene.host(meeting);
    const guest = await scene.guest(meeting, 'joined');
    chair.call.hangUp();
    await scene.told(guest, 'goodbye');
    expect(await guest.call.ended).toMatchObject({ by: 'remote', how: 'bye' });
  });
});

describe('a caller who was removed', () => {
  it('and calls again waits in the lobby, out of the room', async () => {
    const meeting = await stage.meeting();
    const witness = await stage.witness(meeting);
    const caller = await stage.joined(meeting);
    const identity = witness.participants().find((p) => p.identity.startsWith('ringbro:'));
    const { url, apiKey, apiSecret } = stage.livekit;
    const rooms = new RoomServiceClient(url.replace('ws', 'http'), apiKey, apiSecret);
    await rooms.removeParticipant(meeting.room, identity?.identity ?? '');
    await caller.ended;
    await witness.playTone(1000, -20);
    const again = await stage.phone();
    await again.answer;
    await again.press(meeting.callId);
    await stage.until('the lobby', async () =>
      (await stage.calls('waiting')).length === 1 ? true : undefined,
    );
    await sleep(2_000);
    expect(hearsTone(again, 1000)).toBe(false);
  });
});
