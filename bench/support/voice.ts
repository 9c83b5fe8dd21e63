/** What callers say, ready for the wire: G.711 A-law in frames of 20 ms, made once and shared by all. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { encodeG711, g711RateHz } from '../../src/bridge/audio/g711.ts';
import { speechFrom } from '../../src/caller/speech.ts';
import { secondOfTone } from './tone-level.ts';

export const voiceLaw = 'PCMA';
export const frameSamples = g711RateHz / 50;
export type Voice = readonly Uint8Array[];

const speechFile = fileURLToPath(new URL('../../prompts/en/help.wav', import.meta.url));

const framesOf = (pcm: Int16Array): Voice => {
  const bytes = new Uint8Array(pcm.length);
  encodeG711(voiceLaw, pcm, bytes);
  const frames = Math.floor(bytes.length / frameSamples);
  return Array.from({ length: frames }, (_, frame) =>
    bytes.subarray(frame * frameSamples, (frame + 1) * frameSamples),
  );
};

/** Sentences with their pauses. */
export const loadSpeech = async (): Promise<Voice> =>
  framesOf(speechFrom(await readFile(speechFile), g711RateHz));

export const toneVoice = (hz: number, levelDbfs: number): Voice =>
  framesOf(secondOfTone(hz, levelDbfs, g711RateHz));
