/** A browser that publishes no H.264 is seen by video rooms: transcoded by a real ffmpeg, once for all of them. */
import { readdir, readFile } from 'node:fs/promises';
import { VideoCodec } from '@livekit/rtc-node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Baresip } from './support/baresip.ts';
import { apiKey } from './support/gateway-process.ts';
import { createVideoStage, type VideoStage } from './support/video-stage.ts';

let stage: VideoStage;
beforeAll(async () => {
  stage = await createVideoStage({ RINGBRO_TRANSCODE_COMMAND: 'ffmpeg' });
});
afterEach(() => stage.clear());
afterAll(() => stage.close());

const room = async (videoAddress: string): Promise<Baresip> => {
  const before = (await stage.calls('joined')).length;
  const device = await stage.startRoom(`sip:${videoAddress}`);
  const [newest] = await stage.until('the room in the meeting', async () => {
    const calls = await stage.calls('joined');
    return calls.length > before ? calls : undefined;
  });
  // It speaks a tone, and is to see who else speaks.
  await stage.gateway.api('POST', `/api/calls/${newest?.legId ?? ''}/mute`);
  return device;
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
    const videoAddress = stage.newAddress();
    const meeting = await stage.meeting({ videoAddress });
    const witness = await stage.witness(meeting);
    await witness.showMoving({ width: 640, height: 360, codec });
    await witness.playTone(800, -20);
    await stage.seesBarMove(await room(videoAddress));
  });

  it('is transcoded once for two rooms, and not at all when both have left', async () => {
    const videoAddress = stage.newAddress();
    const meeting = await stage.meeting({ videoAddress });
    const witness = await stage.witness(meeting);
    const before = await metric('ringbro_transcodes_total{outcome="started"}');
    await witness.showMoving({ width: 640, height: 360, codec: VideoCodec.VP8 });
    await witness.playTone(800, -20);
    const [one, other] = [await room(videoAddress), await room(videoAddress)];
    await Promise.all([stage.seesBarMove(one), stage.seesBarMove(other)]);
    expect(await metric('ringbro_transcodes')).toBe(1);
    expect(await metric('ringbro_transcodes_total{outcome="started"}')).toBe(before + 1);
    expect(await metric('ringbro_transcode_cpu_seconds_total')).toBeGreaterThan(0);
    await one.close();
    await stage.seesBarMove(other);
    await other.close();
    await stage.until('the end of the transcode', async () =>
      (await metric('ringbro_transcodes')) === 0 ? true : undefined,
    );
  });

  it('whose transcoding program dies is told of by a card, and by the metrics', async () => {
    const videoAddress = stage.newAddress();
    const meeting = await stage.meeting({ videoAddress });
    const witness = await stage.witness(meeting);
    const failed = await metric('ringbro_transcodes_total{outcome="failed"}');
    await witness.showMoving({ width: 640, height: 360, codec: VideoCodec.VP8 });
    await witness.playTone(800, -20);
    const device = await room(videoAddress);
    await stage.seesBarMove(device);
    for (const pid of await transcodersOf(stage.gateway.child.pid)) process.kill(pid, 'SIGKILL');
    await stage.seesCard(device, 'the card');
    expect(await metric('ringbro_transcodes_total{outcome="failed"}')).toBe(failed + 1);
    expect(await transcodersOf(stage.gateway.child.pid)).toEqual([]);
  });
});
