/** A telephone's sound without its signalling: real RTP over loopback, in real time. */
import { createSocket } from 'node:dgram';
import type { MediaSession } from '../../src/call/ports/media.ts';
import { decodeG711, encodeG711, silenceByte } from '../../src/bridge/audio/g711.ts';
import { createRtpView, parseRtp, writeRtpHeader } from '../../src/bridge/rtp/rtp-packet.ts';
import { createTelephoneEventSender } from '../../src/bridge/rtp/telephone-event.ts';
import { sine } from './sounds.ts';

const frameSamples = 160;
const framesPerSecond = 50;
export const telephoneEvent = 101;

export interface HeardPacket {
  readonly atMs: number;
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly marker: boolean;
  readonly payloadType: number;
  readonly pcm: Int16Array;
}

export interface RtpPhone {
  readonly port: number;
  /** What SDP would have settled, our port in it. */
  session(changes?: Partial<MediaSession>): MediaSession;
  /** Sends a frame each 20 ms from now on: silence until `speak`. */
  dial(remotePort: number): void;
  /** A tone of whole hertz, or silence where `hz` is 0. */
  speak(hz: number, peak?: number): void;
  /** Plays samples once, then silence. */
  say(pcm: Int16Array): void;
  press(digit: string): void;
  /** Stops and resumes sending. */
  pause(paused: boolean): void;
  readonly heard: HeardPacket[];
  /** The sound of the last `ms` of what came. */
  lastMs(ms: number): Int16Array;
  close(): void;
}

export const openRtpPhone = async (codec: 'PCMU' | 'PCMA' = 'PCMA'): Promise<RtpPhone> => {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  const payloadType = codec === 'PCMA' ? 8 : 0;
  const view = createRtpView();
  const heard: HeardPacket[] = [];
  const keys = createTelephoneEventSender({ payloadType: telephoneEvent });
  const waitingKeys: string[] = [];
  const ssrc = Math.floor(Math.random() * 2 ** 32);
  let sequence = 0;
  let sent = 0;
  let remotePort = 0;
  /** A second of the tone, whole periods: frames join without a click. */
  let tone: Int16Array | undefined;
  let once: Int16Array | undefined;
  let paused = false;
  let beganAt = 0;
  let timer: NodeJS.Timeout | undefined;

  socket.on('message', (packet) => {
    if (!parseRtp(packet, packet.length, view)) return;
    const pcm = new Int16Array(view.payloadLength);
    decodeG711(
      codec,
      packet.subarray(view.payloadOffset, view.payloadOffset + view.payloadLength),
      pcm,
    );
    const { sequenceNumber, timestamp, marker } = view;
    heard.push({
      atMs: performance.now(),
      sequenceNumber,
      timestamp,
      marker,
      payloadType: view.payloadType,
      pcm,
    });
  });

  const soundOf = (frame: number): Int16Array => {
    if (once !== undefined) {
      const pcm = new Int16Array(frameSamples);
      pcm.set(once.subarray(0, frameSamples));
      once = once.length > frameSamples ? once.subarray(frameSamples) : undefined;
      return pcm;
    }
    const at = (frame % framesPerSecond) * frameSamples;
    return tone?.subarray(at, at + frameSamples) ?? new Int16Array(frameSamples);
  };

  const sendFrame = (): void => {
    const frame = sent++;
    if (paused) return;
    const timestamp = (frame * frameSamples) >>> 0;
    const next = waitingKeys[0];
    if (next !== undefined && !keys.active && keys.begin(next, timestamp, 100)) waitingKeys.shift();
    const event = keys.next(++sequence & 0xffff, ssrc);
    if (event !== undefined) {
      socket.send(event, remotePort, '127.0.0.1');
      return;
    }
    const packet = Buffer.alloc(12 + frameSamples, silenceByte[codec]);
    writeRtpHeader(packet, payloadType, frame === 0, sequence & 0xffff, timestamp, ssrc);
    encodeG711(codec, soundOf(frame), packet.subarray(12));
    socket.send(packet, remotePort, '127.0.0.1');
  };

  return {
    port,
    session: (changes = {}) => ({
      remoteAddress: '127.0.0.1',
      remotePort: port,
      remoteRtcpPort: port + 1,
      rtcpMux: false,
      codec,
      payloadType,
      telephoneEventPayloadType: telephoneEvent,
      comfortNoisePayloadType: undefined,
      direction: 'sendrecv',
      ...changes,
    }),
    dial: (to) => {
      remotePort = to;
      beganAt = performance.now();
      timer = setInterval(() => {
        while (sent <= (performance.now() - beganAt) / 20) sendFrame();
      }, 5);
    },
    speak: (hz, peak = 8000) => {
      tone = hz === 0 ? undefined : sine(8000, hz, peak, 8000);
    },
    say: (pcm) => {
      once = pcm;
    },
    press: (digit) => {
      waitingKeys.push(digit);
    },
    pause: (now) => {
      paused = now;
    },
    heard,
    lastMs: (ms) => {
      const frames = heard.slice(-Math.round(ms / 20));
      return Int16Array.from(frames.flatMap(({ pcm }) => [...pcm]));
    },
    close: () => {
      clearInterval(timer);
      socket.close();
    },
  };
};
