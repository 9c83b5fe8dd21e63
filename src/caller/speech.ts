import { resample } from '../bridge/audio/resample.ts';
import { parseWav } from '../bridge/audio/wav.ts';

/** A WAV file as PCM of `rateHz`. Throws an Error that says what is wrong with the file. */
export const speechFrom = (file: Uint8Array, rateHz: number): Int16Array => {
  const sound = parseWav(file);
  if ('problem' in sound) throw new Error(`the speech file ${sound.problem}`);
  return resample(sound.pcm, sound.rateHz, rateHz);
};
