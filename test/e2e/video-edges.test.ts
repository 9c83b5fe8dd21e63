/** What a video room does beside being seen: keys, hold, a camera that goes and comes back, what hosts do to it. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestAuthority, type TestAuthority } from '../support/certificates.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { createWitness, type Witness } from '../support/witness.ts';
import { startBaresip, type Baresip } from './support/baresip.ts';
import {
  createMeetingStage,
  type MeetingStage,
  type StagedMeeting,
} from './support/meeting-stage.ts';
import { barIn, isCard, isOfTheFilm, makeFilm, screenOf } from './support/moving-pictures.ts';

const domain = 'meet.test';

let authority: TestAuthority;
let stage: MeetingStage;
let folder: TemporaryFolder;
let film = '';
let rooms = 0;
let device: Baresip | undefined;
let host: Witness | undefined;
beforeAll(async () => {
  authority = createTestAuthority();
  folder = await temporaryFolder();
  film = join(folder.path, 'film.avi');
  makeFilm(film);
  stage = await createMeetingStage({ RINGBRO_SIP_DOMAINS: domain, RINGBRO_RING_MS: '0' });
});
afterEach(async () => {
  await device?.close();
  await host?.close();
  await stage.clear();
});
afterAll(async () => {
  await stage.close();
  await folder.remove();
  authority.remove();
});

/** Booked, a host in its room, and its address. */
const meetingWithHost = async (fields: object = {}) => {
  const videoAddress = `kant${++rooms}@${domain}`;
  const meeting: StagedMeeting = await stage.meeting({ videoAddress, ...fields });
  const { url, apiKey, apiSecret } = stage.livekit;
  const attributes = { 'ringbro.role': 'host' };
  const { room } = meeting;
  const inRoom = await createWitness({
    url,
    apiKey,
    apiSecret,
    room,
    identity: 'chair',
    attributes,
  });
  host = inRoom;
  return { meeting, videoAddress, host: inRoom };
};

const roomCalls = async (target: string): Promise<Baresip> => {
  const from = 46_000 + 40 * Math.floor(Math.random() * 140);
  device = await startBaresip({
    target,
    transport: 'udp',
    authorityFile: authority.authorityFile,
    toneHz: 440,
    rtpPorts: `${from}-${from + 30}`,
    film,
    outboundProxy: `sip:127.0.0.1:${stage.gateway.sipPort}`,
  });
  return device;
};

const isIn = async (witness: Witness) => {
  const { legId } = await stage.until('the room in the meeting', async () =>
    (await stage.calls('joined')).at(0),
  );
  const { identity } = await stage.until('its participant', () =>
    witness.participants().find((one) => one.identity.includes(legId)),
  );
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
    const room = await roomCalls(`sip:${videoAddress}`);
    await said('enter-pin');
    const card = (what: string) =>
      stage.until(what, async () => {
        const picture = await screenOf(room);
        return picture !== undefined && isCard(picture) ? true : undefined;
      });
    const hostOnScreen = () =>
      stage.until('the host on the screen', async () => {
        const picture = await screenOf(room);
        return picture && barIn(picture);
      });
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
    const room = await roomCalls(`sip:${videoAddress}`);
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
    const room = await roomCalls(`sip:${videoAddress}`);
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
    const room = await roomCalls(`sip:0480445511@127.0.0.1:${stage.gateway.sipPort}`);
    await said('enter-id');
    await room.order('sndcode', meeting.callId);
    const { identity } = await isIn(host);
    await host.see(identity, isOfTheFilm);
    expect((await host.hear(identity, 400)).levelAtDbfs(440)).toBeGreaterThan(-26);
  });
});
