/** A browser that publishes no H.264 is seen by video rooms: transcoded by a real ffmpeg, once for all of them. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VideoCodec } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestAuthority, type TestAuthority } from '../support/certificates.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { startBaresip, type Baresip } from './support/baresip.ts';
import { apiKey } from './support/gateway-process.ts';
import { createMeetingStage, type MeetingStage } from './support/meeting-stage.ts';
import { barIn, isCard, makeFilm, screenOf } from './support/moving-pictures.ts';

const domain = 'meet.test';

let authority: TestAuthority;
let stage: MeetingStage;
let folder: TemporaryFolder;
let film = '';
let meetings = 0;
let devices: Baresip[] = [];
beforeAll(async () => {
  authority = createTestAuthority();
  folder = await temporaryFolder();
  film = join(folder.path, 'film.avi');
  makeFilm(film);
  stage = await createMeetingStage({
    RINGBRO_SIP_DOMAINS: domain,
    RINGBRO_RING_MS: '0',
    RINGBRO_TRANSCODE_COMMAND: 'ffmpeg',
  });
});
afterEach(async () => {
  await Promise.all(devices.map((device) => device.close()));
  devices = [];
  await stage.clear();
});
afterAll(async () => {
  await stage.close();
  await folder.remove();
  authority.remove();
});

const room = async (videoAddress: string): Promise<Baresip> => {
  const from = 40_000 + 40 * Math.floor(Math.random() * 200);
  const device = await startBaresip({
    target: `sip:${videoAddress}`,
    transport: 'udp',
    authorityFile: authority.authorityFile,
    toneHz: 440,
    rtpPorts: `${from}-${from + 30}`,
    film,
    outboundProxy: `sip:127.0.0.1:${stage.gateway.sipPort}`,
  });
  devices.push(device);
  const joined = await stage.until('the room in the meeting', async () => {
    const calls = await stage.calls('joined');
    return calls.length === devices.length ? calls : undefined;
  });
  // It speaks a tone, and is to see who else speaks.
  const [newest] = joined;
  await stage.gateway.api('POST', `/api/calls/${newest?.legId ?? ''}/mute`);
  return device;
};

const seesTheBarMove = async (device: Baresip): Promise<void> => {
  const bars = new Set<number>();
  await stage.until('the bar at two places of the screen', async () => {
    const picture = await screenOf(device);
    const at = picture && barIn(picture);
    if (at !== undefined) bars.add(Math.round(at * 20));
    return bars.size > 1 ? true : undefined;
  });
};

const metric = async (name: string): Promise<number> => {
  const headers = { authorization: `Bearer ${apiKey}` };
  const text = await (await fetch(`${stage.gateway.httpUrl}/metrics`, { headers })).text();
  const line = text.split('\n').find((of) => of.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1));
};

/** Of the programs that run, those that the gateway started to transcode. */
const transcodersOf = async (gateway: number | undefined): Promise<readonly number[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '')),
  );
  return stats.flatMap((stat) => {
    const [, pid, parent] = /^(\d+) \(ffmpeg\) [RSD] (\d+) /.exec(stat) ?? [];
    return pid !== undefined && Number(parent) === gateway ? [Number(pid)] : [];
  });
};

describe('a participant without H.264', () => {
  it.each([
    ['VP8', VideoCodec.VP8],
    ['VP9', VideoCodec.VP9],
    ['AV1', VideoCodec.AV1],
  ] as const)('is seen moving by a video room (%s)', async (_, codec) => {
    const videoAddress = `transcoded${++meetings}@${domain}`;
    const meeting = await stage.meeting({ videoAddress });
    const witness = await stage.witness(meeting);
    await witness.showMoving({ width: 640, height: 360, codec });
    await witness.playTone(800, -20);
    await seesTheBarMove(await room(videoAddress));
  });

  it('is transcoded once for two rooms, and not at all when both have left', async () => {
    const videoAddress = `transcoded${++meetings}@${domain}`;
    const meeting = await stage.meeting({ videoAddress });
    const witness = await stage.witness(meeting);
    const before = await metric('ringbro_transcodes_total{outcome="started"}');
    await witness.showMoving({ width: 640, height: 360, codec: VideoCodec.VP8 });
    await witness.playTone(800, -20);
    const [one, other] = [await room(videoAddress), await room(videoAddress)];
    await Promise.all([seesTheBarMove(one), seesTheBarMove(other)]);
    expect(await metric('ringbro_transcodes')).toBe(1);
    expect(await metric('ringbro_transcodes_total{outcome="started"}')).toBe(before + 1);
    expect(await metric('ringbro_transcode_cpu_seconds_total')).toBeGreaterThan(0);
    await one.close();
    await seesTheBarMove(other);
    await other.close();
    await stage.until('the end of the transcode', async () =>
      (await metric('ringbro_transcodes')) === 0 ? true : undefined,
    );
  });

  it('whose transcoding program dies is told of by a card, and by the metrics', async () => {
    const videoAddress = `transcoded${++meetings}@${domain}`;
    const meeting = await stage.meeting({ videoAddress });
    const witness = await stage.witness(meeting);
    const failed = await metric('ringbro_transcodes_total{outcome="failed"}');
    await witness.showMoving({ width: 640, height: 360, codec: VideoCodec.VP8 });
    await witness.playTone(800, -20);
    const device = await room(videoAddress);
    await seesTheBarMove(device);
    for (const pid of await transcodersOf(stage.gateway.child.pid)) process.kill(pid, 'SIGKILL');
    await stage.until('the card', async () => {
      const picture = await screenOf(device);
      return picture !== undefined && isCard(picture) ? true : undefined;
    });
    expect(await metric('ringbro_transcodes_total{outcome="failed"}')).toBe(failed + 1);
    expect(await transcodersOf(stage.gateway.child.pid)).toEqual([]);
  });
});
