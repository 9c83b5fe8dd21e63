/**
 * What a caller hears, a frame of 20 ms at each tick: the room, lowered under a prompt, and the
 * prompt itself, as G.711 in RTP. Once started it never pauses while our direction sends; where
 * nothing sounds it sends silence.
 */
import { encodeG711, g711RateHz, silenceByte, type G711Law } from './audio/g711.ts';
import { addInto, createGainRamp, gainOfDb } from './audio/mix.ts';
import type { PromptLibrary } from './audio/prompt-library.ts';
import { createSoundPlayer } from './audio/sound-player.ts';
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
   * Sends this tick's frame. `hearRoom` writes the room's frame and returns true, or false where
   * nothing sounds there; `afterGap`: ticks before this one never ran.
   */
  sendFrame(tick: number, afterGap: boolean, hearRoom: (out: Int16Array) => boolean): void;
}

export interface LegSenderDeps {
  readonly prompts: PromptLibrary;
  /** Random beginnings, RFC 3550 §5.1. */
  readonly ssrc: number;
  readonly initialSequence: number;
  readonly initialTimestamp: number;
  /** The buffer is used again for the next frame. */
  readonly send: (packet: Uint8Array, rtpTimestamp: number) => void;
  readonly emit: (event: Extract<MediaEvent, { type: 'played' }>) => void;
}

const frameSamples = g711RateHz / 50;
/** The room under a prompt. */
const duckedGain = gainOfDb(-12);
/** From silence to full level: the way to the ducked level takes three quarters of it. */
const rampMs = 60;

export const createLegSender = (deps: LegSenderDeps): LegSender => {
  const player = createSoundPlayer(deps.prompts, g711RateHz);
  const roomGain = createGainRamp(g711RateHz, rampMs);
  const packet = new Uint8Array(rtpHeaderBytes + frameSamples);
  const payload = packet.subarray(rtpHeaderBytes);
  const frame = new Int16Array(frameSamples);
  const prompt = new Int16Array(frameSamples);
  let codec: G711Law = 'PCMA';
  let payloadType = 8;
  let sends = false;
  let started = false;
  let volumeGain = 1;
  let sequence = deps.initialSequence;
  let marker = true;

  const timestampAt = (tick: number): number => (deps.initialTimestamp + tick * frameSamples) >>> 0;

  /** Mixes this tick's frame; false where it is silence. */
  const mixFrame = (hearRoom: (out: Int16Array) => boolean): boolean => {
    const hasPrompt = player.pull(prompt);
    const hasRoom = hearRoom(frame);
    if (!hasRoom) frame.fill(0);
    roomGain.setTarget(volumeGain * (hasPrompt ? duckedGain : 1));
    // The ramp moves on in silence too, so that what begins to sound has the right level.
    roomGain.apply(frame);
    if (hasPrompt) addInto(frame, prompt);
    return hasRoom || hasPrompt;
  };

  const tellPlayed = (): void => {
    const utteranceId = player.takeEnded();
    if (utteranceId !== undefined) deps.emit({ type: 'played', utteranceId });
  };

  return {
    configure: (session) => {
      codec = session.codec;
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
      const sounds = mixFrame(hearRoom);
      if (sends) {
        if (sounds) encodeG711(codec, frame, payload);
        else payload.fill(silenceByte[codec]);
        const timestamp = timestampAt(tick);
        sequence = (sequence + 1) & 0xffff;
        writeRtpHeader(packet, payloadType, marker || afterGap, sequence, timestamp, deps.ssrc);
        marker = false;
        deps.send(packet, timestamp);
      }
      tellPlayed();
    },
  };
};
