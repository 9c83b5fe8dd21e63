/** What callers are told and how far they come: names, languages, limits; by ear, with a witness in the room. */
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PhoneCall } from '../../src/caller/phone.ts';
import type { Language } from '../../src/ivr/language.ts';
import { disposeWitnesses } from '../support/witness.ts';
import {
  createMeetingStage,
  hearsTone,
  sine,
  sleep,
  type MeetingStage,
  type StagedMeeting,
} from './support/meeting-stage.ts';
import {
  endReason,
  isTold,
  placeCall,
  reaches,
  recordOf,
  type PlacedCall,
} from './support/placed-call.ts';
import { hearPhrase } from './support/spoken.ts';

const toneVoice = fileURLToPath(new URL('support/tone-voice.ts', import.meta.url));
/** What the voice makes of a name that begins with K, and of any other. */
const [kHz, otherHz] = [700, 900];
const wrongId = '123456789';

let stage: MeetingStage;
/** Began first, since it takes a minute: see the last test. */
let oneMinute: { readonly meeting: StagedMeeting; readonly call: PhoneCall };

beforeAll(async () => {
  stage = await createMeetingStage({
    RINGBRO_NUMBERS: '+46480445511=sv,+46480445522=en,+4589100000=da',
    RINGBRO_SPEECH_COMMAND: `${process.execPath} ${toneVoice} {language}`,
  });
});
afterAll(async () => {
  await stage.close();
  await disposeWitnesses();
});

const invite = async (meeting: StagedMeeting, fields: object): Promise<string> => {
  const path = `/api/meetings/${meeting.callId}/invitees`;
  const { status, body } = await stage.gateway.api('POST', path, fields);
  expect(status).toBe(201);
  return (body as { pin: string }).pin;
};
/** Dials the meeting, keys the PIN, and is in. */
const enter = async (meeting: StagedMeeting, pin: string): Promise<PlacedCall> => {
  const called = await placeCall(stage, { user: meeting.callId });
  await isTold(stage, called.legId, 'enter-pin');
  await called.call.press(pin);
  await reaches(stage, called.legId, 'joined');
  await sleep(800);
  return called;
};

it('a call of a minute at most is begun', async () => {
  const meeting = await stage.meeting({ callLimitMinutes: 1 });
  oneMinute = { meeting, call: await stage.joined(meeting) };
});

describe('names', () => {
  const leftover: PhoneCall[] = [];
  afterEach(async () => {
    await Promise.all(leftover.splice(0).map((call) => call.close()));
  });
  const enters = async (meeting: StagedMeeting, pin: string): Promise<PlacedCall> => {
    const called = await enter(meeting, pin);
    leftover.push(called.call);
    return called;
  };

  it('are said to the host who comes and who is here, and to no guest', async () => {
    const meeting = await stage.meeting({
      hostPin: '908172',
      guestPin: '635241',
      entrySignal: 'names',
    });
    const karin = await invite(meeting, { name: 'Karin Ek', organisation: 'Regionen' });
    const host = await enters(meeting, '908172');
    const guest = await enters(meeting, '635241');
    let guestHeard = false;
    const hostHears = (hz: number): Promise<true> =>
      stage.until(`${hz} Hz`, () => {
        guestHeard ||= hearsTone(guest.call, kHz) || hearsTone(guest.call, otherHz);
        return hearsTone(host.call, hz) ? true : undefined;
      });
    await enters(meeting, karin);
    await hostHears(kHz);
    await isTold(stage, guest.legId, 'somebody-came');
    await host.call.press('*1');
    await sleep(300);
    await host.call.press('1');
    await hostHears(kHz);
    await hostHears(otherHz);
    expect(guestHeard).toBe(false);
    expect(stage.gateway.output()).not.toMatch(/Karin|Regionen/);
  });

  it('of a relay service stand for two calls at once, both heard in the room', async () => {
    const meeting = await stage.meeting();
    const pin = await invite(meeting, { name: 'Relay', role: 'relay' });
    const witness = await stage.witness(meeting);
    const first = await enters(meeting, pin);
    const second = await enters(meeting, pin);
    const tones = [
      { ...first, hz: 440 },
      { ...second, hz: 620 },
    ];
    for (const { call, hz } of tones) call.sound.speak(sine(hz), { endless: true });
    for (const { legId, hz } of tones) {
      const isHis = ({ identity }: { readonly identity: string }) => identity.endsWith(legId);
      const { identity } = await stage.until('the caller', () =>
        witness.participants().find(isHis),
      );
      await stage.until(`${hz} Hz in the room`, async () =>
        Math.abs((await witness.hear(identity, 600)).dominantHz - hz) < 20 ? true : undefined,
      );
      expect((await recordOf(stage, legId)).state).toBe('joined');
    }
  });
});

describe('a whole call', () => {
  it.each<[Language, string]>([
    ['en', '0480445522'],
    ['da', '+4589100000'],
  ])('in %s: wrong ID, waiting room, let in, muted', async (language, user) => {
    const meeting = await stage.meeting({ admission: 'lobby' });
    const { call, legId } = await placeCall(stage, { user, number: '+46708888888' });
    const hears = (key: 'wrong-id' | 'lobby' | 'muted'): Promise<void> =>
      hearPhrase(stage, call, legId, key, language);
    await call.press(wrongId);
    await hears('wrong-id');
    await call.press(meeting.callId);
    await hears('lobby');
    await stage.gateway.api('POST', `/api/calls/${legId}/admit`);
    await reaches(stage, legId, 'joined');
    await sleep(800);
    await call.press('*6');
    await hears('muted');
    await call.close();
  });
});

describe('limits', () => {
  it('one whom nobody lets in is told so when the time is up, and was never in the room', async () => {
    const meeting = await stage.meeting({ admission: 'lobby', lobbyLimitSeconds: 5 });
    const witness = await stage.witness(meeting);
    const { call, legId } = await placeCall(stage);
    await call.press(meeting.callId);
    await reaches(stage, legId, 'waiting');
    await hearPhrase(stage, call, legId, 'nobody-let-you-in');
    await call.ended;
    expect(await endReason(stage, legId)).toBe('wait-limit');
    expect(witness.participants()).toEqual([]);
  });

  it('above the rate of guesses one sentence says nothing, to that number alone, and a right ID is let in', async () => {
    const guesser = { number: '+46709990001' };
    for (let calls = 0; calls < 2; calls++) {
      const { call, legId } = await placeCall(stage, guesser);
      await call.press(wrongId + wrongId + wrongId);
      await isTold(stage, legId, 'no-more-tries');
      await call.close();
    }
    const again = await placeCall(stage, guesser);
    await again.call.press(wrongId);
    await hearPhrase(stage, again.call, again.legId, 'general-refusal');
    const other = await placeCall(stage, { number: '+46709990002' });
    await other.call.press(wrongId);
    await hearPhrase(stage, other.call, other.legId, 'wrong-id');
    const meeting = await stage.meeting();
    await again.call.press(meeting.callId);
    await reaches(stage, again.legId, 'joined');
    await Promise.all([again.call.close(), other.call.close()]);
  });

  it('a call of a minute at most is told its end, and ended', async () => {
    const ended = await stage.until(
      'the end of the call',
      async () => {
        const items = await stage.gateway.api(
          'GET',
          `/api/calls?callId=${oneMinute.meeting.callId}`,
        );
        return (items.body as { items: { termination: { reason: string } | null }[] }).items[0]
          ?.termination?.reason;
      },
      70_000,
    );
    expect(ended).toBe('call-limit');
    await oneMinute.call.ended;
  }, 90_000);
});
