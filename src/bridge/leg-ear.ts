/**
 * What a caller hears, mixed at one rate, a frame of 20 ms at a time: the room, lowered under a
 * prompt, and the prompt itself. Prompts are at 8 kHz and are brought to the ear's rate.
 */
import { addInto, createGainRamp, gainOfDb } from './audio/mix.ts';
import { createResampler } from './audio/resample.ts';
import type { SoundPlayer } from './audio/sound-player.ts';

export interface LegEar {
  /** The same array each time. */
  readonly frame: Int16Array;
  /** Fills `frame`; false where it is silence. `hearRoom` as in `LegSender`. */
  mix(hearRoom: (out: Int16Array) => boolean, volumeGain: number): boolean;
}

const promptRateHz = 8000;
/** The room under a prompt. */
const duckedGain = gainOfDb(-12);
/** From silence to full level: the way to the ducked level takes three quarters of it. */
const rampMs = 60;

export const createLegEar = (player: SoundPlayer, rateHz: 8000 | 16000): LegEar => {
  const frame = new Int16Array(rateHz / 50);
  const roomGain = createGainRamp(rateHz, rampMs);
  const prompt = new Int16Array(promptRateHz / 50);
  const widened = rateHz === promptRateHz ? prompt : new Int16Array(rateHz / 50);
  const toRate = rateHz === promptRateHz ? undefined : createResampler(promptRateHz, rateHz);
  return {
    frame,
    mix: (hearRoom, volumeGain) => {
      const hasPrompt = player.pull(prompt);
      const hasRoom = hearRoom(frame);
      if (!hasRoom) frame.fill(0);
      roomGain.setTarget(volumeGain * (hasPrompt ? duckedGain : 1));
      // The ramp moves on in silence too, so that what begins to sound has the right level.
      roomGain.apply(frame);
      if (hasPrompt) {
        toRate?.process(prompt, prompt.length, widened);
        addInto(frame, widened);
      }
      return hasRoom || hasPrompt;
    },
  };
};
