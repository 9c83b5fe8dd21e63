import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asRoomName } from '../../src/call/identifiers.ts';
import type { MediaBridge } from '../../src/call/ports/media.ts';
import { startLiveKitServer, type TestLiveKitServer } from '../support/livekit-server.ts';
import { createMediaCalls, gaugesUntil, until, type MediaCall } from '../support/media-calls.ts';
import { amplitudeAt } from '../support/sounds.ts';
import { createWitness, type Witness, type WitnessOptions } from '../support/witness.ts';

let server: TestLiveKitServer;
beforeAll(async () => {
  server = await startLiveKitServer();
});
afterAll(async () => {
  await server.close();
});

const calls = createMediaCalls();
const witnesses: Witness[] = [];
afterEach(async () => {
  await Promise.all(witnesses.splice(0).map((witness) => witness.close()));
  await calls.close();
});

const newRoom = () => asRoomName(`room-${randomUUID()}`);
const openBridge = (workers: number) => calls.openBridge({ workers, livekit: server });
const openWitness = async (options: Partial<WitnessOptions> & { room: string }) => {
  const witness = await createWitness({ ...server, identity: 'witness', ...options });
  witnesses.push(witness);
  return witness;
};

/** Callers of one meeting, each with a tone of their own. */
const joinAll = async (
  bridge: MediaBridge,
  room: ReturnType<typeof newRoom>,
  tonesHz: readonly number[],
): Promise<MediaCall[]> => {
  const joined: MediaCall[] = [];
  for (const hz of tonesHz) {
    const call = await calls.startCall(bridge);
    call.phone.speak(hz);
    joined.push(call);
  }
  const outcomes = await Promise.all(joined.map((call) => call.leg.join(call.target(room))));
  expect(outcomes).toEqual(tonesHz.map(() => ({ joined: true })));
  return joined;
};

/**
 * Amplitude of a tone in the sound of the last 600 ms, the median over frames: all tones here have
 * whole periods in a frame, and a jitter buffer that stretches time now and then does not matter.
 */
const amplitudeOf = ({ phone }: MediaCall, hz: number): number => {
  const frames = phone.heard.slice(-30).map(({ pcm }) => amplitudeAt(pcm, hz, 8000));
  return frames.sort((a, b) => a - b)[Math.floor(frames.length / 2)] ?? 0;
};

/** Tones of 8000 peak: `heard` is most of one, `unheard` 40 dB less. */
const expectTones = (
  call: MediaCall,
  { heard, unheard }: { heard: readonly number[]; unheard: readonly number[] },
) => {
  for (const hz of heard) expect(amplitudeOf(call, hz)).toBeGreaterThan(6000);
  for (const hz of unheard) expect(amplitudeOf(call, hz)).toBeLessThan(80);
};

describe.each([1, 3])('a meeting over %i workers', (workers) => {
  it('callers hear each other and not themselves', async () => {
    const bridge = await openBridge(workers);
    const tones = [400, 700, 1100];
    const joined = await joinAll(bridge, newRoom(), tones);
    await sleep(1500);
    joined.forEach((call, index) => {
      expectTones(call, {
        heard: tones.filter((_, other) => other !== index),
        unheard: [tones[index]!],
      });
    });
    expect(await bridge.gauges()).toMatchObject({ meetings: 1, ears: 1, links: 3 });
  });

  it('the room hears each caller, and each caller hears the room', async () => {
    const room = newRoom();
    const witness = await openWitness({ room });
    await witness.playTone(1500, -12);
    const tones = [400, 700];
    const joined = await joinAll(await openBridge(workers), room, tones);
    for (const [index, call] of joined.entries()) {
      const heard = await witness.hear(call.target(room).identity, 1000);
      expect(heard.levelAtDbfs(tones[index]!)).toBeGreaterThan(-16);
      expect(heard.levelAtDbfs(1500)).toBeLessThan(-60);
      expect(heard.gapsMs).toEqual([]);
    }
    joined.forEach((call, index) => {
      expectTones(call, { heard: [1500, tones[1 - index]!], unheard: [tones[index]!] });
    });
    expect(joined[0]!.events).toContainEqual({ type: 'room-audience', others: 1 });
  });

  it('the ear stays for the others when the callers of its worker leave', async () => {
    const room = newRoom();
    const witness = await openWitness({ room });
    await witness.playTone(1500, -12);
    const bridge = await openBridge(workers);
    const [first, second] = await joinAll(bridge, room, [400, 700]);
    await first!.leg.close();
    await sleep(1000);
    expectTones(second!, { heard: [1500], unheard: [400, 700] });
    await second!.leg.leaveRoom();
    const expected = { legs: 1, meetings: 0, meetingMixes: 0, ears: 0, links: 0 };
    expect(await gaugesUntil(bridge, expected)).toEqual(expected);
    await until(() => witness.participants().length === 0);
    expect(witness.participants()).toEqual([]);
  });

  it('callers hear each other while the room is lost, and are told of loss and return', async () => {
    const joined = await joinAll(await openBridge(workers), newRoom(), [400, 700]);
    const [first, second] = joined as [MediaCall, MediaCall];
    await server.stop();
    try {
      await until(() => joined.every((call) => call.count('room-lost') === 1), 15_000);
      expect(joined.map((call) => call.count('room-lost'))).toEqual([1, 1]);
      await sleep(700);
      expectTones(first, { heard: [700], unheard: [400] });
      expectTones(second, { heard: [400], unheard: [700] });
    } finally {
      await server.start();
    }
    await until(() => joined.every((call) => call.count('room-recovered') === 1), 6000);
    expect(joined.map((call) => call.count('room-recovered'))).toEqual([1, 1]);
    expect(joined.map((call) => call.count('room-left'))).toEqual([0, 0]);
  });
});

describe('a caller in a meeting', () => {
  it('who is muted is heard by nobody and hears the room and the prompts', async () => {
    const room = newRoom();
    const [first, second] = (await joinAll(await openBridge(1), room, [400, 700])) as [
      MediaCall,
      MediaCall,
    ];
    first.leg.setMuted(true);
    await sleep(1000);
    expectTones(first, { heard: [700], unheard: [400] });
    expectTones(second, { heard: [], unheard: [400, 700] });
    first.leg.setMuted(false);
    await sleep(1000);
    expectTones(second, { heard: [400], unheard: [700] });
  });

  it('hears a prompt over the room, which is lowered by 12 dB meanwhile', async () => {
    const [first] = (await joinAll(await openBridge(1), newRoom(), [400, 700])) as [MediaCall];
    await sleep(500);
    first.leg.play({
      utteranceId: 1,
      phrases: [],
      sounds: [{ kind: 'prompt', language: 'en', file: 'speech' }],
    });
    await sleep(800);
    expect(amplitudeOf(first, 450)).toBeGreaterThan(7500);
    expect(amplitudeOf(first, 700) / 8000).toBeCloseTo(10 ** (-12 / 20), 1);
    await until(() => first.count('played') === 1);
    await sleep(800);
    expectTones(first, { heard: [700], unheard: [450] });
  });

  it('whose sound is held stays in the room and sends nothing there', async () => {
    const room = newRoom();
    const witness = await openWitness({ room });
    const [first, second] = (await joinAll(await openBridge(1), room, [400, 700])) as [
      MediaCall,
      MediaCall,
    ];
    // The caller holds us and plays music: we only receive.
    first.leg.configure(first.phone.session({ direction: 'recvonly' }));
    await sleep(1000);
    expectTones(second, { heard: [], unheard: [400] });
    expect(witness.participants().map(({ identity }) => identity)).toContain(
      first.target(room).identity,
    );
    first.leg.configure(first.phone.session());
    await sleep(1000);
    expectTones(second, { heard: [400], unheard: [] });
    expect((await witness.hear(first.target(room).identity, 600)).levelAtDbfs(400)).toBeGreaterThan(
      -16,
    );
  });

  it('is turned out of a room that is end-to-end encrypted', async () => {
    const room = newRoom();
    const witness = await openWitness({ room, endToEndEncrypted: true });
    await witness.playTone(1500, -12);
    const bridge = await openBridge(1);
    const call = await calls.startCall(bridge);
    const outcome = await call.leg.join(call.target(room));
    if (outcome.joined) {
      await until(() => call.count('room-left') === 1, 5000);
      expect(call.events).toContainEqual({ type: 'room-left', reason: 'encrypted' });
    } else expect(outcome.reason).toBe('encrypted');
    await until(() => witness.participants().length === 0);
    const expected = { meetings: 0, ears: 0, links: 0 };
    expect(await gaugesUntil(bridge, expected)).toEqual(expected);
  });

  it('whose server does not answer is told so', async () => {
    const bridge = await calls.openBridge();
    const call = await calls.startCall(bridge);
    expect(await call.leg.join(call.target(newRoom()))).toEqual({
      joined: false,
      reason: 'unreachable',
    });
    const expected = { meetings: 0, ears: 0, links: 0 };
    expect(await gaugesUntil(bridge, expected)).toEqual(expected);
  });
});
