/** What a host does reaches the ear: private words, messages, the booked end; on sound, with witnesses. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { disposeWitnesses } from '../support/witness.ts';
import { createHostScene, type HostScene } from './support/host-scene.ts';
import {
  createMeetingStage,
  hearsTone,
  isHost,
  phonesSeen,
  sine,
  sleep,
  type MeetingStage,
} from './support/meeting-stage.ts';
import { enterMeeting } from './support/placed-call.ts';

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

const api = async (path: string, body: object = {}, method = 'POST'): Promise<unknown> => {
  const answer = await stage.gateway.api(method, path, body);
  expect([200, 204], JSON.stringify(answer.body)).toContain(answer.status);
  return answer.body;
};

describe('what a host does', () => {
  it('a private word by key: the two hear each other, the meeting neither, and then all is as before', async () => {
    const meeting = await scene.book({ admission: 'lobby' });
    const witness = await stage.witness(meeting);
    const chair = await scene.host(meeting);
    const guest = await scene.guest(meeting, 'waiting');
    await witness.playTone(1000, -20);
    guest.call.sound.speak(sine(440), { endless: true });
    await chair.call.press('*3');
    await sleep(1_000);
    await chair.call.press('4');
    await stage.until(
      'the guest at the host’s ear',
      () => (hearsTone(chair.call, 440) ? true : undefined),
      25_000,
    );
    expect(hearsTone(chair.call, 1000)).toBe(false);
    expect(hearsTone(guest.call, 1000)).toBe(false);
    expect(phonesSeen(witness)).toHaveLength(0);
    expect((await stage.calls('waiting'))[0]?.legId).toBe(guest.legId);
    await chair.call.press('*3');
    await stage.until('the meeting', () => (hearsTone(chair.call, 1000) ? true : undefined));
    expect(hearsTone(chair.call, 440)).toBe(false);
    await scene.told(guest, 'lobby');
    expect(phonesSeen(witness)).toHaveLength(1);
  });

  it('a private word with a host in a browser, ended by the API; the side room is gone', async () => {
    const meeting = await scene.book({ admission: 'lobby' });
    const guest = await scene.guest(meeting, 'waiting');
    guest.call.sound.speak(sine(440), { endless: true });
    const side = (await api(`/api/calls/${guest.legId}/talk`)) as { room: string; token: string };
    expect(side.room).not.toContain(meeting.callId);
    const browser = await stage.witness(side, 'browser');
    await browser.playTone(1000, -20);
    await stage.until('the host', () => (hearsTone(guest.call, 1000) ? true : undefined), 25_000);
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
    await stage.until('the silence', () => (hearsTone(guest.call, 1000) ? undefined : true));
    await scene.told(guest, 'lobby');
    await stage.until('the room to close', () =>
      phonesSeen(browser).length === 0 ? true : undefined,
    );
  });

  it('tells one who waits a fixed sentence, and hosts in the room of the lobby, and nobody else there', async () => {
    const meeting = await scene.book({ admission: 'lobby' });
    const chair = await stage.witness(meeting, 'chair', isHost);
    const other = await stage.witness(meeting, 'other');
    const guest = await scene.guest(meeting, 'waiting');
    await stage.until('the notice', () => (chair.messages().length > 0 ? true : undefined));
    expect(chair.messages()[0]?.topic).toBe('ringbro.lobby');
    expect(JSON.parse(chair.messages()[0]?.text ?? '')).toMatchObject({
      event: 'waiting',
      legId: guest.legId,
    });
    await api(`/api/calls/${guest.legId}/message`, { message: 'wrong-day' });
    await scene.told(guest, 'message-wrong-day');
    guest.call.hangUp();
    await stage.until('the second notice', () => (chair.messages().length > 1 ? true : undefined));
    expect(JSON.parse(chair.messages()[1]?.text ?? '')).toMatchObject({ event: 'left-lobby' });
    expect(other.messages()).toEqual([]);
  });

  it('lets nobody in when a key takes it back', async () => {
    const meeting = await scene.book({ admission: 'lobby' });
    const chair = await scene.host(meeting);
    await scene.guest(meeting, 'waiting');
    await chair.call.press('*3');
    await sleep(1_000);
    await chair.call.press('1');
    await sleep(1_000);
    await chair.call.press('7');
    await scene.told(chair, 'taken-back');
    expect(await stage.calls('waiting')).toHaveLength(1);
  });

  it('mutes all phones and renames one, for the room to see', async () => {
    const meeting = await stage.meeting();
    const witness = await stage.witness(meeting);
    const caller = await enterMeeting(stage, meeting, 'joined');
    const seen = () => witness.participants().find((p) => p.identity.endsWith(caller.legId));
    await api(`/api/calls/${caller.legId}/rename`, { name: 'Anna from the ward' });
    await stage.until('the name', () => (seen()?.name === 'Anna from the ward' ? true : undefined));
    await api(`/api/meetings/${meeting.callId}/mute-all`);
    await stage.until('the mute', () =>
      witness.isMuted(seen()?.identity ?? '') ? true : undefined,
    );
    await scene.told(caller, 'muted-by-host');
    await api(`/api/meetings/${meeting.callId}/mute-all`, { muted: false });
    await stage.until('the unmute', () =>
      witness.isMuted(seen()?.identity ?? '') ? undefined : true,
    );
  });

  it('five minutes are told before the end, an extension is told, and the end ends it', async () => {
    const at = (ms: number): string => new Date(Date.now() + ms).toISOString();
    const meeting = await stage.meeting({ atEnd: 'end', endsAt: at(5 * 60_000 + 12_000) });
    const caller = await enterMeeting(stage, meeting, 'joined');
    await scene.told(caller, 'five-minutes-to-end');
    const path = `/api/meetings/${meeting.callId}`;
    await api(path, { endsAt: at(60 * 60_000) }, 'PATCH');
    await stage.until('the extension', async () => {
      const { body } = await stage.gateway.api('GET', `/api/calls/${caller.legId}`);
      return JSON.stringify(body).includes('"phrases":"extended"') ? true : undefined;
    });
    await api(path, { endsAt: at(1_500) }, 'PATCH');
    await scene.told(caller, 'goodbye');
    expect(await caller.call.ended).toMatchObject({ by: 'remote', how: 'bye' });
  });

  it('comings are told in words, and keys go into the room, where the meeting says so', async () => {
    const meeting = await stage.meeting({ entrySignal: 'words', keysToRoom: true });
    const caller = await enterMeeting(stage, meeting, 'joined');
    await sleep(1_500);
    const witness = await stage.witness(meeting);
    await scene.told(caller, 'somebody-came');
    await caller.call.press('5');
    await stage.until('the key', () => (witness.keys().length > 0 ? true : undefined));
    expect(witness.keys()).toMatchObject([{ digit: '5', code: 5 }]);
  });
});
