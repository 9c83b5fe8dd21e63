/** Calls on their sound: what the room hears of the caller, what the caller hears of the room. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ParticipantKind } from '@livekit/rtc-node';
import { levelDbfs, steadyToneLevelDbfs } from '../../src/caller/heard.ts';
import type { PhoneCall } from '../../src/caller/phone.ts';
import { disposeWitnesses } from '../support/witness.ts';
import {
  createMeetingStage,
  hearsTone,
  lastHeard,
  sine,
  sleep,
  type MeetingStage,
} from './support/meeting-stage.ts';

afterAll(() => disposeWitnesses());

describe.each([1, 3])('a call on %i media workers', (workers) => {
  let stage: MeetingStage;
  beforeAll(async () => {
    stage = await createMeetingStage({ RINGBRO_WORKERS: String(workers) });
  });
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  const identityOf = async (nth = 0): Promise<string> => {
    const call = (await stage.calls('joined'))[nth];
    expect(call).toBeDefined();
    const { body } = await stage.gateway.api('GET', `/api/calls/${call?.legId ?? ''}`);
    return `ringbro:${(body as { nodeId: string }).nodeId}:${call?.legId ?? ''}`;
  };

  it('shows the caller as a phone, its number masked', async () => {
    const meeting = await stage.meeting();
    const witness = await stage.witness(meeting);
    await stage.joined(meeting);
    const shown = await witness.participant(await identityOf());
    expect(shown.name).toBe('Phone 1');
    expect(shown.info.kind).toBe(ParticipantKind.SIP);
    expect(shown.attributes).toMatchObject({
      'sip.callStatus': 'active',
      'sip.phoneNumber': '+46•••••67',
    });
    expect(JSON.stringify(shown.attributes)).not.toContain('701234');
  });

  it('lets two callers of one meeting hear each other and the room, each without own voice', async () => {
    const meeting = await stage.meeting();
    const witness = await stage.witness(meeting);
    const [first, second] = [await stage.joined(meeting), await stage.joined(meeting)];
    first.sound.speak(sine(440), { endless: true });
    second.sound.speak(sine(700), { endless: true });
    await witness.playTone(1000, -20);
    await stage.until('all tones', () =>
      hearsTone(first, 700) &&
      hearsTone(first, 1000) &&
      hearsTone(second, 440) &&
      hearsTone(second, 1000)
        ? true
        : undefined,
    );
    await sleep(1500);
    expect(steadyToneLevelDbfs(lastHeard(first, 1000), 440)).toBeLessThan(-50);
    expect(steadyToneLevelDbfs(lastHeard(second, 1000), 700)).toBeLessThan(-50);
    const voices = [
      (await witness.hear(await identityOf(0), 1000)).dominantHz,
      (await witness.hear(await identityOf(1), 1000)).dominantHz,
    ].map((hz) => Math.round(hz / 10) * 10);
    expect(voices.toSorted((a, b) => a - b)).toEqual([440, 700]);
  });
});

describe('a call', () => {
  let stage: MeetingStage;
  beforeAll(async () => {
    stage = await createMeetingStage({ RINGBRO_ADMISSION_WORDS: 'full' });
  });
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  /** How the call is recorded to have ended. */
  const reasonOf = (caller: PhoneCall): Promise<string> =>
    stage.until('the record of the end', async () => {
      const ended = await stage.calls('ended');
      return ended.find((call) => call.sipCallId === caller.session.sipCallId)?.termination?.reason;
    });

  it.each(['tone', 'info'] as const)(
    'takes keys by %s where no telephone-event was negotiated',
    async (keys) => {
      const meeting = await stage.meeting();
      const caller = await stage.phone({ keys });
      await caller.answer;
      await sleep(1500);
      await caller.press(meeting.callId);
      await stage.until('the call to join', async () =>
        (await stage.calls('joined')).length === 1 ? true : undefined,
      );
    },
  );

  it('is heard only after the words and the tone of admission', async () => {
    const meeting = await stage.meeting();
    const witness = await stage.witness(meeting);
    const caller = await stage.phone();
    await caller.answer;
    caller.sound.speak(sine(440), { endless: true });
    await caller.press(meeting.callId);
    const legId = await stage.until(
      'the call to join',
      async () => (await stage.calls('joined'))[0]?.legId,
    );
    const identity =
      [...witness.participants()].map((p) => p.identity).find((i) => i.includes(legId)) ?? '';
    await stage.until('the phone to be shown', () =>
      witness.isMuted(identity) ? true : undefined,
    );
    await stage.until('the microphone to open', () =>
      witness.isMuted(identity) ? undefined : true,
    );
    expect((await witness.hear(identity, 1000)).dominantHz).toBeCloseTo(440, -1);
  });

  it('waits in the lobby without hearing or being heard, and joins when let in', async () => {
    const meeting = await stage.meeting({ admission: 'lobby' });
    const witness = await stage.witness(meeting);
    await witness.playTone(1000, -20);
    const caller = await stage.phone();
    await caller.answer;
    caller.sound.speak(sine(440), { endless: true });
    await caller.press(meeting.callId);
    const waiting = await stage.until('the lobby', async () => (await stage.calls('waiting'))[0]);
    await sleep(2500);
    expect(hearsTone(caller, 1000)).toBe(false);
    expect(witness.participants().filter((p) => p.identity.startsWith('ringbro:'))).toEqual([]);
    await stage.gateway.api('POST', `/api/calls/${waiting.legId}/admit`);
    await stage.until('the room', () => (hearsTone(caller, 1000) ? true : undefined));
  });

  it('is muted and unmuted by the API, and the room sees it', async () => {
    const meeting = await stage.meeting();
    const witness = await stage.witness(meeting);
    const caller = await stage.joined(meeting);
    caller.sound.speak(sine(440), { endless: true });
    const [shown] = await stage.calls('joined');
    const identity =
      witness.participants().find((p) => p.identity.endsWith(shown?.legId ?? '?'))?.identity ?? '';
    await stage.until('the open microphone', () => (witness.isMuted(identity) ? undefined : true));
    await stage.gateway.api('POST', `/api/calls/${shown?.legId ?? ''}/mute`);
    await stage.until('the mute', () => (witness.isMuted(identity) ? true : undefined));
    await stage.gateway.api('POST', `/api/calls/${shown?.legId ?? ''}/unmute`);
    await stage.until('the unmute', () => (witness.isMuted(identity) ? undefined : true));
    expect((await witness.hear(identity, 1000)).dominantHz).toBeCloseTo(440, -1);
  });

  it('survives hold: silent in the room meanwhile, heard again after it', async () => {
    const meeting = await stage.meeting();
    const witness = await stage.witness(meeting);
    const caller = await stage.joined(meeting);
    caller.sound.speak(sine(440), { endless: true });
    const identity =
      witness.participants().find((p) => p.identity.startsWith('ringbro:'))?.identity ?? '';
    const untilMuted = (muted: boolean) =>
      stage.until(muted ? 'the muted microphone' : 'the open microphone', () =>
        witness.isMuted(identity) === muted ? true : undefined,
      );
    await untilMuted(false);
    expect((await witness.hear(identity, 500)).dominantHz).toBeCloseTo(440, -1);
    expect(await caller.setHold(true)).toBe('sendonly');
    await untilMuted(true);
    expect(await caller.setHold(false)).toBe('sendrecv');
    await untilMuted(false);
    expect((await witness.hear(identity, 1000)).dominantHz).toBeCloseTo(440, -1);
    expect((await stage.calls('joined')).length).toBe(1);
  });

  it('is told when the meeting is end-to-end encrypted, and ended', async () => {
    const meeting = await stage.meeting();
    const witness = await stage.witness(meeting, 'secretive', { endToEndEncrypted: true });
    await witness.playTone(1000, -20);
    const caller = await stage.phone();
    await caller.answer;
    await caller.press(meeting.callId);
    await caller.ended;
    expect(await reasonOf(caller)).toBe('room-encrypted');
    expect(levelDbfs(lastHeard(caller, 2000))).toBeGreaterThan(-50);
  });

  it('of a meeting that ends is told so and hung up by us', async () => {
    const meeting = await stage.meeting();
    const caller = await stage.joined(meeting);
    await stage.gateway.api('POST', `/api/meetings/${meeting.callId}/end`);
    expect(await caller.ended).toMatchObject({ by: 'remote', how: 'bye' });
    expect(await reasonOf(caller)).toBe('meeting-over');
  });
});
