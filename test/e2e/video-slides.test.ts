/** Room systems with a second stream: a screen that is shared reaches it there, and its slides reach the meeting. */
import { join } from 'node:path';
import { TrackSource } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import type { SeenPicture, Witness } from '../support/witness.ts';
import { enginesUnderTest } from './support/engines.ts';
import { createMeetingStage, type MeetingStage } from './support/meeting-stage.ts';
import { barIn, isOfTheFilm, makeFilm } from './support/moving-pictures.ts';
import {
  dialWithSlides,
  encodeSlides,
  type SlidesDevice,
  type SlidesDeviceOptions,
} from './support/slides-device.ts';

const domain = 'meet.test';
const [granted, released, revoked] = [3, 6, 7];
const [cameraGround, screenGround] = [128, 64];

describe.each(enginesUnderTest)('a second stream on the engine $name', (engine) => {
  const skipped = engine.missing === undefined ? '' : ` (skipped: ${engine.missing})`;
  describe.skipIf(engine.missing !== undefined)(`a room system with slides${skipped}`, () => {
    let stage: MeetingStage;
    let folder: TemporaryFolder;
    let film: readonly (readonly Buffer[])[] = [];
    let calls = 0;
    let device: SlidesDevice | undefined;
    beforeAll(async () => {
      folder = await temporaryFolder();
      const file = join(folder.path, 'film.avi');
      makeFilm(file);
      film = encodeSlides(file);
      const env = { RINGBRO_SIP_DOMAINS: domain, RINGBRO_RING_MS: '0', ...engine.env };
      stage = await createMeetingStage(env, engine.sipPort);
    });
    afterEach(async () => {
      await device?.close();
      device = undefined;
      await stage.clear();
    });
    afterAll(async () => {
      await stage.close();
      await folder.remove();
    });

    /** In a meeting where somebody has a camera and speaks. */
    const joined = async (options: Partial<SlidesDeviceOptions> = {}) => {
      const videoAddress = `slides${++calls}@${domain}`;
      const meeting = await stage.meeting({ videoAddress });
      const speaker = await stage.witness(meeting);
      await speaker.showMoving({ width: 640, height: 360, ground: cameraGround });
      await speaker.playTone(800, -20);
      const sipPort = engine.sipPort ?? stage.gateway.sipPort;
      const dialled = await dialWithSlides({ target: `sip:${videoAddress}`, sipPort, ...options });
      device = dialled;
      const { legId } = await stage.until('the room in the meeting', async () =>
        (await stage.calls('joined')).at(0),
      );
      const { identity } = await stage.until('its participant', () =>
        speaker.participants().find((each) => each.identity.includes(legId)),
      );
      return { dialled, meeting, speaker, legId, identity };
    };
    /** What it publishes as its screen, whether it is shown or not. */
    const ownScreen = (witness: Witness, identity: string) =>
      [
        ...(witness
          .participants()
          .find((each) => each.identity === identity)
          ?.trackPublications.values() ?? []),
      ].find(({ source }) => source === TrackSource.SOURCE_SCREENSHARE);
    const shareScreen = async (meeting: { readonly room: string }): Promise<void> => {
      const presenter = await stage.witness(meeting, 'presenter');
      const picture = { width: 640, height: 360, ground: screenGround } as const;
      await presenter.showMoving({ ...picture, source: 'screen' });
    };
    const shows = (what: string, seen: () => SeenPicture | undefined, ground: number) =>
      stage.until(what, () => {
        const picture = seen();
        return picture && barIn(picture, ground);
      });
    /** A picture that goes on. */
    const moves = async (what: string, seen: () => SeenPicture | undefined, ground: number) => {
      const first = await shows(what, seen, ground);
      await stage.until(`${what}, moving`, () => {
        const picture = seen();
        const at = picture && barIn(picture, ground);
        return at === undefined || Math.abs(at - first) < 0.05 ? undefined : true;
      });
    };
    const status = (what: string, of: SlidesDevice, wanted: number) =>
      stage.until(what, () => (of.floor.status() === wanted ? true : undefined));
    const greet = async ({ floor }: SlidesDevice): Promise<void> => {
      floor.hello();
      floor.queryFloor();
      await stage.until('answers', () => (floor.primitives().includes(12) ? true : undefined));
    };

    it('sees the speaker and the screen side by side, shows its own slides, loses the floor to a newer screen and takes it back', async () => {
      const { dialled, meeting, speaker, identity } = await joined();
      expect(dialled.remoteSdp()).toMatch(
        /m=video [1-9][0-9]* RTP\/AVP 97[^]*a=content:slides[^]*a=label:12[^]*m=application [1-9][0-9]* UDP\/BFCP \*/,
      );
      expect(dialled.remoteSdp()).toContain('a=floorctrl:s-only');
      await greet(dialled);
      expect(dialled.floor.beneficiary()).toBeUndefined();
      expect(ownScreen(speaker, identity)).toBeUndefined();

      // The device's direction.
      dialled.floor.requestFloor();
      await status('the floor', dialled, granted);
      dialled.sendSlides(film);
      await speaker.see(identity, isOfTheFilm, 'screen');
      expect(ownScreen(speaker, identity)?.muted).toBe(false);

      // A screen that is shared after that takes the floor.
      await shareScreen(meeting);
      await status('the floor to be taken', dialled, revoked);
      dialled.stopSlides();
      await shows('the screen in the second stream', dialled.slides, screenGround);
      await stage.until('its own to be muted', () =>
        ownScreen(speaker, identity)?.muted === true ? true : undefined,
      );
      expect(dialled.floor.beneficiary()).toBeDefined();
      await moves('the speaker in the first stream', dialled.main, cameraGround);
      await moves('the screen still in the second', dialled.slides, screenGround);

      // And it is taken back, by who asks last.
      dialled.floor.requestFloor();
      await status('the floor again', dialled, granted);
      await stage.until('its own again', () =>
        ownScreen(speaker, identity)?.muted === false ? true : undefined,
      );
      dialled.forget();
      dialled.floor.releaseFloor();
      await shows('the screen once more', dialled.slides, screenGround);
    });

    it.each(['udp', 'tcp'] as const)(
      'keeps the floor through hold, resume and an offer of ours, over %s',
      async (transport) => {
        const { dialled, meeting, speaker, identity, legId } = await joined({ transport });
        await greet(dialled);
        dialled.floor.requestFloor();
        await status('the floor', dialled, granted);
        dialled.sendSlides(film);
        await speaker.see(identity, isOfTheFilm, 'screen');
        const events = async () => {
          const { body } = await stage.gateway.api('GET', `/api/calls/${legId}`);
          return (body as { timeline: { event: string }[] }).timeline.map(({ event }) => event);
        };
        await dialled.hold();
        await stage.until('the hold', async () => (await events()).includes('held') || undefined);
        await dialled.resume();
        await stage.until('its end', async () => (await events()).includes('resumed') || undefined);
        await dialled.askForOffer();
        expect(dialled.remoteSdp()).toMatch(
          /a=content:slides[^]*m=application [1-9][0-9]* [A-Z]+\/BFCP/,
        );
        expect(dialled.floor.status()).toBe(granted);
        await speaker.see(identity, isOfTheFilm, 'screen');
        await stage.until('its slides to go on', () =>
          ownScreen(speaker, identity)?.muted === false ? true : undefined,
        );

        dialled.floor.releaseFloor();
        await status('the release', dialled, released);
        dialled.stopSlides();
        await shareScreen(meeting);
        await shows('the screen in the second stream', dialled.slides, screenGround);
        await dialled.hold();
        dialled.forget();
        await dialled.resume();
        await shows('the screen after a hold', dialled.slides, screenGround);
        expect(dialled.floor.connections()).toBe(transport === 'tcp' ? 1 : 0);
      },
    );

    it('has its slides encrypted as its sound is, both ways', async () => {
      const { dialled, meeting, speaker, identity } = await joined({ isEncrypted: true });
      const [, slidesLine] = dialled.remoteSdp().match(/^m=video .*$/gm) ?? [];
      expect(slidesLine).toMatch(/^m=video [1-9][0-9]* RTP\/SAVP 97/);
      await greet(dialled);
      dialled.floor.requestFloor();
      await status('the floor', dialled, granted);
      dialled.sendSlides(film);
      await speaker.see(identity, isOfTheFilm, 'screen');
      dialled.floor.releaseFloor();
      dialled.stopSlides();
      await shareScreen(meeting);
      await shows('the screen in the second stream', dialled.slides, screenGround);
      expect(dialled.slidesCounts()).toMatchObject({ shut: 0 });
    });

    it('that called with sound alone is offered both streams in the meeting', async () => {
      const { dialled, meeting, speaker, identity } = await joined({ waitsToBeOffered: true });
      await stage.until('our offer', () => (dialled.offersReceived() > 0 ? true : undefined));
      expect(dialled.remoteSdp()).toMatch(/a=content:slides[^]*UDP\/BFCP/);
      await greet(dialled);
      await shareScreen(meeting);
      await shows('the screen in the second stream', dialled.slides, screenGround);
      await shows('the speaker in the first', dialled.main, cameraGround);
      dialled.floor.requestFloor();
      await status('the floor', dialled, granted);
      dialled.sendSlides(film);
      await speaker.see(identity, isOfTheFilm, 'screen');
    });
  });
});
