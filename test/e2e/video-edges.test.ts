/** What a video room does beside being seen: keys, hold, a camera that goes and comes back, what hosts do to it. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Witness } from '../support/witness.ts';
import { isHost } from './support/meeting-stage.ts';
import { isOfTheFilm } from './support/moving-pictures.ts';
import { createVideoStage, type VideoStage } from './support/video-stage.ts';

let stage: VideoStage;
beforeAll(async () => {
  stage = await createVideoStage();
});
afterEach(() => stage.clear());
afterAll(() => stage.close());

/** Booked, a host in its room, and its address. */
const meetingWithHost = async (fields: object = {}) => {
  const videoAddress = stage.newAddress();
  const meeting = await stage.meeting({ videoAddress, ...fields });
  return { meeting, videoAddress, host: await stage.witness(meeting, 'chair', isHost) };
};

const isIn = async (witness: Witness) => {
  const { legId, identity } = await stage.roomSeenBy(witness);
  const attribute = (name: string, value: string) =>
    stage.until(`${name} to be '${value}'`, async () => {
      const { attributes } = await witness.participant(identity);
      return (attributes[name] ?? '') === value ? true : undefined;
    });
  const microphone = (state: 'muted' | 'open') =>
    stage.until(`a microphone that is ${state}`, () =>
      witness.isMuted(identity) === (state === 'muted') ? true : undefined,
    );
  const heardByHost = (event: string) =>
    stage.until(`${event} told to the host`, () =>
      witness
        .messages()
        .find(({ topic, text }) => topic === 'ringbro.picture' && text.includes(event)),
    );
  return { legId, identity, attribute, microphone, heardByHost };
};

const said = async (phrase: string) => {
  await stage.until(`the words of ${phrase}`, async () => {
    const [call] = await stage.calls('live');
    if (call === undefined) return undefined;
    const { body } = await stage.gateway.api('GET', `/api/calls/${call.legId}`);
    return JSON.stringify(body).includes(phrase) ? true : undefined;
  });
};

describe('a video room', () => {
  it('keys its PIN by what it reads, mutes itself, raises its hand, is counted, muted and removed by the host', async () => {
    const { videoAddress, host } = await meetingWithHost({ guestPin: '4711' });
    await host.showMoving({ width: 640, height: 360 });
    const room = await stage.startRoom(`sip:${videoAddress}`);
    await said('enter-pin');
    const card = (what: string) => stage.seesCard(room, what);
    const hostOnScreen = () => stage.seesBar(room, 'the host on the screen');
    await card('the question on the screen');
    await room.order('sndcode', '1111');
    await said('wrong-pin');
    await room.order('sndcode', '4711');
    const { legId, identity, attribute, microphone } = await isIn(host);
    await host.see(identity, isOfTheFilm);
    await microphone('open');
    await hostOnScreen();
    await room.order('sndcode', '*6');
    await microphone('muted');
    await card('that it is muted, over the picture');
    await hostOnScreen();
    await room.order('sndcode', '*6');
    await microphone('open');
    await room.order('sndcode', '*9');
    await attribute('ringbro.hand', 'raised');
    const act = (what: string, body?: object) =>
      stage.gateway.api('POST', `/api/calls/${legId}/${what}`, body);
    await act('people', { count: 4 });
    await attribute('ringbro.people', '4');
    await act('mute');
    await microphone('muted');
    await act('hangup');
    await stage.until('the end of the call', async () =>
      (await stage.calls('live')).length === 0 ? true : undefined,
    );
  });

  it('that holds the call shows a muted microphone and no camera, and both come back', async () => {
    const { videoAddress, host } = await meetingWithHost();
    const room = await stage.startRoom(`sip:${videoAddress}`);
    const { identity, attribute, microphone, heardByHost } = await isIn(host);
    await host.see(identity, isOfTheFilm);
    await microphone('open');
    await room.order('hold');
    await microphone('muted');
    await heardByHost('picture-gone');
    await attribute('ringbro.picture', 'gone');
    await room.order('resume');
    await microphone('open');
    await heardByHost('picture-coming');
    await attribute('ringbro.picture', '');
    await host.see(identity, isOfTheFilm);
  });

  it('that holds its pictures alone goes on being heard, and is seen again after', async () => {
    const { videoAddress, host } = await meetingWithHost();
    const room = await stage.startRoom(`sip:${videoAddress}`);
    const { identity, microphone, heardByHost } = await isIn(host);
    await host.see(identity, isOfTheFilm);
    await microphone('open');
    await room.order('video_dir', 'inactive');
    await heardByHost('picture-gone');
    expect(host.isMuted(identity)).toBe(false);
    expect((await host.hear(identity, 400)).levelAtDbfs(440)).toBeGreaterThan(-26);
    await room.order('video_dir', 'sendrecv');
    await heardByHost('picture-coming');
    await host.see(identity, isOfTheFilm);
  });

  it('that dials a published number keys the ID to the voice, and is then seen', async () => {
    const { meeting, host } = await meetingWithHost();
    const room = await stage.startRoom(`sip:0480445511@127.0.0.1:${stage.gateway.sipPort}`);
    await said('enter-id');
    await room.order('sndcode', meeting.callId);
    const { identity } = await isIn(host);
    await host.see(identity, isOfTheFilm);
    expect((await host.hear(identity, 400)).levelAtDbfs(440)).toBeGreaterThan(-26);
  });
});
