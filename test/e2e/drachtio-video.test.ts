/** Video rooms on drachtio-server: the media worker has sound and picture, FreeSWITCH has no part in it. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestAuthority, type TestAuthority } from '../support/certificates.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { startBaresip, type Baresip, type BaresipOptions } from './support/baresip.ts';
import { enginesUnderTest } from './support/engines.ts';
import {
  createMeetingStage,
  type MeetingStage,
  type StagedMeeting,
} from './support/meeting-stage.ts';
import {
  barIn,
  isCard,
  isOfTheFilm,
  isSquareThere,
  makeFilm,
  screenOf,
} from './support/moving-pictures.ts';

const domain = 'meet.test';
const drachtio = enginesUnderTest.find(({ name }) => name === 'drachtio');
const missing = drachtio === undefined ? 'no such engine' : drachtio.missing;
const skipped = missing === undefined ? '' : ` (skipped: ${missing})`;

interface ShownDetail {
  readonly video: boolean | null;
  readonly encrypted: boolean;
  readonly termination: { readonly reason: string } | null;
  readonly timeline: readonly { readonly event: string }[];
}

describe.skipIf(missing !== undefined)(`a video room on drachtio${skipped}`, () => {
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
    stage = await createMeetingStage({
      ...drachtio?.env,
      RINGBRO_SIP_DOMAINS: domain,
      RINGBRO_RING_MS: '0',
    });
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

  const freshAddress = (): string => `testmote${++rooms}@${domain}`;

  const call = async (
    to: string,
    mediaEncryption?: BaresipOptions['mediaEncryption'],
  ): Promise<Baresip> => {
    const from = 52_000 + 40 * Math.floor(Math.random() * 200);
    device = await startBaresip({
      target: `sip:${to}`,
      transport: 'udp',
      mediaEncryption,
      authorityFile: authority.authorityFile,
      toneHz: 440,
      rtpPorts: `${from}-${from + 30}`,
      film,
      outboundProxy: `sip:127.0.0.1:${drachtio?.sipPort ?? 0}`,
    });
    return device;
  };
  /** Somebody who shows a bar that moves, and speaks. */
  const speakerIn = async (meeting: StagedMeeting) => {
    const witness = await stage.witness(meeting);
    await witness.showMoving({ width: 640, height: 360 });
    await witness.playTone(800, -20);
    return witness;
  };
  const roomIn = async (state: 'waiting' | 'joined'): Promise<string> => {
    const { legId } = await stage.until(`the room ${state}`, async () =>
      (await stage.calls(state)).at(0),
    );
    return legId;
  };
  const detail = async (legId: string) =>
    (await stage.gateway.api('GET', `/api/calls/${legId}`)).body as ShownDetail;
  const eventsOf = async (legId: string) =>
    (await detail(legId)).timeline.map(({ event }) => event);
  const participantOf = (witness: Awaited<ReturnType<typeof speakerIn>>, legId: string) =>
    stage.until('its participant', () =>
      witness.participants().find(({ identity }) => identity.includes(legId)),
    );
  const seesBarMove = async (room: Baresip): Promise<void> => {
    const bars = new Set<number>();
    await stage.until('the bar at two places of the screen', async () => {
      const picture = await screenOf(room);
      const at = picture && barIn(picture);
      if (at !== undefined) bars.add(Math.round(at * 20));
      return bars.size > 1 ? true : undefined;
    });
  };

  it.each([undefined, 'srtp-mand', 'dtls_srtp'] as const)(
    'sees who speaks and is seen and heard, each moving (%s)',
    async (mediaEncryption) => {
      const videoAddress = freshAddress();
      const meeting = await stage.meeting({ videoAddress });
      const witness = await speakerIn(meeting);
      const room = await call(videoAddress, mediaEncryption);
      const legId = await roomIn('joined');
      const { identity } = await participantOf(witness, legId);
      await witness.see(identity, (picture) => isOfTheFilm(picture) && isSquareThere(picture));
      await witness.see(identity, (picture) => isOfTheFilm(picture) && !isSquareThere(picture));
      expect((await witness.hear(identity, 400)).levelAtDbfs(440)).toBeGreaterThan(-26);
      await seesBarMove(room);
      expect(await detail(legId)).toMatchObject({
        video: true,
        // Keys that came in the clear, in the SDP over UDP, protect nothing.
        encrypted: mediaEncryption === 'dtls_srtp',
        timeline: expect.arrayContaining([
          expect.objectContaining({ event: 'picture-coming' }),
        ]) as unknown,
      });
    },
  );

  it('takes its picture away and brings it back by re-INVITE, is held, and hangs up', async () => {
    const videoAddress = freshAddress();
    const meeting = await stage.meeting({ videoAddress });
    const witness = await speakerIn(meeting);
    const room = await call(videoAddress);
    const legId = await roomIn('joined');
    const { identity } = await participantOf(witness, legId);
    await witness.see(identity, isOfTheFilm);

    await room.order('video_dir', 'recvonly');
    await stage.until('its picture to be gone', async () =>
      (await eventsOf(legId)).includes('picture-gone') ? true : undefined,
    );
    await seesBarMove(room);
    await room.order('video_dir', 'sendrecv');
    await stage.until('its picture to come back', async () =>
      (await eventsOf(legId)).filter((event) => event === 'picture-coming').length > 1
        ? true
        : undefined,
    );
    await witness.see(identity, isOfTheFilm);

    await room.order('hold');
    await stage.until('the hold', async () =>
      (await eventsOf(legId)).includes('held') ? true : undefined,
    );
    await room.order('resume');
    await stage.until('the end of the hold', async () =>
      (await eventsOf(legId)).includes('resumed') ? true : undefined,
    );
    await witness.see(identity, isOfTheFilm);
    await seesBarMove(room);

    await room.order('hangup');
    await stage.until('the end', async () => (await detail(legId)).termination ?? undefined);
    expect((await detail(legId)).termination?.reason).toBe('hung-up');
  });

  it('reads that it waits and sees nothing of the meeting, is let in, and is hung up on', async () => {
    const videoAddress = freshAddress();
    const meeting = await stage.meeting({ videoAddress, admission: 'lobby' });
    const witness = await speakerIn(meeting);
    const room = await call(videoAddress);
    const legId = await roomIn('waiting');
    const card = await stage.until('the card', async () => {
      const picture = await screenOf(room);
      return picture !== undefined && isCard(picture) ? picture : undefined;
    });
    expect(barIn(card)).toBeUndefined();
    expect(witness.participants()).toEqual([]);
    await stage.gateway.api('POST', `/api/calls/${legId}/admit`);
    await seesBarMove(room);
    await stage.gateway.api('POST', `/api/calls/${legId}/hangup`);
    await stage.until('the device to hear of it', () =>
      /session closed|terminated/i.test(room.output()) ? true : undefined,
    );
  });

  it('that dials the published number reads the question, keys the ID and has its picture', async () => {
    const meeting = await stage.meeting();
    const witness = await speakerIn(meeting);
    const room = await call('0480445511@127.0.0.1');
    await stage.until('the call', async () => (await stage.calls('live')).at(0));
    await stage.until('the question on its screen', async () => {
      const picture = await screenOf(room);
      return picture !== undefined && isCard(picture) ? true : undefined;
    });
    for (const digit of meeting.callId) await room.order('sndcode', digit);
    const { identity } = await participantOf(witness, await roomIn('joined'));
    await witness.see(identity, isOfTheFilm);
    await seesBarMove(room);
  });
});
