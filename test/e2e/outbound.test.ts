/** Calls of ours, help by a person, the test call: on the wire, on sound, with a witness in the room. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RtpEndpoint } from '../../src/caller/rtp-endpoint.ts';
import { writeTrunksFile, type TrunksFile } from '../support/trunks-file.ts';
import { disposeWitnesses } from '../support/witness.ts';
import {
  startAnsweringPhone,
  type AnsweredPhone,
  type AnsweringPhone,
} from './support/answering-phone.ts';
import {
  createMeetingStage,
  hearsTone,
  isTone,
  sine,
  type MeetingStage,
  type StagedMeeting,
} from './support/meeting-stage.ts';
import { placeCall } from './support/placed-call.ts';
import { hearPhrase } from './support/spoken.ts';

/** The provider through whom we call has a loopback address of its own. */
const carrierAddress = '127.0.0.9';
const person = '+46701234567';

let trunks: TrunksFile;
let outside: AnsweringPhone;
let stage: MeetingStage;

beforeAll(async () => {
  outside = await startAnsweringPhone(carrierAddress);
  const carrier = {
    name: 'carrier',
    addresses: [`${carrierAddress}/32`],
    peer: `sip:${carrierAddress}:${outside.port}`,
  };
  trunks = await writeTrunksFile(carrier);
  stage = await createMeetingStage({
    RINGBRO_TRUNKS: trunks.path,
    RINGBRO_SIP_ALLOW: '127.0.0.1',
    RINGBRO_DIAL_OUT_PREFIXES: '+46',
    RINGBRO_DIAL_OUT_TRUNK: 'carrier',
    RINGBRO_DIAL_OUT_NUMBER: '+46480445511',
    RINGBRO_SERVICE_DESK: `sip:desk@${carrierAddress}:${outside.port}`,
    RINGBRO_TEST_NUMBER: '+46480445599',
  });
});
afterEach(async () => {
  outside.refuseWith(undefined);
  for (const call of outside.calls) call.hangUp();
  await stage.clear();
});
afterAll(async () => {
  await stage.close();
  await outside.close();
  await trunks.remove();
  await disposeWitnesses();
});

const heardTone = (sound: RtpEndpoint, hz: number): boolean =>
  isTone(sound.recorder.pcm().slice(-3200), hz);
const dialOut = async (meeting: StagedMeeting, to = person) => {
  const { status, body } = await stage.gateway.api(
    'POST',
    `/api/meetings/${meeting.callId}/dial-out`,
    { to, name: 'Eva' },
  );
  return { status, legId: (body as { legId?: string }).legId ?? '', body };
};
/** The next call that the outside answers. */
const answered = async (before: number): Promise<AnsweredPhone> =>
  stage.until('the call to come', () => outside.calls[before]);
const timelineOf = async (legId: string): Promise<readonly string[]> => {
  const { body } = await stage.gateway.api('GET', `/api/calls/${legId}`);
  return (body as { timeline: { event: string }[] }).timeline.map(({ event }) => event);
};
const recordOf = async (legId: string) => {
  const { body } = await stage.gateway.api('GET', `/api/calls/${legId}`);
  return body as { direction: string; to: string; termination: { reason: string } | null };
};
const asked = (legId: string): Promise<true> =>
  stage.until('the question', async () =>
    (await timelineOf(legId)).includes('asked') ? true : undefined,
  );

describe('somebody who is called into a meeting', () => {
  it('presses 1 and is heard there, past the lobby; before that nobody hears them', async () => {
    const meeting = await stage.meeting({ admission: 'lobby' });
    const witness = await stage.witness(meeting);
    await witness.playTone(1000, -20);
    const before = outside.calls.length;
    const { status, legId } = await dialOut(meeting);
    expect(status).toBe(202);
    const phone = await answered(before);
    expect([phone.dialled, phone.shown]).toEqual([person, '+46480445511']);
    await asked(legId);
    expect(heardTone(phone.sound, 1000)).toBe(false);
    expect(witness.participants()).toEqual([]);
    await phone.sound.press('1');
    phone.sound.speak(sine(440), { endless: true });
    const identity = await stage.until(
      'the person to join',
      () => witness.participants().find((each) => each.identity.endsWith(legId))?.identity,
    );
    await stage.until('the room at their ear', () =>
      heardTone(phone.sound, 1000) ? true : undefined,
    );
    await stage.until('their tone in the room', async () =>
      Math.abs((await witness.hear(identity, 800)).dominantHz - 440) < 20 ? true : undefined,
    );
    const record = await recordOf(legId);
    expect(record.direction).toBe('outbound');
    expect(record.to).not.toContain('0123456');
    phone.hangUp();
    await stage.until('the end', async () =>
      (await recordOf(legId)).termination?.reason === 'hung-up' ? true : undefined,
    );
  });

  it('is busy: the record says so, and nothing is left', async () => {
    outside.refuseWith(486);
    const { legId } = await dialOut(await stage.meeting());
    await stage.until('the end', async () =>
      (await recordOf(legId)).termination?.reason === 'busy' ? true : undefined,
    );
  });

  it.each([
    ['+4915112345678', 403, 'dial-out/not-allowed'],
    ['+46900123456', 403, 'dial-out/not-allowed'],
    ['0701234567', 400, 'request/invalid'],
  ])('at %s is not called', async (to, status, code) => {
    const before = outside.calls.length;
    const refused = await dialOut(await stage.meeting(), to);
    expect([refused.status, (refused.body as { code: string }).code]).toEqual([status, code]);
    expect(outside.calls).toHaveLength(before);
  });
});

describe('help by a person', () => {
  it('is a side room for two: the meeting hears neither, and the caller comes back', async () => {
    const meeting = await stage.meeting();
    const witness = await stage.witness(meeting);
    await witness.playTone(1000, -20);
    const caller = await stage.joined(meeting);
    caller.sound.speak(sine(440), { endless: true });
    const legId = (await stage.calls('joined'))[0]?.legId ?? '';
    const before = outside.calls.length;
    await caller.press('*00');
    const desk = await answered(before);
    desk.sound.speak(sine(700), { endless: true });
    // What was heard just before is in the same stretch of sound for a moment.
    await stage.until('the desk alone at the ear', () =>
      hearsTone(caller, 700) && !hearsTone(caller, 1000) ? true : undefined,
    );
    await stage.until('the caller at the desk', () =>
      heardTone(desk.sound, 440) ? true : undefined,
    );
    expect(hearsTone(caller, 1000)).toBe(false);
    expect(witness.participants().filter(({ identity }) => identity.endsWith(legId))).toEqual([]);
    desk.hangUp();
    await stage.until('the meeting alone again', () =>
      hearsTone(caller, 1000) && !hearsTone(caller, 700) ? true : undefined,
    );
  });
});

describe('after the third wrong ID', () => {
  it('0 leads to a person, in a side room, and then the call is over', async () => {
    const { call: caller, legId } = await placeCall(stage, { number: '+46708888888' });
    const guesses = async (): Promise<number> =>
      (await timelineOf(legId)).filter((event) => event === 'guess').length;
    for (const [at, id] of ['011111111', '022222222', '033333333'].entries()) {
      await caller.press(id);
      await stage.until('the answer', async () => ((await guesses()) > at ? true : undefined));
    }
    caller.sound.speak(sine(440), { endless: true });
    const before = outside.calls.length;
    await caller.press('0');
    const desk = await answered(before);
    desk.sound.speak(sine(700), { endless: true });
    await stage.until('the desk at the ear', () => (hearsTone(caller, 700) ? true : undefined));
    await stage.until('the caller at the desk', () =>
      heardTone(desk.sound, 440) ? true : undefined,
    );
    desk.hangUp();
    await stage.until('the end', async () =>
      (await recordOf(legId)).termination?.reason === 'wrong-id' ? true : undefined,
    );
  });
});

describe('a test call', () => {
  it('plays back what it hears and says how it was; nobody else is there', async () => {
    const { call: caller, legId } = await placeCall(stage, { user: '+46480445599' });
    await hearPhrase(stage, caller, legId, 'test-begin');
    caller.sound.speak(sine(440), { endless: true });
    await stage.until('the own tone', () => (hearsTone(caller, 440) ? true : undefined), 20_000);
    caller.sound.hush();
    await stage.until('the verdict', async () => {
      const { body } = await stage.gateway.api('GET', `/api/calls/${legId}`);
      const { timeline } = body as {
        timeline: { event: string; fields?: { heard?: string } }[];
      };
      return timeline.find(({ event }) => event === 'sound-tested')?.fields?.heard;
    });
    await stage.until('the end', async () =>
      (await recordOf(legId)).termination?.reason === 'test-over' ? true : undefined,
    );
  });
});
