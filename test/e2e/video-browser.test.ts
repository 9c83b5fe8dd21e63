/** A video room (baresip) and a guest with a real Chromium see each other: decoded pictures, known by their colours. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Baresip } from './support/baresip.ts';
import { quarterColours } from './support/browser-guest-page.ts';
import { enterWithBrowser, type BrowserGuest } from './support/browser-guest.ts';
import { startBrowser, type TestBrowser } from './support/browser.ts';
import {
  isOfTheFilm,
  isSquareThere,
  quartersOnScreen,
  screenOf,
} from './support/moving-pictures.ts';
import { createVideoStage, type VideoStage } from './support/video-stage.ts';

let stage: VideoStage;
let browser: TestBrowser;
let guest: BrowserGuest;
let device: Baresip;
/** Of the room, in the meeting. */
let identity = '';

beforeAll(async () => {
  stage = await createVideoStage();
  browser = await startBrowser();
  const videoAddress = stage.newAddress();
  const meeting = await stage.meeting({ videoAddress });
  guest = await enterWithBrowser(browser, stage.livekit, meeting.room);
  device = await stage.startRoom(`sip:${videoAddress}`);
  const { legId } = await stage.joinedCall();
  identity = await stage.until('its participant', () =>
    guest.others().find((other) => other.includes(legId)),
  );
});
afterAll(async () => {
  await guest.close();
  await browser.close();
  await stage.close();
});

const roomSeesTheGuest = (of: Baresip): Promise<true> =>
  stage.until('four quarters in their colours', async () => {
    const seen = await quartersOnScreen(of);
    const isIt = seen?.every((colour, quarter) =>
      colour.every((part, at) => Math.abs(part - (quarterColours[quarter]?.[at] ?? 0)) < 40),
    );
    return isIt === true ? true : undefined;
  });

describe('a video room and a guest with a browser', () => {
  it.each([true, false])(
    'the browser shows the room’s film, moving (square there: %s)',
    async (isThere) => {
      await stage.until('the film in the browser', async () => {
        const picture = await guest.see(identity);
        return picture !== undefined && isOfTheFilm(picture) && isSquareThere(picture) === isThere
          ? true
          : undefined;
      });
    },
  );

  it('the room’s screen shows the browser’s picture in its colours', async () => {
    await roomSeesTheGuest(device);
  });

  it('and its bar moving', async () => {
    const places = new Set<number>();
    await stage.until('the bar at two places', async () => {
      const picture = await screenOf(device);
      if (picture === undefined) return undefined;
      const { luma, width, height } = picture;
      const row = luma.subarray((height >> 1) * width, ((height >> 1) + 1) * width);
      const at = row.findIndex((value) => value > 235);
      if (at >= 0) places.add(Math.round((at / width) * 20));
      return places.size > 1 ? true : undefined;
    });
    expect(browser.faults).toEqual([]);
  });
});

describe('a guest whose H.264 is a backup beside VP9', () => {
  it('is seen by the room, for which the browser begins to send it', async () => {
    const videoAddress = stage.newAddress();
    const meeting = await stage.meeting({ videoAddress });
    const other = await enterWithBrowser(browser, stage.livekit, meeting.room, 'vp9-and-backup');
    const room = await stage.startRoom(`sip:${videoAddress}`);
    try {
      await stage.until('both rooms in their meetings', async () =>
        (await stage.calls('joined')).length === 2 ? true : undefined,
      );
      await roomSeesTheGuest(room);
    } finally {
      await room.close();
      await other.close();
    }
  });
});
