import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { asLegId } from '../../src/call/identifiers.ts';
import { createMediaCalls, gaugesUntil, until } from '../support/media-calls.ts';
import { amplitudeAt, rmsOf, sine } from '../support/sounds.ts';

const { firstPort, openBridge, openCall, startCall, close } = createMediaCalls();
afterEach(close);

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
    expect(amplitudeAt(sounding, 450, 8000)).toBeCloseTo(8000, -3);
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

  it('tells how the caller is received', async () => {
    const { leg } = await startCall(await openBridge());
    await sleep(1000);
    const { up } = await leg.quality();
    expect(up.packets).toBeGreaterThan(40);
    expect(up.lossPct).toBe(0);
    expect(up.mos).toBeGreaterThan(4);
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
    const zero = {
      legs: 0,
      sockets: 0,
      meetings: 0,
      meetingMixes: 0,
      ears: 0,
      links: 0,
      joinsWaiting: 0,
    };
    expect(await gaugesUntil(bridge, zero)).toEqual(zero);
  });

  it('opens the ports of pictures when they come later, and frees them with the leg', async () => {
    const bridge = await openBridge({ rtpPorts: { first: firstPort, last: firstPort + 3 } });
    const { leg } = await openCall(bridge);
    expect(leg.localVideoPort).toBeUndefined();
    await leg.openVideo?.();
    await leg.openVideo?.();
    const ports = [leg.localPort, leg.localVideoPort ?? 0].toSorted();
    expect(ports).toEqual([firstPort, firstPort + 2]);
    expect(leg.localVideoRtcpPort).toBe((leg.localVideoPort ?? 0) + 1);
    await leg.close();
    expect(await gaugesUntil(bridge, { legs: 0, sockets: 0 })).toEqual({ legs: 0, sockets: 0 });
  });

  it('goes on with sound where no ports are free for pictures', async () => {
    const bridge = await openBridge({ rtpPorts: { first: firstPort, last: firstPort + 1 } });
    const { leg } = await openCall(bridge);
    await expect(leg.openVideo?.()).rejects.toMatchObject({ code: 'media/no-port' });
    expect(leg.localVideoPort).toBeUndefined();
  });

  it('begins with sound where a call with pictures finds one pair of ports', async () => {
    const bridge = await openBridge({ rtpPorts: { first: firstPort, last: firstPort + 1 } });
    const leg = await bridge.openLeg(asLegId('one-pair'), '127.0.0.1', { video: true });
    expect([leg.localPort, leg.localVideoPort]).toEqual([firstPort, undefined]);
    await leg.close();
  });

  it('ends the legs of a worker that died, and puts another in its place', async () => {
    const started: Worker[] = [];
    const keep = (worker: Worker) => started.push(worker);
    process.on('worker', keep);
    const bridge = await openBridge({ workers: 2 });
    process.off('worker', keep);
    const [first, second] = [await startCall(bridge), await startCall(bridge)];
    expect(started).toHaveLength(2);
    await started[0]!.terminate();
    await until(() => first.count('media-timeout') + second.count('media-timeout') > 0);
    const [dead, alive] = first.count('media-timeout') > 0 ? [first, second] : [second, first];
    expect([dead.count('media-timeout'), alive.count('media-timeout')]).toEqual([1, 0]);
    await dead.leg.close();
    expect(await gaugesUntil(bridge, { workers: 2, legs: 1 })).toEqual({ workers: 2, legs: 1 });
    const next = await startCall(bridge);
    await until(() => next.phone.heard.length > 10);
    expect(next.phone.heard.length).toBeGreaterThan(10);
  });

  it('frees the ports of a worker that died', async () => {
    const started: Worker[] = [];
    const keep = (worker: Worker) => started.push(worker);
    process.on('worker', keep);
    const bridge = await openBridge({ rtpPorts: { first: firstPort, last: firstPort + 1 } });
    process.off('worker', keep);
    const call = await startCall(bridge);
    await started[0]!.terminate();
    await until(() => call.count('media-timeout') > 0);
    await call.leg.close();
    await gaugesUntil(bridge, { workers: 1 });
    const next = await startCall(bridge);
    expect(next.leg.localPort).toBe(firstPort);
  });

  it('refuses a leg when no port is free', async () => {
    const bridge = await openBridge({ rtpPorts: { first: firstPort, last: firstPort + 1 } });
    await openCall(bridge);
    await expect(openCall(bridge)).rejects.toMatchObject({ code: 'media/no-port' });
  });
});
