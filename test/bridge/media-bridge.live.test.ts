import { afterEach, describe, expect, it } from 'vitest';
import { pack } from '../../src/bridge/audio/prompt-library.ts';
import { createMediaBridge, type MediaBridgeOptions } from '../../src/bridge/client.ts';
import { asLegId, asNodeId } from '../../src/call/identifiers.ts';
import type { Logger, MediaBridge, MediaEvent, MediaLeg } from '../../src/call/ports.ts';
import { openRtpPhone, type RtpPhone } from '../support/rtp-phone.ts';
import { amplitudeAt, rmsOf, sine } from '../support/sounds.ts';

const silentLog: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};
const speech = sine(8000, 440, 8000, 8000);
const prompts = pack(new Map([['en/speech', speech]]), 8000);
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const until = async (condition: () => boolean, timeoutMs = 3000): Promise<void> => {
  const end = performance.now() + timeoutMs;
  while (!condition() && performance.now() < end) await sleep(5);
};

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

const firstPort = 20_000 + Math.floor(Math.random() * 10_000) * 2;
const openBridge = async (options: Partial<MediaBridgeOptions> = {}): Promise<MediaBridge> => {
  const bridge = await createMediaBridge({
    workers: 1,
    rtpPorts: { first: firstPort, last: firstPort + 400 },
    prompts,
    livekit: { url: 'ws://127.0.0.1:1', apiKey: 'key', apiSecret: 'secret'.repeat(6) },
    nodeId: asNodeId('node'),
    log: silentLog,
    ...options,
  });
  open.push(bridge);
  return bridge;
};

let legNumber = 0;
const openCall = async (
  bridge: MediaBridge,
  changes: Parameters<RtpPhone['session']>[0] = {},
): Promise<{ leg: MediaLeg; phone: RtpPhone; events: MediaEvent[] }> => {
  const phone = await openRtpPhone();
  open.push(phone);
  const leg = await bridge.openLeg(asLegId(`leg-${++legNumber}`), '127.0.0.1');
  const events: MediaEvent[] = [];
  leg.onEvent((event) => events.push(event));
  leg.configure(phone.session(changes));
  return { leg, phone, events };
};
const startCall = async (...args: Parameters<typeof openCall>) => {
  const call = await openCall(...args);
  call.phone.dial(call.leg.localPort);
  call.leg.start();
  return call;
};

describe('one caller', () => {
  it('silence flows within 40 ms of start, and never pauses', async () => {
    const { leg, phone } = await openCall(await openBridge());
    await sleep(60);
    expect(phone.heard).toEqual([]);
    const startedAt = performance.now();
    leg.start();
    await sleep(1000);
    const [first] = phone.heard;
    expect(first!.atMs - startedAt).toBeLessThan(40);
    expect(first!.marker).toBe(true);
    expect(phone.heard.length).toBeGreaterThanOrEqual(48);
    expect(phone.heard.length).toBeLessThanOrEqual(51);
    expect(rmsOf(phone.lastMs(1000))).toBeLessThan(20);
    phone.heard.slice(1).forEach((packet, index) => {
      expect(packet.sequenceNumber).toBe((phone.heard[index]!.sequenceNumber + 1) & 0xffff);
      expect(packet.timestamp).toBe((phone.heard[index]!.timestamp + 160) >>> 0);
    });
  });

  it('a prompt is heard as it was recorded, to its end', async () => {
    const { leg, phone, events } = await startCall(await openBridge());
    await sleep(100);
    leg.play({
      utteranceId: 7,
      phrases: [],
      sounds: [
        { kind: 'silence', ms: 100 },
        { kind: 'prompt', language: 'en', file: 'speech' },
      ],
    });
    await until(() => events.some(({ type }) => type === 'played'));
    await sleep(100);
    expect(events).toContainEqual({ type: 'played', utteranceId: 7 });
    const heard = Int16Array.from(phone.heard.flatMap(({ pcm }) => [...pcm]));
    const begin = heard.findIndex((sample) => Math.abs(sample) > 200);
    const sounding = heard.subarray(begin, begin + 7900);
    expect(amplitudeAt(sounding, 440, 8000)).toBeCloseTo(8000, -3);
    expect(rmsOf(sounding)).toBeCloseTo(8000 / Math.SQRT2, -3);
    expect(rmsOf(phone.lastMs(60))).toBeLessThan(20);
  });

  it('a stopped prompt is silent within two frames and is not told as played', async () => {
    const { leg, phone, events } = await startCall(await openBridge());
    leg.play({
      utteranceId: 8,
      phrases: [],
      sounds: [{ kind: 'prompt', language: 'en', file: 'speech' }],
    });
    await sleep(300);
    const stoppedAt = performance.now();
    leg.stopPlaying();
    await sleep(300);
    const after = phone.heard.filter(({ atMs }) => atMs > stoppedAt + 40);
    expect(after.length).toBeGreaterThan(5);
    for (const { pcm } of after) expect(rmsOf(pcm)).toBeLessThan(20);
    expect(events.filter(({ type }) => type === 'played')).toEqual([]);
  });

  it('keys by telephone-event come once each, in order', async () => {
    const { phone, events } = await startCall(await openBridge());
    const keys = ['1', '2', '0', '3', '#'];
    for (const digit of keys) phone.press(digit);
    await until(() => events.filter(({ type }) => type === 'digit').length === 5);
    await sleep(200);
    expect(events.filter(({ type }) => type === 'digit')).toEqual(
      keys.map((digit) => ({ type: 'digit', digit, source: 'telephone-event' })),
    );
    expect(events[0]).toEqual({ type: 'first-rtp' });
  });

  it('keys come as tones where telephone-event was not agreed', async () => {
    const { phone, events } = await startCall(await openBridge(), {
      telephoneEventPayloadType: undefined,
    });
    await sleep(100);
    const five = sine(960, 770, 8000, 8000).map((sample, index) =>
      Math.round(sample + 8000 * Math.sin((2 * Math.PI * 1336 * index) / 8000)),
    );
    phone.say(five);
    await until(() => events.some(({ type }) => type === 'digit'));
    await sleep(200);
    expect(events.filter(({ type }) => type === 'digit')).toEqual([
      { type: 'digit', digit: '5', source: 'in-band' },
    ]);
  });

  it('nothing is sent while inactive, and it goes on with the same stream', async () => {
    const { leg, phone } = await startCall(await openBridge());
    await sleep(200);
    leg.configure(phone.session({ direction: 'inactive' }));
    await sleep(60);
    const before = phone.heard.length;
    await sleep(300);
    expect(phone.heard.length).toBe(before);
    leg.configure(phone.session());
    await sleep(200);
    const [last, next] = phone.heard.slice(before - 1, before + 1);
    expect(next!.sequenceNumber).toBe((last!.sequenceNumber + 1) & 0xffff);
    expect(next!.marker).toBe(true);
    expect(next!.timestamp - last!.timestamp).toBeGreaterThan(160 * 10);
  });

  it('no RTP for the set time is a media-timeout, but not while held', async () => {
    const bridge = await openBridge({ settings: { mediaTimeoutMs: 300 } });
    const { leg, phone, events } = await startCall(bridge);
    const timeouts = () => events.filter(({ type }) => type === 'media-timeout').length;
    await sleep(500);
    expect(timeouts()).toBe(0);
    leg.configure(phone.session({ direction: 'inactive' }));
    phone.pause(true);
    await sleep(500);
    expect(timeouts()).toBe(0);
    leg.configure(phone.session());
    await sleep(600);
    expect(timeouts()).toBe(1);
  });
});

describe('the bridge', () => {
  it('has all gauges at zero after 50 legs were opened and closed', async () => {
    const bridge = await openBridge({ workers: 3 });
    const calls = await Promise.all(Array.from({ length: 50 }, () => startCall(bridge)));
    expect(await bridge.gauges()).toMatchObject({ workers: 3, legs: 50, sockets: 100 });
    await Promise.all(calls.map(({ leg }) => leg.close()));
    expect(await bridge.gauges()).toMatchObject({
      workers: 3,
      legs: 0,
      sockets: 0,
      meetings: 0,
      meetingMixes: 0,
      ears: 0,
      links: 0,
      joinsWaiting: 0,
    });
  });

  it('refuses a leg when no port is free', async () => {
    const bridge = await openBridge({ rtpPorts: { first: firstPort, last: firstPort + 1 } });
    await openCall(bridge);
    await expect(openCall(bridge)).rejects.toMatchObject({ code: 'media/no-port' });
  });
});
