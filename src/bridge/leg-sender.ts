/**
 * What a caller hears, as RTP, a frame of 20 ms at each tick. Once started it never pauses while our
 * direction sends; where nothing sounds it sends silence.
 */
import type { AudioEncoder } from './audio/audio-decoder.ts';
import { isG711, isWideband, rtpClockOf, soundRateOf, type LegCodec } from './audio/codec-rates.ts';
import { encodeG711, g711RateHz, silenceByte } from './audio/g711.ts';
import { gainOfDb } from './audio/mix.ts';
import type { PromptLibrary } from './audio/prompt-library.ts';
import { createSoundPlayer } from './audio/sound-player.ts';
import { openWidebandEncoder } from './audio/wideband-encoder.ts';
import { createLegEar } from './leg-ear.ts';
import type { MediaEvent, MediaSession } from '../call/ports/media.ts';
import type { Utterance } from '../call/ports/sip-engine.ts';
import { rtpHeaderBytes, writeRtpHeader } from './rtp/rtp-packet.ts';

export interface LegSender {
  configure(session: MediaSession): void;
  /** The next tick sends the first packet. */
  start(): void;
  play(utterance: Utterance): void;
  stopPlaying(): void;
  setVolumeDb(volumeDb: number): void;
  /**
   * Sends this tick's frame. `hearRoom` writes the room's frame (160 samples at 8 kHz, or 320 at 16 for
   * a wideband codec) and returns true, or false where nothing sounds there; `afterGap`: ticks before
   * this one never ran.
   */
  sendFrame(tick: number, afterGap: boolean, hearRoom: (out: Int16Array) => boolean): void;
  /** What was sent since it was taken last. */
  takeSent(): SentRtp;
  /** The RTP time stamp of this tick. */
  timestampAt(tick: number): number;
  /** Idempotent. */
  close(): void;
}

export interface SentRtp {
  readonly packets: number;
  readonly payloadBytes: number;
}

export interface LegSenderDeps {
  readonly prompts: PromptLibrary;
  /** Random beginnings, RFC 3550 §5.1. */
  readonly ssrc: number;
  readonly initialSequence: number;
  readonly initialTimestamp: number;
  /** The buffer is used again for the next frame. False where it did not go. */
  readonly send: (packet: Uint8Array) => boolean;
  readonly emit: (event: Extract<MediaEvent, { type: 'played' }>) => void;
}

/** Of G.711 and G.722; more than Opus takes at our bit rate. */
const g711Bytes = g711RateHz / 50;
const longestPayloadBytes = 400;

export const createLegSender = (deps: LegSenderDeps): LegSender => {
  const player = createSoundPlayer(deps.prompts, g711RateHz);
  const packet = new Uint8Array(rtpHeaderBytes + longestPayloadBytes);
  const payload = packet.subarray(rtpHeaderBytes);
  const g711Packet = packet.subarray(0, rtpHeaderBytes + g711Bytes);
  const g711Payload = payload.subarray(0, g711Bytes);
  let ear = createLegEar(player, g711RateHz);
  let codec: LegCodec = 'PCMA';
  /** Of a wideband codec: the library of Opus opens it later, and until then nothing is sent. */
  let encoder: AudioEncoder | undefined;
  let payloadType = 8;
  let unitsPerFrame = g711Bytes;
  let sends = false;
  let started = false;
  let isClosed = false;
  let volumeGain = 1;
  let sequence = deps.initialSequence;
  let marker = true;
  let sentPackets = 0;
  let sentBytes = 0;

  const timestampAt = (tick: number): number =>
    (deps.initialTimestamp + tick * unitsPerFrame) >>> 0;

  const openEncoder = async (wanted: 'G722' | 'opus'): Promise<void> => {
    const opened = await openWidebandEncoder(wanted);
    if (isClosed || codec !== wanted) opened.close();
    else encoder = opened;
  };
  const setCodec = (next: LegCodec): void => {
    if (next === codec) return;
    if (soundRateOf(next) !== soundRateOf(codec)) ear = createLegEar(player, soundRateOf(next));
    codec = next;
    unitsPerFrame = rtpClockOf(next) / 50;
    encoder?.close();
    encoder = undefined;
    if (isWideband(next)) void openEncoder(next).catch(() => undefined);
  };

  /** This tick's packet but for its header; undefined where it can't be made yet. */
  const encode = (sounds: boolean): Uint8Array | undefined => {
    if (isG711(codec)) {
      if (sounds) encodeG711(codec, ear.frame, g711Payload);
      else g711Payload.fill(silenceByte[codec]);
      return g711Packet;
    }
    const bytes = encoder?.encode(ear.frame, payload) ?? 0;
    return bytes === 0 ? undefined : packet.subarray(0, rtpHeaderBytes + bytes);
  };

  const send = (full: Uint8Array): void => {
    if (!deps.send(full)) return;
    sentPackets += 1;
    sentBytes += full.length - rtpHeaderBytes;
  };

  const tellPlayed = (): void => {
    const utteranceId = player.takeEnded();
    if (utteranceId !== undefined) deps.emit({ type: 'played', utteranceId });
  };

  return {
    configure: (session) => {
      setCodec(session.codec);
      payloadType = session.payloadType;
      const nowSends = session.direction === 'sendrecv' || session.direction === 'sendonly';
      if (nowSends && !sends) marker = true;
      sends = nowSends;
    },
    start: () => {
      started = true;
    },
    play: (utterance) => {
      player.play(utterance);
    },
    stopPlaying: () => {
      player.stop();
    },
    setVolumeDb: (volumeDb) => {
      volumeGain = gainOfDb(volumeDb);
    },
    sendFrame: (tick, afterGap, hearRoom) => {
      if (!started) return;
      // A prompt goes on while the caller holds us: its end must come, whoever listens.
      const sounds = ear.mix(hearRoom, volumeGain);
      const full = sends ? encode(sounds) : undefined;
      if (full !== undefined) {
        sequence = (sequence + 1) & 0xffff;
        const marked = marker || afterGap;
        writeRtpHeader(full, payloadType, marked, sequence, timestampAt(tick), deps.ssrc);
        marker = false;
        send(full);
      }
      tellPlayed();
    },
    takeSent: () => {
      const sent = { packets: sentPackets, payloadBytes: sentBytes };
      sentPackets = sentBytes = 0;
      return sent;
    },
    timestampAt,
    close: () => {
      isClosed = true;
      encoder?.close();
      encoder = undefined;
    },
  };
};
