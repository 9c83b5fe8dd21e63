/** A room system with a second stream: a screen that is shared reaches it there, and its slides reach the meeting. */
import { join } from 'node:path';
import { TrackSource } from '@livekit/rtc-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { createMeetingStage, type MeetingStage } from './support/meeting-stage.ts';
import { barIn, isOfTheFilm, makeFilm } from './support/moving-pictures.ts';
import { dialWithSlides, encodeSlides, type SlidesDevice } from './support/slides-device.ts';

const domain = 'meet.test';
const granted = 3;
const revoked = 7;
const screenGround = 64;

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
  stage = await createMeetingStage({ RINGBRO_SIP_DOMAINS: domain, RINGBRO_RING_MS: '0' });
});
afterAll(async () => {
  await device?.close();
  await stage.clear();
  await stage.close();
  await folder.remove();
});

describe('a room system that offers slides as a second stream', () => {
  it('gets the screen of the meeting there, shows its own slides, and loses the floor to a newer screen', async () => {
    const videoAddress = `slides${++calls}@${domain}`;
    const meeting = await stage.meeting({ videoAddress });
    const witness = await stage.witness(meeting);
    const target = `sip:${videoAddress}`;
    const dialled = await dialWithSlides({ target, sipPort: stage.gateway.sipPort });
    device = dialled;
    expect(dialled.answer).toMatch(
      /m=video [1-9][0-9]* RTP\/AVP 97[^]*a=content:slides[^]*a=label:12[^]*m=application [1-9][0-9]* UDP\/BFCP \*/,
    );
    expect(dialled.answer).toContain('a=floorctrl:s-only');
    const { legId } = await stage.until('the room in the meeting', async () =>
      (await stage.calls('joined')).at(0),
    );
    dialled.hello();
    dialled.queryFloor();
    await stage.until('answers', () => (dialled.primitives().includes(12) ? true : undefined));
    expect(dialled.beneficiary()).toBeUndefined();

    const { identity } = await stage.until('its participant', () =>
      witness.participants().find((each) => each.identity.includes(legId)),
    );
    const screenTrack = () =>
      [
        ...(witness
          .participants()
          .find((each) => each.identity === identity)
          ?.trackPublications.values() ?? []),
      ].find(({ source }) => source === TrackSource.SOURCE_SCREENSHARE);
    expect(screenTrack()).toBeUndefined();

    // The device's direction.
    dialled.requestFloor();
    await stage.until('the floor', () => (dialled.status() === granted ? true : undefined));
    dialled.sendSlides(film);
    await witness.see(identity, isOfTheFilm, 'screen');
    expect(screenTrack()?.muted).toBe(false);

    // A screen that is shared after that takes the floor.
    const presenter = await stage.witness(meeting, 'presenter');
    await presenter.showMoving({ width: 640, height: 360, source: 'screen', ground: screenGround });
    await stage.until('the floor to be taken', () =>
      dialled.status() === revoked ? true : undefined,
    );
    dialled.stopSlides();
    await stage.until('the screen in the second stream', () => {
      const picture = dialled.slides();
      return picture && barIn(picture, screenGround);
    });
    await stage.until('its own to be muted', () =>
      screenTrack()?.muted === true ? true : undefined,
    );
    expect(dialled.beneficiary()).toBeDefined();

    // And it is taken back, by who asks last.
    dialled.requestFloor();
    await stage.until('the floor again', () => (dialled.status() === granted ? true : undefined));
    await stage.until('its own again', () => (screenTrack()?.muted === false ? true : undefined));
    dialled.forget();
    dialled.releaseFloor();
    await stage.until('the screen once more', () => {
      const picture = dialled.slides();
      return picture && barIn(picture, screenGround);
    });
  });
});
