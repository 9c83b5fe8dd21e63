/** What a host does reaches the ear: private words, moves, messages, the booked end; on sound, with witnesses. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { steadyToneLevelDbfs } from '../../src/caller/heard.ts';
import type { PhoneCall } from '../../src/caller/phone.ts';
import type { PhraseKey } from '../../src/ivr/manuscript.ts';
import { createWitness, disposeWitnesses, type Witness } from '../support/witness.ts';
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

interface Entered {
  readonly phone: PhoneCall;
  readonly legId: string;
}

describe('what a host does', () => {
  let stage: MeetingStage;
  let witnesses: Witness[] = [];
  beforeAll(async () => {
    stage = await createMeetingStage();
  });
  afterEach(async () => {
    await Promise.all(witnesses.map((witness) => witness.close()));
    witnesses = [];
    await stage.clear();
  });
  afterAll(() => stage.close());

  /** Dials and enters the ID, and the PIN where there is one. */
  const enter = async (
    meeting: StagedMeeting,
    state: 'joined' | 'waiting',
    pin?: string,
    number = '+46701111111',
  ): Promise<Entered> => {
    const before = (await stage.calls('live')).map(({ legId }) => legId);
    const phone = await stage.phone({ number });
    await phone.answer;
    await phone.press(meeting.callId);
    if (pin !== undefined) {
      await sleep(600);
      await phone.press(pin);
    }
    const call = await stage.until(`a call that is ${state}`, async () =>
      (await stage.calls(state)).find((each) => !before.includes(each.legId)),
    );
    await sleep(800);
    return { phone, legId: call.legId };
  };
  const host = (meeting: StagedMeeting) => enter(meeting, 'joined', hostPin, '+46709999999');
  const lobby = (): Promise<StagedMeeting> =>
    stage.meeting({ guestPin, hostPin, admission: 'lobby' });
  const told = ({ phone, legId }: Entered, key: PhraseKey): Promise<void> =>
    hearPhrase(stage, phone, legId, key);
  const api = async (path: string, body: object = {}, method = 'POST'): Promise<unknown> => {
    const answer = await stage.gateway.api(method, path, body);
    expect([200, 204], JSON.stringify(answer.body)).toContain(answer.status);
    return answer.body;
  };
  const witnessIn = async (room: string, identity: string, role?: string): Promise<Witness> => {
    const { url, apiKey, apiSecret } = stage.livekit;
    const attributes: Readonly<Record<string, string>> =
      role === undefined ? {} : { 'ringbro.role': role };
    const witness = await createWitness({ url, apiKey, apiSecret, room, identity, attributes });
    witnesses.push(witness);
    return witness;
  };
  const phonesSeen = (witness: Witness): number =>
    witness.participants().filter(({ identity }) => identity.startsWith('ringbro:')).length;

  it('a private word by key: the two hear each other, the meeting neither, and then all is as before', async () => {
    const meeting = await lobby();
    const witness = await witnessIn(meeting.room, 'witness');
    const chair = await host(meeting);
    const guest = await enter(meeting, 'waiting', guestPin);
    await witness.playTone(1000, -20);
    guest.phone.sound.speak(sine(440), { endless: true });
    await chair.phone.press('*3');
    await sleep(1_000);
    await chair.phone.press('4');
    await stage.until(
      'the guest at the host’s ear',
      () => (hearsTone(chair.phone, 440) ? true : undefined),
      25_000,
    );
    expect(hearsTone(chair.phone, 1000)).toBe(false);
    expect(hearsTone(guest.phone, 1000)).toBe(false);
    expect(phonesSeen(witness)).toBe(0);
    expect((await stage.calls('waiting'))[0]?.legId).toBe(guest.legId);
    await chair.phone.press('*3');
    await stage.until('the meeting', () => (hearsTone(chair.phone, 1000) ? true : undefined));
    expect(hearsTone(chair.phone, 440)).toBe(false);
    await told(guest, 'lobby');
    expect(phonesSeen(witness)).toBe(1);
  });

  it('a private word with a host in a browser, ended by the API; the side room is gone', async () => {
    const meeting = await lobby();
    const guest = await enter(meeting, 'waiting', guestPin);
    guest.phone.sound.speak(sine(440), { endless: true });
    const side = (await api(`/api/calls/${guest.legId}/talk`)) as { room: string; token: string };
    expect(side.room).not.toContain(meeting.callId);
    const browser = await witnessIn(side.room, 'browser');
    await browser.playTone(1000, -20);
    await stage.until('the host', () => (hearsTone(guest.phone, 1000) ? true : undefined), 25_000);
    const phone = await stage.until('the caller in the side room', () =>
      browser.participants().find(({ identity }) => identity.endsWith(guest.legId)),
    );
    // After the words and the tone.
    await stage.until(
      'the caller in the browser',
      async () => {
        const { dominantHz } = await browser.hear(phone.identity, 500);
        return Math.abs(dominantHz - 440) < 10 ? true : undefined;
      },
      25_000,
    );
    await api(`/api/calls/${guest.legId}/talk`, {}, 'DELETE');
    await stage.until('the silence', () => (hearsTone(guest.phone, 1000) ? undefined : true));
    await told(guest, 'lobby');
    await stage.until('the room to close', () => (phonesSeen(browser) === 0 ? true : undefined));
  });

  it('moves a caller to another meeting: the same call, a gap in the sound of less than a second', async () => {
    const [from, to] = [await stage.meeting(), await stage.meeting()];
    const [here, there] = [await witnessIn(from.room, 'here'), await witnessIn(to.room, 'there')];
    await here.playTone(1000, -20);
    await there.playTone(1500, -20);
    const caller = await enter(from, 'joined');
    caller.phone.sound.speak(sine(440), { endless: true });
    const gapsMs: number[] = [];
    for (const [target, hz, oldHz] of [
      [to, 1500, 1000],
      [from, 1000, 1500],
      [to, 1500, 1000],
    ] as const) {
      await stage.until('the room', () => (hearsTone(caller.phone, oldHz) ? true : undefined));
      await api(`/api/calls/${caller.legId}/move`, { callId: target.callId });
      await stage.until('the other room', () => (hearsTone(caller.phone, hz) ? true : undefined));
      gapsMs.push(gapBetween(caller.phone.sound.recorder.pcm(), oldHz, hz));
    }
    // The machine may be busy for once.
    expect(Math.min(...gapsMs)).toBeLessThan(1_000);
    const identity = there.participants().find((p) => p.identity.endsWith(caller.legId))?.identity;
    expect((await there.hear(identity ?? '', 800)).dominantHz).toBeCloseTo(440, -1);
    expect(phonesSeen(here)).toBe(0);
    const record = (await stage.gateway.api('GET', `/api/calls/${caller.legId}`)).body as {
      room: string;
      timeline: readonly { readonly event: string }[];
    };
    expect(record.room).toBe(to.room);
    expect(record.timeline.filter(({ event }) => event === 'moved')).toHaveLength(3);
    expect(await stage.calls('live')).toHaveLength(1);
  });

  it('tells one who waits a fixed sentence, and hosts in the room of the lobby, and nobody else there', async () => {
    const meeting = await lobby();
    const chair = await witnessIn(meeting.room, 'chair', 'host');
    const other = await witnessIn(meeting.room, 'other');
    const guest = await enter(meeting, 'waiting', guestPin);
    await stage.until('the notice', () => (chair.messages().length > 0 ? true : undefined));
    expect(chair.messages()[0]?.topic).toBe('ringbro.lobby');
    expect(JSON.parse(chair.messages()[0]?.text ?? '')).toMatchObject({
      event: 'waiting',
      legId: guest.legId,
    });
    await api(`/api/calls/${guest.legId}/message`, { message: 'wrong-day' });
    await told(guest, 'message-wrong-day');
    guest.phone.hangUp();
    await stage.until('the second notice', () => (chair.messages().length > 1 ? true : undefined));
    expect(JSON.parse(chair.messages()[1]?.text ?? '')).toMatchObject({ event: 'left-lobby' });
    expect(other.messages()).toEqual([]);
  });

  it('lets nobody in when a key takes it back', async () => {
    const meeting = await lobby();
    const chair = await host(meeting);
    await enter(meeting, 'waiting', guestPin);
    await chair.phone.press('*3');
    await sleep(1_000);
    await chair.phone.press('1');
    await sleep(1_000);
    await chair.phone.press('7');
    await told(chair, 'taken-back');
    expect(await stage.calls('waiting')).toHaveLength(1);
  });

  it('mutes all phones and renames one, for the room to see', async () => {
    const meeting = await stage.meeting();
    const witness = await witnessIn(meeting.room, 'witness');
    const caller = await enter(meeting, 'joined');
    const seen = () => witness.participants().find((p) => p.identity.endsWith(caller.legId));
    await api(`/api/calls/${caller.legId}/rename`, { name: 'Anna from the ward' });
    await stage.until('the name', () => (seen()?.name === 'Anna from the ward' ? true : undefined));
    await api(`/api/meetings/${meeting.callId}/mute-all`);
    await stage.until('the mute', () =>
      witness.isMuted(seen()?.identity ?? '') ? true : undefined,
    );
    await told(caller, 'muted-by-host');
    await api(`/api/meetings/${meeting.callId}/mute-all`, { muted: false });
    await stage.until('the unmute', () =>
      witness.isMuted(seen()?.identity ?? '') ? undefined : true,
    );
  });

  it('five minutes are told before the end, an extension is told, and the end ends it', async () => {
    const at = (ms: number): string => new Date(Date.now() + ms).toISOString();
    const meeting = await stage.meeting({ atEnd: 'end', endsAt: at(5 * 60_000 + 12_000) });
    const caller = await enter(meeting, 'joined');
    await told(caller, 'five-minutes-to-end');
    const path = `/api/meetings/${meeting.callId}`;
    await api(path, { endsAt: at(60 * 60_000) }, 'PATCH');
    await stage.until('the extension', async () => {
      const { body } = await stage.gateway.api('GET', `/api/calls/${caller.legId}`);
      return JSON.stringify(body).includes('"phrases":"extended"') ? true : undefined;
    });
    await api(path, { endsAt: at(1_500) }, 'PATCH');
    await told(caller, 'goodbye');
    expect(await caller.phone.ended).toMatchObject({ by: 'remote', how: 'bye' });
  });

  it('comings are told in words, and keys go into the room, where the meeting says so', async () => {
    const meeting = await stage.meeting({ entrySignal: 'words', keysToRoom: true });
    const caller = await enter(meeting, 'joined');
    await sleep(1_500);
    const witness = await witnessIn(meeting.room, 'witness');
    await told(caller, 'somebody-came');
    await caller.phone.press('5');
    await stage.until('the key', () => (witness.keys().length > 0 ? true : undefined));
    expect(witness.keys()).toMatchObject([{ digit: '5', code: 5 }]);
  });
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
