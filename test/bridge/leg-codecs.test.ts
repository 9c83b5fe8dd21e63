/** A leg's two ends in wideband: what the sender sends the receiver understands. */
import { beforeAll, describe, expect, it } from 'vitest';
import { createOpusDecoder } from '../../src/bridge/audio/opus-decoder.ts';
import { pack } from '../../src/bridge/audio/prompt-library.ts';
import { createLegReceiver } from '../../src/bridge/leg-receiver.ts';
import { createLegSender } from '../../src/bridge/leg-sender.ts';
import { createRtpView, parseRtp } from '../../src/bridge/rtp/rtp-packet.ts';
import type { MediaSession } from '../../src/call/ports/media.ts';
import { dtmfTones } from '../../src/bridge/audio/dtmf-tone.ts';
import { resample } from '../../src/bridge/audio/resample.ts';
import { amplitudeAt, sine } from '../support/sounds.ts';

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
beforeAll(async () => {
  (await createOpusDecoder(16_000)).close();
});

const sessionIn = (codec: MediaSession['codec'], keys: number | undefined = 101): MediaSession => ({
  remoteAddress: '192.0.2.1',
  remotePort: 4000,
  remoteRtcpPort: 4001,
  rtcpMux: false,
  codec,
  payloadType: { PCMU: 0, PCMA: 8, G722: 9, opus: 96 }[codec],
  telephoneEventPayloadType: keys,
  comfortNoisePayloadType: undefined,
  direction: 'sendrecv',
});
const prompts = pack(new Map([['en/speech', sine(8000, 1000, 6000, 8000)]]), 8000);

const setUp = (session: MediaSession) => {
  const view = createRtpView();
  const timestamps: number[] = [];
  const digits: string[] = [];
  let nowMs = 0;
  const receiver = createLegReceiver({ onDigit: (digit, source) => digits.push(digit + source) });
  receiver.configure(session);
  const sender = createLegSender({
    prompts,
    ssrc: 1,
    initialSequence: 1,
    initialTimestamp: 0,
    send: (packet) => {
      parseRtp(packet, packet.length, view);
      timestamps.push(view.timestamp);
      receiver.push(packet, view, nowMs);
      return true;
    },
    emit: () => undefined,
  });
  sender.configure(session);
  sender.start();
  let tick = 0;
  return {
    sender,
    receiver,
    timestamps,
    digits,
    /** What comes out, tick by tick, while the room sounds so. */
    pass: (ticks: number, room?: Int16Array): Int16Array => {
      const sound: number[] = [];
      for (let n = 0; n < ticks; n++) {
        nowMs += 20;
        const frame = receiver.takeFrame();
        if (frame !== undefined) sound.push(...frame);
        sender.sendFrame(tick++, false, (out) => {
          if (room === undefined) return false;
          out.set(room.subarray(n * out.length, (n + 1) * out.length));
          return true;
        });
      }
      return Int16Array.from(sound);
    },
  };
};

describe.each([
  ['G722', 160],
  ['opus', 960],
] as const)('a leg in %s', (codec, unitsPerFrame) => {
  it('carries what is above 4 kHz, at its own RTP clock', async () => {
    const { pass, timestamps } = setUp(sessionIn(codec));
    await settled();
    const heard = pass(60, sine(60 * 320, 5500, 8000, 16_000));
    expect(amplitudeAt(heard.slice(-9600), 5500, 16_000)).toBeGreaterThan(6000);
    expect(timestamps.slice(0, 3)).toEqual([0, unitsPerFrame, 2 * unitsPerFrame]);
  });

  it('plays prompts of 8 kHz over the room', async () => {
    const { sender, pass } = setUp(sessionIn(codec));
    await settled();
    sender.play({
      utteranceId: 1,
      phrases: [],
      sounds: [{ kind: 'prompt', language: 'en', file: 'speech' }],
    });
    const heard = pass(40).slice(-8000);
    expect(amplitudeAt(heard, 1000, 16_000)).toBeGreaterThan(4500);
    expect(amplitudeAt(heard, 7000, 16_000)).toBeLessThan(60);
  });

  it('changes to G.711 and back within a call', async () => {
    const { sender, receiver, pass } = setUp(sessionIn(codec));
    await settled();
    pass(20, sine(20 * 320, 1000, 8000, 16_000));
    for (const each of ['PCMA', codec] as const) {
      const rateHz = each === 'PCMA' ? 8000 : 16_000;
      receiver.configure(sessionIn(each));
      sender.configure(sessionIn(each));
      receiver.setFrameWanted(true);
      await settled();
      const heard = pass(40, sine((40 * rateHz) / 50, 1000, 8000, rateHz)).slice(-rateHz / 5);
      expect(amplitudeAt(heard, 1000, rateHz)).toBeGreaterThan(6500);
    }
  });

  it('finds keys in the sound where there is no other way', async () => {
    const { digits, pass } = setUp({ ...sessionIn(codec), telephoneEventPayloadType: undefined });
    await settled();
    const keys = resample(dtmfTones('159#', 8000), 8000, 16_000);
    const sound = new Int16Array(60 * 320);
    sound.set(keys);
    pass(60, sound);
    expect(digits).toEqual(['1', '5', '9', '#'].map((key) => `${key}in-band`));
  });
});
