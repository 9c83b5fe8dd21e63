/** A video room of others (baresip, H.264 by libavcodec) dials the meeting's video address. */
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestAuthority, type TestAuthority } from '../support/certificates.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import type { SeenPicture } from '../support/witness.ts';
import { startBaresip, type Baresip, type BaresipOptions } from './support/baresip.ts';
import { createMeetingStage, type MeetingStage } from './support/meeting-stage.ts';

const domain = 'meet.test';
/** Of a quarter of the picture each, from the top left, as the film has them. */
const lumas = [210, 120, 60, 170];
const size = { width: 320, height: 240 };

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

/** Four grey quarters, and in their middle a white square that comes and goes. */
const makeFilm = (file: string): void => {
  const half = `${size.width / 2}x${size.height / 2}`;
  const grey = (luma: number) => `color=c=0x${luma.toString(16).repeat(3)}:s=${half}:r=15:d=30`;
  const [a = 0, b = 0, c = 0, d = 0] = lumas;
  const graph =
    `${grey(a)}[a];${grey(b)}[b];${grey(c)}[c];${grey(d)}[d];[a][b]hstack[t];[c][d]hstack[u];` +
    "[t][u]vstack,drawbox=x=140:y=100:w=40:h=40:color=white:t=fill:enable='lt(mod(t,1),0.5)'";
  const args = [
    '-loglevel',
    'error',
    '-y',
    '-f',
    'lavfi',
    '-i',
    graph,
    '-c:v',
    'mjpeg',
    '-q:v',
    '2',
  ];
  const made = spawnSync('ffmpeg', [...args, '-pix_fmt', 'yuvj420p', file], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
};

const meanLuma = (
  { luma, width }: SeenPicture,
  left: number,
  top: number,
  side: number,
): number => {
  let sum = 0;
  for (let y = top; y < top + side; y++)
    for (let x = left; x < left + side; x++) sum += luma[y * width + x] ?? 0;
  return sum / side ** 2;
};

/** Whether the picture is one of the film: its quarters in their order, whatever their range. */
const isOfTheFilm = (picture: SeenPicture): boolean => {
  if (picture.width !== size.width || picture.height !== size.height) return false;
  const corners = [
    meanLuma(picture, 16, 16, 64),
    meanLuma(picture, 240, 16, 64),
    meanLuma(picture, 16, 160, 64),
    meanLuma(picture, 240, 160, 64),
  ];
  return corners.every((mean, corner) => Math.abs(mean - (lumas[corner] ?? 0)) < 25);
};
const isSquareThere = (picture: SeenPicture): boolean => meanLuma(picture, 146, 106, 28) > 225;

/** A snapshot of the device's screen, decoded. */
const screenOf = async (of: Baresip): Promise<SeenPicture | undefined> => {
  const file = await of.screen();
  if (file === undefined) return undefined;
  const args = ['-loglevel', 'error', '-i', file, '-pix_fmt', 'gray', '-f', 'rawvideo', '-'];
  const { stdout } = spawnSync('ffmpeg', args, { maxBuffer: 32e6 });
  const header = await readFile(file);
  const [width, height] = [header.readUInt32BE(16), header.readUInt32BE(20)];
  return stdout.length === width * height ? { width, height, luma: stdout } : undefined;
};

/** Where the witness's bar stands, as a share of the width; undefined: this is not its picture. */
const barIn = ({ luma, width, height }: SeenPicture): number | undefined => {
  const row = luma.subarray((height >> 1) * width, (height >> 1) * width + width);
  const bright = [...row.keys()].filter((x) => (row[x] ?? 0) > 200);
  const grey = row.filter((value) => Math.abs(value - 128) < 24).length;
  const [first, last] = [bright[0], bright.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const isBar = last - first < width / 12 && grey + bright.length > 0.9 * width;
  return isBar ? first / width : undefined;
};

interface ShownDetail {
  readonly legId: string;
  readonly state: string;
  readonly video: boolean | null;
  readonly encrypted: boolean;
  readonly timeline: readonly { readonly event: string }[];
}

/** Light words on a dark ground. */
const isCard = ({ luma }: SeenPicture): boolean => {
  const dark = luma.filter((value) => value < 70).length / luma.length;
  const light = luma.filter((value) => value > 180).length / luma.length;
  return dark > 0.7 && light > 0.01;
};

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

const roomIsIn = async (mediaEncryption?: BaresipOptions['mediaEncryption']) => {
  const { witness, screen } = await roomCalls(mediaEncryption);
  const { legId } = await stage.until('the room in the meeting', async () =>
    (await stage.calls('joined')).at(0),
  );
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
