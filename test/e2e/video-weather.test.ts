/** A video room on a network that loses packets, both ways, and in a meeting whose speakers change. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Witness } from '../support/witness.ts';
import type { Baresip } from './support/baresip.ts';
import { startLossyRelay, type LossyRelay } from './support/lossy-relay.ts';
import { sleep, type StagedMeeting } from './support/meeting-stage.ts';
import { isOfTheFilm, isSquareThere } from './support/moving-pictures.ts';
import { createVideoStage, type VideoStage } from './support/video-stage.ts';

const camera = { width: 640, height: 360, rate: 15 };
/** The second witness's bar moves on this. */
const otherGround = 70;

let stage: VideoStage;
let meeting: StagedMeeting;
let witness: Witness;
let relay: LossyRelay;
let device: Baresip;
/** Of the room, in the meeting. */
let identity = '';

/** One call for all tests: a room in a meeting with a witness who shows a moving bar and speaks. */
beforeAll(async () => {
  stage = await createVideoStage();
  const videoAddress = stage.newAddress();
  meeting = await stage.meeting({ videoAddress });
  witness = await stage.witness(meeting);
  await witness.showMoving(camera);
  await witness.playTone(800, -20);
  relay = await startLossyRelay({ gatewaySipPort: stage.gateway.sipPort });
  device = await stage.startRoom(`sip:${videoAddress}`, {
    outboundProxy: `sip:127.0.0.1:${relay.sipPort}`,
  });
  ({ identity } = await stage.roomSeenBy(witness));
});
afterAll(async () => {
  await stage.close();
  await relay.close();
});

const seenMoving = async (): Promise<void> => {
  await witness.see(identity, (picture) => isOfTheFilm(picture) && isSquareThere(picture));
  await witness.see(identity, (picture) => isOfTheFilm(picture) && !isSquareThere(picture));
};

describe('a video room on a network that loses packets, both ways', () => {
  it.each([2, 5])('sees and is seen, both moving, at %i percent', async (percent) => {
    relay.setLoss(percent / 100);
    for (let again = 0; again < 2; again += 1) {
      await seenMoving();
      await stage.seesBarMove(device);
    }
    expect(relay.counts().lost).toBeGreaterThan(0);
  });

  it('sees and is seen again after a second without any', async () => {
    relay.setLoss(1);
    await sleep(1000);
    relay.setLoss(0);
    await seenMoving();
    await stage.seesBarMove(device);
  });
});

describe('a video room in a meeting of several', () => {
  it('sees who speaks, and the other one when that one does', async () => {
    const other = await stage.witness(meeting, 'other');
    await other.showMoving({ ...camera, ground: otherGround });
    witness.stopTone();
    await other.playTone(600, -20);
    await stage.seesBarMove(device, otherGround);
    other.stopTone();
    await witness.playTone(800, -20);
    await stage.seesBarMove(device);
  });
});
