/** A recorder in the room, as an egress service is: hidden, with LiveKit's own grant. */
import { AccessToken } from 'livekit-server-sdk';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createWitness, type Witness } from '../support/witness.ts';
import { createMeetingStage, sine, type MeetingStage } from './support/meeting-stage.ts';

let stage: MeetingStage;
let recorder: Witness | undefined;
beforeAll(async () => {
  stage = await createMeetingStage();
});
afterEach(async () => {
  await recorder?.close();
  await stage.clear();
});
afterAll(() => stage.close());

const startRecording = async (room: string): Promise<Witness> => {
  const { url, apiKey, apiSecret } = stage.livekit;
  const token = new AccessToken(apiKey, apiSecret, { identity: 'recorder' });
  token.addGrant({ roomJoin: true, room, hidden: true, recorder: true, canPublish: false });
  recorder = await createWitness({
    ...{ url, apiKey, apiSecret, room },
    identity: 'recorder',
    token: await token.toJwt(),
  });
  return recorder;
};
const toldOf = (legId: string, on: boolean): Promise<true> =>
  stage.until(`a recording ${on ? 'on' : 'off'}`, async () => {
    const { body } = await stage.gateway.api('GET', `/api/calls/${legId}`);
    const { timeline } = body as {
      timeline: { event: string; fields?: { on?: boolean; phrases?: string } }[];
    };
    const words = on ? 'recording-on' : 'recording-off';
    const noted = timeline.some(({ event, fields }) => event === 'recording' && fields?.on === on);
    const said = timeline.some(
      ({ fields }) => fields?.phrases?.split(' ').includes(words) === true,
    );
    return noted && said ? true : undefined;
  });

it('is told to phones that are alone, and what it records is whole again at once', async () => {
  const meeting = await stage.meeting();
  const [one] = [await stage.joined(meeting), await stage.joined(meeting)];
  one.sound.speak(sine(700), { endless: true });
  const legIds = (await stage.calls('joined')).map(({ legId }) => legId);
  expect(legIds).toHaveLength(2);

  const listening = await startRecording(meeting.room);
  await Promise.all(legIds.map((legId) => toldOf(legId, true)));
  const phones = listening.participants().map(({ identity }) => identity);
  const heard = await Promise.all(phones.map((phone) => listening.hear(phone, 400)));
  expect(Math.max(...heard.map((sound) => sound.levelAtDbfs(700)))).toBeGreaterThan(-26);
  expect(stage.gateway.output()).toContain('a meeting is being recorded');

  await listening.close();
  recorder = undefined;
  await Promise.all(legIds.map((legId) => toldOf(legId, false)));
});
