import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Application, Bandwidth, createEncoder } from 'libopus-wasm';
import { beforeAll, describe, expect, it } from 'vitest';
import { createOpusDecoder } from '../../../src/bridge/audio/opus-decoder.ts';
import { createOpusEncoder } from '../../../src/bridge/audio/opus-encoder.ts';
import { opusPacketHasFec, opusPacketSamples } from '../../../src/bridge/audio/opus-packet.ts';
import { resample } from '../../../src/bridge/audio/resample.ts';
import { parseWav } from '../../../src/bridge/audio/wav.ts';
import { amplitudeAt, rmsOf, sine } from '../../support/sounds.ts';

let speech48: Int16Array;
/** Speech as a browser sends it: 48 kHz, 20 ms, with in-band FEC. */
const packets: Uint8Array[] = [];

beforeAll(async () => {
  const wav = parseWav(readFileSync(new URL('../../../prompts/en/help.wav', import.meta.url)));
  if ('problem' in wav) throw new Error(wav.problem);
  speech48 = resample(wav.pcm, wav.rateHz, 48_000);
  const encoder = await createEncoder({
    application: Application.Voip,
    channels: 1,
    bitrate: 32_000,
    fec: true,
    packetLossPercent: 20,
  });
  for (let at = 0; at + 960 <= speech48.length; at += 960)
    packets.push(encoder.encode(speech48.subarray(at, at + 960)));
  encoder.free();
});

describe('an Opus decoder', () => {
  it.each([8000, 16_000] as const)('decodes speech at %i Hz with its level', async (rateHz) => {
    const decoder = await createOpusDecoder(rateHz);
    const frame = new Int16Array(rateHz / 50);
    const all: number[] = [];
    for (const packet of packets) {
      expect(decoder.decode(packet, frame)).toBe(frame.length);
      all.push(...frame);
    }
    decoder.close();
    expect(20 * Math.log10(rmsOf(Int16Array.from(all)) / rmsOf(speech48))).toBeCloseTo(0, 0);
  });

  it('mixes two channels to one and takes a 60 ms packet', async () => {
    const encoder = await createEncoder({ channels: 2, frameSize: 2880, bitrate: 64_000 });
    const tone = sine(2880, 1000, 8000, 48_000);
    const stereo = new Int16Array(5760);
    for (const [i, sample] of tone.entries()) stereo[2 * i] = stereo[2 * i + 1] = sample;
    const decoder = await createOpusDecoder(8000);
    const out = new Int16Array(480);
    for (let i = 0; i < 5; i++) expect(decoder.decode(encoder.encode(stereo), out)).toBe(480);
    expect(amplitudeAt(out, 1000, 8000)).toBeGreaterThan(6500);
    encoder.free();
    decoder.close();
  });

  it('conceals a loss with sound and fades to silence', async () => {
    const decoder = await createOpusDecoder(8000);
    const frame = new Int16Array(160);
    for (const packet of packets.slice(0, 40)) decoder.decode(packet, frame);
    const before = rmsOf(frame);
    decoder.conceal(frame, 160);
    expect(rmsOf(frame)).toBeGreaterThan(before / 10);
    for (let i = 0; i < 50; i++) decoder.conceal(frame, 160);
    expect(rmsOf(frame)).toBeLessThan(before / 10);
    decoder.close();
  });

  it('recovers a lost frame from the next packet, nearer to the truth than concealment', async () => {
    const [whole, recovering, concealing] = await Promise.all([
      createOpusDecoder(8000),
      createOpusDecoder(8000),
      createOpusDecoder(8000),
    ]);
    const truth = new Int16Array(160);
    const frame = new Int16Array(160);
    let recovered = 0;
    let recoveryError = 0;
    let concealmentError = 0;
    const errorOf = (heard: Int16Array): number => {
      let sum = 0;
      for (const [i, sample] of heard.entries()) sum += (sample - truth[i]!) ** 2;
      return sum;
    };
    for (const [i, packet] of packets.entries()) {
      whole.decode(packet, truth);
      const next = packets[i + 1];
      if (i % 5 !== 4 || next === undefined) {
        recovering.decode(packet, frame);
        concealing.decode(packet, frame);
        continue;
      }
      if (opusPacketHasFec(next)) {
        expect(recovering.recover(next, frame)).toBe(160);
        recovered++;
        recoveryError += errorOf(frame);
        concealing.conceal(frame, 160);
        concealmentError += errorOf(frame);
      } else {
        expect(recovering.recover(next, frame)).toBe(0);
        recovering.conceal(frame, 160);
        concealing.conceal(frame, 160);
      }
    }
    expect(recovered).toBeGreaterThan(20);
    expect(recoveryError).toBeLessThan(concealmentError / 2);
    for (const decoder of [whole, recovering, concealing]) decoder.close();
  });

  it('takes any bytes without throwing, and decodes the next good packet', async () => {
    const decoder = await createOpusDecoder(8000);
    const out = new Int16Array(960);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const samples of [decoder.decode(bytes, out), decoder.recover(bytes, out)]) {
          expect(samples).toBeGreaterThanOrEqual(0);
          expect(samples).toBeLessThanOrEqual(960);
        }
      }),
    );
    expect(decoder.decode(packets[30]!, out)).toBe(160);
    decoder.close();
  });

  it('does nothing once closed, however often', async () => {
    const decoder = await createOpusDecoder(8000);
    decoder.close();
    decoder.close();
    expect(decoder.decode(packets[0]!, new Int16Array(160))).toBe(0);
    const out = new Int16Array(160).fill(7);
    decoder.conceal(out, 160);
    expect(rmsOf(out)).toBe(0);
  });
});

describe('an Opus packet', () => {
  it('tells its length for every configuration and frame count', async () => {
    for (const frameSize of [120, 240, 480, 960, 1920, 2880] as const) {
      const encoder = await createEncoder({ channels: 1, frameSize });
      const packet = encoder.encode(new Int16Array(frameSize));
      expect(opusPacketSamples(packet, 8000)).toBe(frameSize / 6);
      encoder.free();
    }
    expect(opusPacketSamples(new Uint8Array(0), 8000)).toBe(0);
    // Code 3 with 63 frames of 20 ms: beyond the 120 ms that RFC 6716 allows.
    expect(opusPacketSamples(Uint8Array.of(0b00001011, 63), 8000)).toBe(0);
  });

  it('carries no FEC where it is CELT or was encoded without', async () => {
    const encoder = await createEncoder({
      channels: 1,
      application: Application.RestrictedLowDelay,
      maxBandwidth: Bandwidth.Fullband,
      fec: true,
      packetLossPercent: 20,
    });
    expect(opusPacketHasFec(encoder.encode(speech48.subarray(9600, 10_560)))).toBe(false);
    encoder.free();
    const plain = await createEncoder({
      channels: 1,
      application: Application.Voip,
      bitrate: 16_000,
    });
    for (let at = 9600; at < 48_000; at += 960)
      expect(opusPacketHasFec(plain.encode(speech48.subarray(at, at + 960)))).toBe(false);
    plain.free();
  });

  it('carries FEC where speech was encoded for loss', () => {
    const withFec = packets.filter(opusPacketHasFec).length;
    expect(withFec).toBeGreaterThan(packets.length / 2);
  });
});

describe('an Opus encoder', () => {
  it('gives packets that decode to what went in', async () => {
    const encoder = await createOpusEncoder(16_000);
    const decoder = await createOpusDecoder(16_000);
    const tone = sine(3200, 700, 8000, 16_000);
    const packet = new Uint8Array(1500);
    const out = new Int16Array(320);
    for (let at = 0; at < 3200; at += 320) {
      const bytes = encoder.encode(tone.subarray(at, at + 320), packet);
      expect(bytes).toBeGreaterThan(0);
      expect(bytes).toBeLessThan(300);
      expect(decoder.decode(packet.subarray(0, bytes), out)).toBe(320);
    }
    expect(amplitudeAt(out, 700, 16_000)).toBeGreaterThan(6000);
    encoder.close();
    decoder.close();
  });
});
