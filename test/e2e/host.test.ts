/** A host on the phone: who waits, mute all, lock, end, and what follows when the host leaves. */
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PhoneCall } from '../../src/caller/phone.ts';
import type { PhraseKey } from '../../src/ivr/manuscript.ts';
import { disposeWitnesses, type Witness } from '../support/witness.ts';
import {
  createMeetingStage,
  hearsTone,
  sine,
  sleep,
  type MeetingStage,
  type StagedMeeting,
} from './support/meeting-stage.ts';
import { hearPhrase } from './support/spoken.ts';

afterAll(() => disposeWitnesses());

const hostPin = '9898';
const guestPin = '1212';

describe('a host on the phone', () => {
  let stage: MeetingStage;
  beforeAll(async () => {
    stage = await createMeetingStage();
  });
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  const book = (fields: object): Promise<StagedMeeting> =>
    stage.meeting({ guestPin, hostPin, ...fields });
  /** Dials and enters ID and PIN; resolves when the calls in `state` are one more. */
  const enter = async (
    meeting: StagedMeeting,
    pin: string,
    state: 'joined' | 'waiting',
    number: string,
  ): Promise<PhoneCall> => {
    const before = (await stage.calls(state)).length;
    const call = await stage.phone({ number });
    await call.answer;
    await call.press(meeting.callId);
    await sleep(600);
    await call.press(pin);
    await stage.until(`one more ${state}`, async () =>
      (await stage.calls(state)).length > before ? true : undefined,
    );
    legs.set(call, (await stage.calls(state))[0]?.legId ?? '');
    await sleep(800);
    return call;
  };
  const host = (meeting: StagedMeeting) => enter(meeting, hostPin, 'joined', '+46709999999');
  const legs = new Map<PhoneCall, string>();
  const told = (caller: PhoneCall, key: PhraseKey): Promise<void> =>
    hearPhrase(stage, caller, legs.get(caller) ?? '', key);
  /** Said, whether or not it was recognised: a menu stays open for ten seconds after its words. */
  const said = (caller: PhoneCall, key: PhraseKey): Promise<true> =>
    stage.until(key, async () => {
      const { body } = await stage.gateway.api('GET', `/api/calls/${legs.get(caller) ?? ''}`);
      return JSON.stringify(body).includes(key) ? true : undefined;
    });
  const phonesSeen = (witness: Witness): readonly string[] =>
    witness
      .participants()
      .map(({ identity }) => identity)
      .filter((identity) => identity.startsWith('ringbro:'));

  it('hears that a phone waits, and lets it in by key: not a sound passes before', async () => {
    const meeting = await book({ admission: 'lobby' });
    const witness = await stage.witness(meeting);
    const chair = await host(meeting);
    const guest = await enter(meeting, guestPin, 'waiting', '+46701111111');
    await witness.playTone(1000, -20);
    guest.sound.speak(sine(440), { endless: true });
    await told(chair, 'phone-waiting');
    await sleep(2_000);
    expect(hearsTone(guest, 1000)).toBe(false);
    expect(hearsTone(chair, 440)).toBe(false);
    expect(phonesSeen(witness)).toHaveLength(1);
    await chair.press('*3');
    await said(chair, 'waiting-menu');
    await chair.press('1');
    await stage.until('the room', () => (hearsTone(guest, 1000) ? true : undefined));
    await stage.until('the guest at the host’s ear', () =>
      hearsTone(chair, 440) ? true : undefined,
    );
  });

  it('refuses one who waits, asked twice', async () => {
    const meeting = await book({ admission: 'lobby' });
    const chair = await host(meeting);
    const guest = await enter(meeting, guestPin, 'waiting', '+46701111111');
    await chair.press('*3');
    await sleep(1_000);
    await chair.press('3');
    await said(chair, 'refuse-sure');
    expect(await stage.calls('waiting')).toHaveLength(1);
    await chair.press('9');
    await told(guest, 'not-admitted');
    expect(await guest.ended).toMatchObject({ by: 'remote', how: 'bye' });
  });

  it('mutes all phones but the own, and lets them be heard again', async () => {
    const meeting = await book({});
    const witness = await stage.witness(meeting);
    const chair = await host(meeting);
    const guest = await enter(meeting, guestPin, 'joined', '+46701111111');
    const [newest] = await stage.calls('joined');
    const identity = phonesSeen(witness).find((of) => of.endsWith(newest?.legId ?? '?')) ?? '';
    const hostIdentity = phonesSeen(witness).find((of) => of !== identity) ?? '';
    guest.sound.speak(sine(440), { endless: true });
    await stage.until('the guest', () => (hearsTone(chair, 440) ? true : undefined));
    await chair.press('*5');
    await stage.until('the mute', () => (witness.isMuted(identity) ? true : undefined));
    expect(witness.isMuted(hostIdentity)).toBe(false);
    await told(guest, 'muted-by-host');
    expect(hearsTone(chair, 440)).toBe(false);
    await chair.press('*5');
    await stage.until('the unmute', () => (witness.isMuted(identity) ? undefined : true));
    await stage.until('the guest again', () => (hearsTone(chair, 440) ? true : undefined));
  });

  it('locks the meeting: who comes knocks, and the host hears it', async () => {
    const meeting = await book({});
    const chair = await host(meeting);
    await chair.press('*7');
    await told(chair, 'locked-now');
    const guest = await enter(meeting, guestPin, 'waiting', '+46701111111');
    await told(guest, 'locked');
    await told(chair, 'phone-waiting');
    await chair.press('*7');
    await told(chair, 'unlocked-now');
    await stage.until('the guest to join', async () =>
      (await stage.calls('joined')).length === 2 ? true : undefined,
    );
  });

  it('ends the meeting for all, asked twice', async () => {
    const meeting = await book({});
    const chair = await host(meeting);
    const guest = await enter(meeting, guestPin, 'joined', '+46701111111');
    await chair.press('*4');
    await said(chair, 'host-leave-menu');
    await chair.press('2');
    await said(chair, 'end-sure');
    expect(await stage.calls('joined')).toHaveLength(2);
    await chair.press('9');
    await told(guest, 'goodbye');
    expect(await guest.ended).toMatchObject({ by: 'remote', how: 'bye' });
    expect(await chair.ended).toMatchObject({ by: 'remote', how: 'bye' });
  });

  it('who leaves puts the guests out of the room, without a path for sound', async () => {
    const meeting = await book({ afterHostLeaves: 'lobby' });
    const witness = await stage.witness(meeting);
    const chair = await host(meeting);
    const guest = await enter(meeting, guestPin, 'joined', '+46701111111');
    await witness.playTone(1000, -20);
    await stage.until('the room', () => (hearsTone(guest, 1000) ? true : undefined));
    chair.hangUp();
    await stage.until('the wait', async () =>
      (await stage.calls('waiting')).length === 1 ? true : undefined,
    );
    await told(guest, 'host-wait');
    await sleep(1_000);
    expect(hearsTone(guest, 1000)).toBe(false);
    expect(phonesSeen(witness)).toEqual([]);
    await host(meeting);
    await stage.until('the room again', () => (hearsTone(guest, 1000) ? true : undefined));
  });

  it('who leaves ends the meeting for all where it says so', async () => {
    const meeting = await book({ afterHostLeaves: 'end' });
    const chair = await host(meeting);
    const guest = await enter(meeting, guestPin, 'joined', '+46701111111');
    chair.hangUp();
    await told(guest, 'goodbye');
    expect(await guest.ended).toMatchObject({ by: 'remote', how: 'bye' });
  });
});

describe('a caller who was removed', () => {
  let stage: MeetingStage;
  beforeAll(async () => {
    stage = await createMeetingStage();
  });
  afterAll(() => stage.close());

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
