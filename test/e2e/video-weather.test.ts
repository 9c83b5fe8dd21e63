/** A video room on a network that loses packets, both ways, and in a meeting whose speakers change. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestAuthority, type TestAuthority } from '../support/certificates.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import type { Witness } from '../support/witness.ts';
import { startBaresip, type Baresip } from './support/baresip.ts';
import { startLossyRelay, type LossyRelay } from './support/lossy-relay.ts';
import {
  createMeetingStage,
  sleep,
  type MeetingStage,
  type StagedMeeting,
} from './support/meeting-stage.ts';
import {
  barIn,
  isOfTheFilm,
  isSquareThere,
  makeFilm,
  screenOf,
} from './support/moving-pictures.ts';

const domain = 'meet.test';
const camera = { width: 640, height: 360, rate: 15 };
/** The second witness's bar moves on this. */
const otherGround = 70;

let authority: TestAuthority;
let stage: MeetingStage;
let folder: TemporaryFolder;
let meeting: StagedMeeting;
let witness: Witness;
let relay: LossyRelay;
let device: Baresip;
/** Of the room, in the meeting. */
let identity = '';

/** One call for all tests: a room in a meeting with a witness who shows a moving bar and speaks. */
beforeAll(async () => {
  authority = createTestAuthority();
  folder = await temporaryFolder();
  const film = join(folder.path, 'film.avi');
  makeFilm(film);
  stage = await createMeetingStage({ RINGBRO_SIP_DOMAINS: domain, RINGBRO_RING_MS: '0' });
  meeting = await stage.meeting({ videoAddress: `weather@${domain}` });
  witness = await stage.witness(meeting);
  await witness.showMoving(camera);
  await witness.playTone(800, -20);
  relay = await startLossyRelay({ gatewaySipPort: stage.gateway.sipPort });
  const from = 52_000 + 40 * Math.floor(Math.random() * 200);
  device = await startBaresip({
    target: `sip:weather@${domain}`,
    transport: 'udp',
    authorityFile: authority.authorityFile,
    toneHz: 440,
    rtpPorts: `${from}-${from + 30}`,
    film,
    outboundProxy: `sip:127.0.0.1:${relay.sipPort}`,
  });
  const { legId } = await stage.until('the room in the meeting', async () =>
    (await stage.calls('joined')).at(0),
  );
  ({ identity } = await stage.until('its participant', () =>
    witness.participants().find((one) => one.identity.includes(legId)),
  ));
});
afterAll(async () => {
  await device.close();
  await stage.close();
  await relay.close();
  await folder.remove();
  authority.remove();
});

const seenMoving = async (): Promise<void> => {
  await witness.see(identity, (picture) => isOfTheFilm(picture) && isSquareThere(picture));
  await witness.see(identity, (picture) => isOfTheFilm(picture) && !isSquareThere(picture));
};

/** Resolves when the bar has been at two places of the screen. */
const seesMoving = async (ground?: number): Promise<void> => {
  const bars = new Set<number>();
  await stage.until('a moving bar on the screen', async () => {
    const picture = await screenOf(device);
    const at = picture && barIn(picture, ground);
    if (at !== undefined) bars.add(Math.round(at * 20));
    return bars.size > 1 ? true : undefined;
  });
};

describe('a video room on a network that loses packets, both ways', () => {
  it.each([2, 5])('sees and is seen, both moving, at %i percent', async (percent) => {
    relay.setLoss(percent / 100);
    for (let again = 0; again < 2; again += 1) {
      await seenMoving();
      await seesMoving();
    }
    expect(relay.counts().lost).toBeGreaterThan(0);
  });

  it('sees and is seen again after a second without any', async () => {
    relay.setLoss(1);
    await sleep(1000);
    relay.setLoss(0);
    await seenMoving();
    await seesMoving();
  });
});

describe('a video room in a meeting of several', () => {
  it('sees who speaks, and the other one when that one does', async () => {
    const other = await stage.witness(meeting, 'other');
    await other.showMoving({ ...camera, ground: otherGround });
    witness.stopTone();
    await other.playTone(600, -20);
    await seesMoving(otherGround);
    other.stopTone();
    await witness.playTone(800, -20);
    await seesMoving();
  });
});
