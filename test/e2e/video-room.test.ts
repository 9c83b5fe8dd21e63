/** A video room of others (baresip, H.264 by libavcodec) dials the meeting's video address. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestAuthority, type TestAuthority } from '../support/certificates.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { startBaresip, type Baresip, type BaresipOptions } from './support/baresip.ts';
import { createMeetingStage, type MeetingStage } from './support/meeting-stage.ts';
import {
  barIn,
  isCard,
  isOfTheFilm,
  isSquareThere,
  makeFilm,
  screenOf,
} from './support/moving-pictures.ts';

const domain = 'meet.test';
/** Behind the bar of who shares a screen; cameras have another. */
const sharedGround = 64;

let authority: TestAuthority;
let stage: MeetingStage;
let folder: TemporaryFolder;
let film = '';
let rooms = 0;
let device: Baresip | undefined;
beforeAll(async () => {
  authority = createTestAuthority();
  folder = await temporaryFolder();
  film = join(folder.path, 'film.avi');
  makeFilm(film);
  stage = await createMeetingStage({ RINGBRO_SIP_DOMAINS: domain, RINGBRO_RING_MS: '0' });
});
afterEach(async () => {
  await device?.close();
  await stage.clear();
});
afterAll(async () => {
  await stage.close();
  await folder.remove();
  authority.remove();
});

interface ShownDetail {
  readonly legId: string;
  readonly state: string;
  readonly video: boolean | null;
  readonly encrypted: boolean;
  readonly timeline: readonly { readonly event: string }[];
}

const roomCalls = async (
  mediaEncryption?: BaresipOptions['mediaEncryption'],
  fields: object = {},
) => {
  const videoAddress = `testmote${++rooms}@${domain}`;
  const meeting = await stage.meeting({ videoAddress, ...fields });
  const witness = await stage.witness(meeting);
  await witness.showMoving({ width: 640, height: 360 });
  const from = 52_000 + 40 * Math.floor(Math.random() * 200);
  device = await startBaresip({
    target: `sip:${videoAddress}`,
    transport: 'udp',
    mediaEncryption,
    authorityFile: authority.authorityFile,
    toneHz: 440,
    rtpPorts: `${from}-${from + 30}`,
    film,
    outboundProxy: `sip:127.0.0.1:${stage.gateway.sipPort}`,
  });
  const screen = () => (device === undefined ? Promise.resolve(undefined) : screenOf(device));
  return { meeting, witness, screen };
};

const untilJoined = () =>
  stage.until('the room in the meeting', async () => (await stage.calls('joined')).at(0));

const roomIsIn = async (mediaEncryption?: BaresipOptions['mediaEncryption']) => {
  const { witness, screen } = await roomCalls(mediaEncryption);
  const { legId } = await untilJoined();
  const room = await stage.until('its participant', () =>
    witness.participants().find(({ identity }) => identity.includes(legId)),
  );
  const detail = async () =>
    (await stage.gateway.api('GET', `/api/calls/${legId}`)).body as ShownDetail;
  return { witness, identity: room.identity, detail, screen };
};

describe('a video room that dials the video address', () => {
  it.each([undefined, 'srtp-mand', 'dtls_srtp'] as const)(
    'is seen and heard in the meeting, its picture moving (%s)',
    async (mediaEncryption) => {
      const { witness, identity, detail } = await roomIsIn(mediaEncryption);
      await witness.see(identity, (picture) => isOfTheFilm(picture) && isSquareThere(picture));
      await witness.see(identity, (picture) => isOfTheFilm(picture) && !isSquareThere(picture));
      expect((await witness.hear(identity, 400)).levelAtDbfs(440)).toBeGreaterThan(-26);
      const call = await detail();
      expect(call.video).toBe(true);
      expect(call.timeline.map(({ event }) => event)).toContain('picture-coming');
    },
  );

  it('sees who speaks, moving', async () => {
    const { witness, screen } = await roomIsIn();
    await witness.playTone(800, -20);
    const bars = new Set<number>();
    await stage.until('the bar at two places of the screen', async () => {
      const picture = await screen();
      const at = picture && barIn(picture);
      if (at !== undefined) bars.add(Math.round(at * 20));
      return bars.size > 1 ? true : undefined;
    });
  });

  it('sees the screen that is shared, the speaker by *8, and the screen again by *8', async () => {
    const { meeting, witness, screen } = await roomCalls();
    await witness.playTone(800, -20);
    await untilJoined();
    const presenter = await stage.witness(meeting, 'presenter');
    await presenter.showMoving({ width: 640, height: 360, source: 'screen', ground: sharedGround });
    const untilShown = (what: string, ground?: number) =>
      stage.until(what, async () => {
        const picture = await screen();
        return picture && barIn(picture, ground);
      });
    await untilShown('the shared screen', sharedGround);
    await device?.order('sndcode', '*8');
    await untilShown('the speaker');
    await device?.order('sndcode', '*8');
    await untilShown('the shared screen again', sharedGround);
  });

  it('reads on its screen that it waits, sees and shows nothing of the meeting, until it is let in', async () => {
    const { witness, screen } = await roomCalls(undefined, { admission: 'lobby' });
    await witness.playTone(800, -20);
    const { legId } = await stage.until('the room in the lobby', async () =>
      (await stage.calls('waiting')).at(0),
    );
    const card = await stage.until('the card', async () => {
      const picture = await screen();
      return picture !== undefined && isCard(picture) ? picture : undefined;
    });
    expect(barIn(card)).toBeUndefined();
    expect(witness.participants()).toEqual([]);
    const { status } = await stage.gateway.api('POST', `/api/calls/${legId}/admit`);
    expect(status).toBeLessThan(300);
    await stage.until('the speaker on the screen', async () => {
      const picture = await screen();
      return picture && barIn(picture);
    });
  });
});
