/** What a caller meets on drachtio-server and FreeSWITCH: real SIP, real sound, a real room. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { levelDbfs } from '../../../src/caller/heard.ts';
import { dial, type PhoneCall, type PhoneOptions } from '../../../src/caller/phone.ts';
import { asRoomName } from '../../../src/call/identifiers.ts';
import type { MediaBridge } from '../../../src/call/ports/media.ts';
import type { CallLeg, LegEvent, Sound } from '../../../src/call/ports/sip-engine.ts';
import { processClock } from '../../../src/process-clock.ts';
import type { DrachtioEngine } from '../../../src/sip/drachtio/drachtio-engine.ts';
import { startLiveKitServer, type TestLiveKitServer } from '../../support/livekit-server.ts';
import { silentLog, until } from '../../support/media-calls.ts';
import { amplitudeAt, sine } from '../../support/sounds.ts';
import { createWitness } from '../../support/witness.ts';
import {
  areServersNamed,
  createLiveEngine,
  openTestMedia,
  sipTarget,
  whyNot,
} from './live-servers.ts';

interface LiveCall {
  readonly phone: PhoneCall;
  readonly leg: CallLeg;
  readonly events: readonly LegEvent[];
  readonly confirmedAtMs: number;
  readonly answeredAfterMs: number;
  digits(): string;
}

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? NaN;

describe.skipIf(!areServersNamed)(`calls on drachtio and FreeSWITCH${whyNot}`, () => {
  let livekit: TestLiveKitServer;
  let media: MediaBridge;
  let engine: DrachtioEngine;
  const arrived: CallLeg[] = [];
  const phones: PhoneCall[] = [];

  beforeAll(async () => {
    livekit = await startLiveKitServer();
    media = await openTestMedia(livekit);
    engine = createLiveEngine(media, { isDirect: ({ user }) => user === '123456789' });
    await engine.start((leg) => {
      arrived.push(leg);
    });
  });
  afterEach(async () => {
    await Promise.all(phones.splice(0).map((phone) => phone.close()));
    await until(() => Object.values(engine.gauges()).every((figure) => figure === 0), 10_000);
    expect(engine.gauges()).toEqual({
      legs: 0,
      dialogs: 0,
      endpoints: 0,
      eventSockets: 0,
      listeners: 0,
    });
  });
  afterAll(async () => {
    await engine.close();
    await media.close();
    await livekit.close();
  });

  const call = async (
    options: Partial<PhoneOptions> = {},
    user = '+46480445511',
  ): Promise<LiveCall> => {
    const before = arrived.length;
    const phone = await dial(sipTarget(engine, user), {
      localAddress: '127.0.0.1',
      clock: processClock,
      log: silentLog,
      number: '+46701234567',
      ...options,
    });
    phones.push(phone);
    await until(() => arrived.length > before);
    const leg = arrived[before]!;
    const events: LegEvent[] = [];
    let confirmedAtMs = 0;
    leg.onEvent((event) => {
      if (event.type === 'confirmed') confirmedAtMs = performance.now();
      events.push(event);
    });
    expect(await leg.answer()).toMatchObject({ outcome: 'answered' });
    const answer = await phone.answer;
    await until(() => confirmedAtMs > 0);
    return {
      phone,
      leg,
      events,
      confirmedAtMs,
      answeredAfterMs: answer.answered ? answer.afterMs : NaN,
      digits: () =>
        events.flatMap((event) => (event.type === 'digit' ? [event.digit] : [])).join(''),
    };
  };
  const say = (leg: CallLeg, ...sounds: readonly Sound[]): void => {
    leg.play({ utteranceId: 1, phrases: [], sounds });
  };
  const tone = (hz: number, ms: number): Sound => ({ kind: 'tone', hz, ms, levelDbm0: -10 });
  const silence = (ms: number): Sound => ({ kind: 'silence', ms });
  const help: Sound = { kind: 'prompt', language: 'sv', file: 'help.wav' };
  /** 20 ms frames of what the phone heard, from its ACK on, louder than a whisper. */
  const loudFramesAt = ({ phone }: LiveCall): readonly number[] => {
    const pcm = phone.sound.recorder.pcm();
    return Array.from({ length: Math.floor(pcm.length / 160) }, (_, frame) => frame * 20).filter(
      (ms) => levelDbfs(pcm.subarray(ms * 8, ms * 8 + 160)) > -45,
    );
  };

  it('silence flows from the ACK, a tone is heard by 300 ms, and words after it', async () => {
    const placed = await call();
    say(placed.leg, silence(240), tone(440, 160), silence(400), help);
    await sleep(2_500);
    const { firstPacketMs, longestSpacingMs } = placed.phone.sound.recorder.report();
    const [firstLoud = NaN] = loudFramesAt(placed);
    console.log({
      answeredAfterMs: placed.answeredAfterMs,
      firstPacketMs,
      firstLoud,
      longestSpacingMs,
    });
    expect(firstPacketMs).toBeLessThan(60);
    expect(firstLoud).toBeLessThan(420);
    expect(longestSpacingMs).toBeLessThan(150);
    expect((await placed.leg.quality()).up.packets).toBeGreaterThan(80);
  });

  it('a key stops the words within 100 ms', async () => {
    const stops: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const placed = await call();
      say(placed.leg, tone(600, 8_000));
      await sleep(700);
      const stoppedAtMs = performance.now() - placed.confirmedAtMs;
      placed.leg.stopPlaying();
      await sleep(400);
      stops.push((loudFramesAt(placed).at(-1) ?? NaN) + 20 - stoppedAtMs);
      expect(placed.events.some(({ type }) => type === 'played')).toBe(false);
    }
    console.log({ stopMs: stops.map(Math.round) });
    expect(percentile(stops, 0.5)).toBeLessThan(100);
  });

  it('what follows a stopped utterance is heard whole', async () => {
    const placed = await call();
    for (let round = 0; round < 6; round += 1) {
      say(placed.leg, tone(600, 100));
      // About when it ends by itself: the break may come too late for it.
      await sleep(90 + round * 10);
      placed.leg.stopPlaying();
      placed.leg.play({ utteranceId: 100 + round, phrases: [], sounds: [tone(900, 300)] });
      const asked = performance.now();
      await until(() =>
        placed.events.some((event) => event.type === 'played' && event.utteranceId === 100 + round),
      );
      expect(performance.now() - asked).toBeGreaterThan(280);
    }
  });

  it.each([
    ['telephone-event', 'telephone-event'],
    ['info', 'info'],
    ['tone', 'in-band'],
  ] as const)('keys sent by %s are told once each', async (keys, source) => {
    const placed = await call({ keys });
    await sleep(200);
    await placed.phone.press('1905*#');
    await until(() => placed.digits().length >= 6);
    await sleep(200);
    expect(placed.digits()).toBe('1905*#');
    expect(placed.events.find(({ type }) => type === 'digit')).toMatchObject({ source });
  });

  it('no key is in the servers’ logs', async ({ skip }) => {
    const files = process.env.RINGBRO_TEST_SERVER_LOGS;
    if (files === undefined) skip('RINGBRO_TEST_SERVER_LOGS names no files');
    const placed = await call();
    await placed.phone.press('417');
    await until(() => placed.digits() === '417');
    for (const file of (files ?? '').split(',')) {
      expect(await readFile(file, 'utf8')).not.toMatch(/dtmf.*\b[0-9*#]\b|\+46480445511/i);
    }
  });

  it('hold is mirrored and told, and so is the way back', async () => {
    const placed = await call();
    expect(await placed.phone.setHold(true)).toBe('sendonly');
    expect(await placed.phone.setHold(false)).toBe('sendrecv');
    await until(() => placed.events.some(({ type }) => type === 'resumed'));
    expect(placed.events.map(({ type }) => type)).toEqual(['confirmed', 'held', 'resumed']);
  });

  it.each([
    ['through FreeSWITCH', '+46480445511'],
    ['straight to the worker', '123456789'],
  ])('in the room both hear each other, %s', async (_way, user) => {
    const placed = await call({}, user);
    const room = asRoomName(`live-${String(Math.random()).slice(2)}`);
    const witness = await createWitness({ ...livekit, room, identity: 'witness' });
    try {
      await witness.playTone(1000, -12);
      const joinedAtMs = performance.now();
      const outcome = await placed.leg.join({
        room,
        identity: 'ringbro:live:caller',
        name: 'Phone 1',
        attributes: {},
        muted: false,
      });
      console.log({ joinMs: Math.round(performance.now() - joinedAtMs) });
      expect(outcome).toEqual({ joined: true });
      placed.phone.sound.speak(sine(8000, 500, 8000, 8000), { endless: true });
      await sleep(1_500);
      const heard = placed.phone.sound.recorder.pcm().slice(-4000);
      expect(amplitudeAt(heard, 1000, 8000)).toBeGreaterThan(2000);
      expect(amplitudeAt(heard, 500, 8000)).toBeLessThan(200);
      expect(await witness.hear('ringbro:live:caller', 500)).toMatchObject({});

      placed.phone.sound.hush();
      await placed.phone.press('6');
      await until(() => placed.digits() === '6');
      expect(placed.digits()).toBe('6');
      placed.leg.play({ utteranceId: 7, phrases: [], sounds: [tone(700, 200)] });
      await until(() => placed.events.some(({ type }) => type === 'played'));

      await placed.leg.leaveRoom();
      placed.leg.play({ utteranceId: 8, phrases: [], sounds: [tone(1500, 600)] });
      await until(() =>
        placed.events.some((event) => event.type === 'played' && event.utteranceId === 8),
      );
      expect(
        amplitudeAt(placed.phone.sound.recorder.pcm().slice(-4000), 1500, 8000),
      ).toBeGreaterThan(1000);
      await placed.phone.press('5');
      await until(() => placed.digits() === '65');
      expect(placed.digits()).toBe('65');
    } finally {
      await witness.close();
    }
  });

  it('answers 40 calls one after another: INVITE to 200', async () => {
    const afterMs: number[] = [];
    for (let count = 0; count < 40; count += 1) {
      const placed = await call();
      afterMs.push(placed.answeredAfterMs);
      placed.phone.hangUp();
    }
    console.log({ p50: percentile(afterMs, 0.5), p99: percentile(afterMs, 0.99) });
    expect(percentile(afterMs, 0.5)).toBeLessThan(200);
  });
});
