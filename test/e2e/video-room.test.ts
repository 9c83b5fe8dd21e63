/** A video room of others (baresip, H.264 by libavcodec) dials the meeting's video address. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BaresipOptions } from './support/baresip.ts';
import { barIn, isCard, isOfTheFilm, isSquareThere, screenOf } from './support/moving-pictures.ts';
import { createVideoStage, type VideoStage } from './support/video-stage.ts';

/** Behind the bar of who shares a screen; cameras have another. */
const sharedGround = 64;

let stage: VideoStage;
beforeAll(async () => {
  stage = await createVideoStage();
});
afterEach(() => stage.clear());
afterAll(() => stage.close());

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
  const videoAddress = stage.newAddress();
  const meeting = await stage.meeting({ videoAddress, ...fields });
  const witness = await stage.witness(meeting);
  await witness.showMoving({ width: 640, height: 360 });
  const device = await stage.startRoom(`sip:${videoAddress}`, { mediaEncryption });
  return { meeting, witness, device };
};

const roomIsIn = async (mediaEncryption?: BaresipOptions['mediaEncryption']) => {
  const { witness, device } = await roomCalls(mediaEncryption);
  const { legId, identity } = await stage.roomSeenBy(witness);
  const detail = async () =>
    (await stage.gateway.api('GET', `/api/calls/${legId}`)).body as ShownDetail;
  return { witness, identity, detail, device };
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
    const { witness, device } = await roomIsIn();
    await witness.playTone(800, -20);
    await stage.seesBarMove(device);
  });

  it('sees the screen that is shared, the speaker by *8, and the screen again by *8', async () => {
    const { meeting, witness, device } = await roomCalls();
    await witness.playTone(800, -20);
    await stage.joinedCall();
    const presenter = await stage.witness(meeting, 'presenter');
    await presenter.showMoving({ width: 640, height: 360, source: 'screen', ground: sharedGround });
    await stage.seesBar(device, 'the shared screen', sharedGround);
    await device.order('sndcode', '*8');
    await stage.seesBar(device, 'the speaker');
    await device.order('sndcode', '*8');
    await stage.seesBar(device, 'the shared screen again', sharedGround);
  });

  it('reads on its screen that it waits, sees and shows nothing of the meeting, until it is let in', async () => {
    const { witness, device } = await roomCalls(undefined, { admission: 'lobby' });
    await witness.playTone(800, -20);
    const { legId } = await stage.until('the room in the lobby', async () =>
      (await stage.calls('waiting')).at(0),
    );
    const card = await stage.until('the card', async () => {
      const picture = await screenOf(device);
      return picture !== undefined && isCard(picture) ? picture : undefined;
    });
    expect(barIn(card)).toBeUndefined();
    expect(witness.participants()).toEqual([]);
    const { status } = await stage.gateway.api('POST', `/api/calls/${legId}/admit`);
    expect(status).toBeLessThan(300);
    await stage.seesBar(device, 'the speaker on the screen');
  });
});
