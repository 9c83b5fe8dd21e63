/** Calls on their sound, judged on time: whole, without a gap, and soon. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { gapsWithin, stretchesOf, steadyToneLevelDbfs } from '../../src/caller/heard.ts';
import { disposeWitnesses } from '../support/witness.ts';
import {
  createMeetingStage,
  hearsTone,
  lastHeard,
  sine,
  sleep,
  type MeetingStage,
} from './support/meeting-stage.ts';

afterAll(() => disposeWitnesses());

describe.each([1, 3])('a call on %i media workers', (workers) => {
  let stage: MeetingStage;
  beforeAll(async () => {
    stage = await createMeetingStage({ RINGBRO_WORKERS: String(workers) });
  });
  afterEach(() => stage.clear());
  afterAll(() => stage.close());

  const identityOf = async (): Promise<string> => {
    const call = (await stage.calls('joined'))[0];
    expect(call).toBeDefined();
    const { body } = await stage.gateway.api('GET', `/api/calls/${call?.legId ?? ''}`);
    return `ringbro:${(body as { nodeId: string }).nodeId}:${call?.legId ?? ''}`;
  };

  it('hears silence in packets at once, a soft tone by 300 ms, words from 0.8 s', async () => {
    const caller = await stage.phone();
    await caller.answer;
    await sleep(3000);
    // 40 ms after the ACK, and what a busy machine of two cores adds.
    expect(caller.sound.recorder.report().firstPacketMs).toBeLessThan(140);
    const [tone, words] = stretchesOf(caller.sound.recorder.pcm(), { joinPausesMs: 250 });
    expect(tone?.fromMs).toBeGreaterThan(100);
    expect(tone?.fromMs).toBeLessThan(400);
    expect(words?.fromMs).toBeGreaterThan(700);
    expect(words?.fromMs).toBeLessThan(1200);
  });

  it('carries the caller to the room and the room to the caller, whole and without echo', async () => {
    const meeting = await stage.meeting();
    const witness = await stage.witness(meeting);
    const caller = await stage.joined(meeting);
    caller.sound.speak(sine(440), { endless: true });
    await witness.playTone(1000, -20);
    const heard = await witness.hear(await identityOf(), 3000);
    expect(heard.dominantHz).toBeCloseTo(440, -1);
    expect(heard.rmsDbfs).toBeGreaterThan(-18);
    expect(heard.rmsDbfs).toBeLessThan(-8);
    expect(heard.gapsMs).toEqual([]);

    await stage.until('the witness in the phone', () =>
      hearsTone(caller, 1000) ? true : undefined,
    );
    await sleep(3000);
    const pcm = lastHeard(caller, 2500);
    expect(steadyToneLevelDbfs(pcm, 1000)).toBeGreaterThan(-24);
    expect(steadyToneLevelDbfs(pcm, 1000)).toBeLessThan(-16);
    // Its own voice must not come back.
    expect(steadyToneLevelDbfs(pcm, 440)).toBeLessThan(-55);
    expect(gapsWithin(pcm, 0, 2500)).toEqual([]);
    expect(caller.sound.recorder.report().lost).toBe(0);
  });

  it('goes on hearing its companions while LiveKit is gone, and the room again within 5 s of its return', async () => {
    const meeting = await stage.meeting();
    const first = await stage.joined(meeting);
    const second = await stage.joined(meeting);
    first.sound.speak(sine(440), { endless: true });
    await stage.until('the companion', () => (hearsTone(second, 440) ? true : undefined));
    await stage.livekit.stop();
    await stage.until('the loss to be noted', () =>
      stage.gateway.output().includes('room link lost') ? true : undefined,
    );
    await sleep(6000); // The words of the loss are spoken over the ducked companion.
    expect(hearsTone(second, 440)).toBe(true);
    await stage.livekit.start();
    const backAt = Date.now();
    const witness = await stage.witness(meeting);
    await witness.playTone(1000, -20);
    await stage.until('the room again', () => (hearsTone(second, 1000) ? true : undefined), 5000);
    expect(Date.now() - backAt).toBeLessThan(5000);
    expect((await stage.calls('joined')).length).toBe(2);
  });
});
