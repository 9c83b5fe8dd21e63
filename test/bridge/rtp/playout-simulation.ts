import type { AudioDecoder } from '../../../src/bridge/audio/audio-decoder.ts';
import {
  createPlayout,
  type Playout,
  type PlayoutKind,
  type PlayoutOptions,
} from '../../../src/bridge/rtp/playout.ts';
import { rtpPacket, viewOf } from './rtp-fixtures.ts';

/** Bytes are samples in units of 100; concealment is recognisable, as is what FEC gave. */
export const concealedSample = -1;
export const recoveredSample = -2;

export const createFakeDecoder = (
  options: { readonly hasFec?: boolean; readonly samplesPerByte?: number } = {},
): AudioDecoder & { closed: number } => ({
  sampleRateHz: 8000,
  closed: 0,
  decode(payload, out) {
    const perByte = options.samplesPerByte ?? 1;
    const samples = payload.length * perByte;
    for (let index = 0; index < samples; index += 1) {
      out[index] = payload[Math.floor(index / perByte)]! * 100;
    }
    return samples;
  },
  conceal(out, samples) {
    out.fill(concealedSample, 0, samples);
  },
  recover(payload, out) {
    if (options.hasFec !== true) return 0;
    out.fill(recoveredSample, 0, payload.length);
    return payload.length;
  },
  close() {
    this.closed += 1;
  },
});

export interface SentPacket {
  readonly sequence: number;
  readonly timestamp: number;
  readonly arrivalMs: number;
  readonly payload: Uint8Array;
  readonly payloadType?: number;
  readonly ssrc?: number;
  readonly marker?: boolean;
}

export interface PlayedFrame {
  readonly atMs: number;
  readonly kind: PlayoutKind;
  readonly pcm: Int16Array;
}

/** Packets of `ptimeMs` at a sender's pace; each byte tells the number of its packet (1 to 120). */
export const talk = (options: {
  readonly packets: number;
  readonly ptimeMs?: number;
  readonly driftPpm?: number;
  readonly delayMs?: (index: number) => number;
}): SentPacket[] => {
  const ptimeMs = options.ptimeMs ?? 20;
  return Array.from({ length: options.packets }, (_, index) => ({
    sequence: 65_500 + index,
    timestamp: 4_294_960_000 + index * ptimeMs * 8,
    arrivalMs:
      7 + index * ptimeMs * (1 + (options.driftPpm ?? 0) / 1e6) + (options.delayMs?.(index) ?? 0),
    payload: new Uint8Array(ptimeMs * 8).fill((index % 120) + 1),
  }));
};

/**
 * Sends packets at their arrival times and pulls each 20 ms until `untilMs`; `stalled` says when
 * our process stands still: packets wait in the socket, pulls are left out.
 */
export const simulate = (
  packets: readonly SentPacket[],
  untilMs: number,
  options: Partial<PlayoutOptions> & {
    readonly playout?: Playout;
    readonly stalled?: (atMs: number) => boolean;
    readonly onFrame?: (frame: PlayedFrame, playout: Playout) => void;
  } = {},
): { readonly frames: PlayedFrame[]; readonly playout: Playout } => {
  const decoder = createFakeDecoder();
  const playout =
    options.playout ??
    createPlayout({
      outputRateHz: 8000,
      frameMs: 20,
      decoderFor: (payloadType) => (payloadType === 8 ? decoder : undefined),
      ...options,
    });
  const inOrder = packets.toSorted((a, b) => a.arrivalMs - b.arrivalMs);
  const frames: PlayedFrame[] = [];
  let next = 0;
  for (let atMs = 20; atMs <= untilMs; atMs += 20) {
    if (options.stalled?.(atMs) === true) continue;
    const wasStalled = options.stalled?.(atMs - 20) === true;
    for (let sent = inOrder[next]; sent !== undefined && sent.arrivalMs < atMs;) {
      const packet = rtpPacket(sent);
      playout.push(packet, viewOf(packet), wasStalled ? atMs - 1 : sent.arrivalMs);
      next += 1;
      sent = inOrder[next];
    }
    const pcm = new Int16Array(160);
    const frame = { atMs, kind: playout.pull(pcm), pcm };
    frames.push(frame);
    options.onFrame?.(frame, playout);
  }
  return { frames, playout };
};

export const countKinds = (frames: readonly PlayedFrame[]): Record<PlayoutKind, number> => {
  const counts = { voice: 0, concealed: 0, silence: 0, idle: 0 };
  for (const frame of frames) counts[frame.kind] += 1;
  return counts;
};

/** The numbers of the packets that were heard, in order, without repetition. */
export const heardPackets = (frames: readonly PlayedFrame[]): number[] => {
  const heard: number[] = [];
  for (const frame of frames) {
    for (const sample of frame.pcm) {
      if (sample > 0 && sample % 100 === 0 && heard.at(-1) !== sample / 100) {
        heard.push(sample / 100);
      }
    }
  }
  return heard;
};
