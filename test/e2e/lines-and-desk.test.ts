/** Lines that broke, a desk that is a meeting, the question afterwards, signals of who comes: on the wire and on sound. */
import { RoomServiceClient } from 'livekit-server-sdk';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toneLevelDbfs } from '../../src/caller/heard.ts';
import type { PhoneCall } from '../../src/caller/phone.ts';
import { vouchingTrunk, writeTrunksFile, type TrunksFile } from '../support/trunks-file.ts';
import { disposeWitnesses } from '../support/witness.ts';
import {
  createMeetingStage,
  hearsTone,
  isHost,
  lastHeard,
  sine,
  sleep,
  type MeetingStage,
  type StagedMeeting,
} from './support/meeting-stage.ts';
import { endReason, isTold, placeCall, reaches, type PlacedCall } from './support/placed-call.ts';

const deskId = '912345678';
const number = '+46701234567';

interface Shown {
  readonly timeline: readonly { event: string; fields?: { phrases?: string } }[];
  readonly termination: { readonly reason: string } | null;
  readonly feedback: { readonly technologyWorked: boolean } | null;
}

let stage: MeetingStage;
let trunks: TrunksFile;

beforeAll(async () => {
  trunks = await writeTrunksFile(vouchingTrunk);
  stage = await createMeetingStage({
    RINGBRO_TRUNKS: trunks.path,
    RINGBRO_GO_BACK_MINUTES: '5',
    RINGBRO_MEDIA_TIMEOUT_S: '5',
    RINGBRO_SERVICE_DESK: deskId,
  });
});
afterEach(() => stage.clear());
afterAll(async () => {
  await stage.close();
  await trunks.remove();
  await disposeWitnesses();
});

const shown = async (legId: string): Promise<Shown> =>
  (await stage.gateway.api('GET', `/api/calls/${legId}`)).body as Shown;
const asked = async (legId: string): Promise<string> =>
  (await shown(legId)).timeline.flatMap(({ fields }) => fields?.phrases ?? []).join(' ');

describe('a caller whose line broke', () => {
  /** Dials from the number that the trunk vouches for. */
  const dial = (): Promise<PlacedCall> => {
    const value = `<sip:${number}@carrier.example>`;
    return placeCall(stage, { number, headers: [{ name: 'P-Asserted-Identity', value }] });
  };
  const waits = (legId: string): Promise<true> => reaches(stage, legId, 'waiting');

  it(
    'is offered the way back by number, to the lobby, and not while another call of that number is live',
    { timeout: 90_000 },
    async () => {
      const meeting = await stage.meeting({ admission: 'lobby', hostPin: '989898' });
      const witness = await stage.witness(meeting);
      const invited = await stage.gateway.api('POST', `/api/meetings/${meeting.callId}/invitees`, {
        name: 'Karin',
        phoneNumber: number,
      });
      const { pin } = invited.body as { pin: string };
      const first = await dial();
      await isTold(stage, first.legId, 'enter-id');
      await first.call.press(meeting.callId);
      await isTold(stage, first.legId, 'enter-pin');
      await first.call.press(pin);
      await waits(first.legId);
      await stage.gateway.api('POST', `/api/calls/${first.legId}/admit`);
      await stage.until('the call to join', async () =>
        (await stage.calls('joined')).length > 0 ? true : undefined,
      );
      const second = await dial();
      // No BYE: the line is just gone.
      await first.call.sound.close();
      expect(await endReason(stage, first.legId)).toBe('media-timeout');
      const third = await dial();
      await isTold(stage, third.legId, 'enter-id');
      expect(await asked(third.legId)).not.toContain('go-back');
      second.call.hangUp();
      third.call.hangUp();
      await stage.until('no live call', async () =>
        (await stage.calls('live')).length === 0 ? true : undefined,
      );

      const again = await dial();
      await isTold(stage, again.legId, 'go-back');
      await again.call.press('1');
      await isTold(stage, again.legId, 'enter-pin');
      await again.call.press(pin);
      await waits(again.legId);
      await witness.playTone(1000, -20);
      await sleep(1_500);
      expect(hearsTone(again.call, 1000)).toBe(false);
      expect(witness.participants()).toEqual([]);
      await stage.gateway.api('POST', `/api/calls/${again.legId}/admit`);
      await stage.until('the room', () => (hearsTone(again.call, 1000) ? true : undefined));
    },
  );
});

describe('a service desk that is a meeting', () => {
  it('is told of the caller in its room, and talks to that one alone', async () => {
    const desk = await stage.meeting({ callId: deskId });
    const meeting = await stage.meeting();
    const witness = await stage.witness(meeting);
    await witness.playTone(1000, -20);
    const staff = await stage.witness(desk, 'staff', isHost);
    const caller = await stage.joined(meeting);
    const legId = (await stage.calls('joined'))[0]?.legId ?? '';
    caller.sound.speak(sine(440), { endless: true });
    await caller.press('*00');
    const call = await stage.until('the desk to be told', () => {
      const found = staff.messages().find(({ topic }) => topic === 'ringbro.desk');
      return found && (JSON.parse(found.text) as { room: string; url: string; token: string });
    });
    expect(call.url).toBe(stage.livekit.url);
    const answering = await stage.witness(call, 'by the token', call);
    await answering.playTone(700, -20);
    await stage.until('the desk at the ear', () => (hearsTone(caller, 700) ? true : undefined));
    expect(hearsTone(caller, 1000)).toBe(false);
    const identity = answering.participants()[0]?.identity ?? '';
    expect(identity.endsWith(legId)).toBe(true);
    const heard = await answering.hear(identity, 800);
    expect(heard.dominantHz).toBeCloseTo(440, -1);
    // Neither the desk's own room nor the meeting has the caller.
    for (const elsewhere of [staff, witness])
      expect(elsewhere.participants().filter((each) => each.identity.endsWith(legId))).toEqual([]);
    await answering.close();
    await stage.until('the meeting again', () => (hearsTone(caller, 1000) ? true : undefined));
  });
});

describe('the question afterwards', () => {
  it('is answered by a key, which is in the record', async () => {
    const meeting = await stage.meeting({ askAfter: true });
    const caller = await stage.joined(meeting);
    const legId = (await stage.calls('joined'))[0]?.legId ?? '';
    await stage.gateway.api('POST', `/api/meetings/${meeting.callId}/end`);
    await isTold(stage, legId, 'ask-after');
    await caller.press('2');
    const feedback = await stage.until(
      'the answer in the record',
      async () => (await shown(legId)).feedback ?? undefined,
    );
    expect(feedback).toEqual({ technologyWorked: false });
    expect(await endReason(stage, legId)).toBe('meeting-over');
  });
});

describe('the booked end of a meeting with browsers alone', () => {
  it('closes its room and gives it a new name, where the booking wants that', async () => {
    const endsAt = new Date(Date.now() + 2_000).toISOString();
    const meeting = await stage.meeting({ endsAt, atEnd: 'end' });
    const goesOn = await stage.meeting({ endsAt });
    for (const { room } of [meeting, goesOn]) await stage.witness({ room }, 'browser');
    const { url, apiKey, apiSecret } = stage.livekit;
    const rooms = new RoomServiceClient(url.replace('ws', 'http'), apiKey, apiSecret);
    const isThere = async (room: string): Promise<boolean> =>
      (await rooms.listRooms([room])).length > 0;
    expect(await isThere(meeting.room)).toBe(true);
    await stage.until(
      'the end',
      async () => ((await isThere(meeting.room)) ? undefined : true),
      30_000,
    );
    expect(await isThere(goesOn.room)).toBe(true);
    const { body } = await stage.gateway.api('GET', `/api/meetings/${meeting.callId}`);
    expect((body as StagedMeeting).room).not.toBe(meeting.room);
  });
});

describe('entry tones', () => {
  /** Where in what was heard a tone stands out, in tenths of a second; undefined: nowhere. */
  const placeOf = (call: PhoneCall, hz: number): number | undefined => {
    const pcm = lastHeard(call, 6_000);
    const at = Array.from({ length: Math.floor(pcm.length / 400) - 1 }, (_, index) =>
      toneLevelDbfs(pcm.subarray(index * 400, index * 400 + 800), hz),
    ).findIndex((level) => level > -36);
    return at < 0 ? undefined : at;
  };
  const hearsBoth = (call: PhoneCall) => {
    const [low, high] = [placeOf(call, 523), placeOf(call, 659)];
    return low === undefined || high === undefined ? undefined : { low, high };
  };

  it('rise when somebody comes and fall when somebody leaves', async () => {
    const meeting: StagedMeeting = await stage.meeting({ entrySignal: 'tone' });
    const caller = await stage.joined(meeting);
    expect(hearsBoth(caller)).toBeUndefined();
    const guest = await stage.witness(meeting, 'guest');
    const came = await stage.until('the tones', () => hearsBoth(caller));
    expect(came.low).toBeLessThan(came.high);
    // Out of what is looked at, and past the time between two signals.
    await sleep(7_000);
    await guest.close();
    const left = await stage.until('the tones again', () => hearsBoth(caller));
    expect(left.high).toBeLessThan(left.low);
  });
});
