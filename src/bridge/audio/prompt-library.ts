/**
 * All prompts in memory, once for all workers: one shared block of PCM and an index into it.
 * Structured-clonable, to be handed over as workerData.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { languages, type Language } from '../../ivr/language.ts';
import { musicFile, promptTexts } from '../../ivr/phrase-files.ts';
import { levelOfPcm } from './level.ts';
import { resample } from './resample.ts';
import { parseWav } from './wav.ts';

export interface PromptLibrary {
  readonly rateHz: number;
  /** 16-bit PCM of every prompt, one after the other. */
  readonly pcm: SharedArrayBuffer;
  /** `{language}/{file}`, or the music's file, to the place in `pcm`, in samples. */
  readonly index: ReadonlyMap<string, { readonly start: number; readonly samples: number }>;
}

export interface LoadedPrompts {
  readonly library: PromptLibrary;
  /** Every file that is missing or cannot be played, each with its reason. */
  readonly problems: readonly string[];
}

const longestPromptS = 60;
/** Softer than this (in -dBov) a recording holds nothing to hear. */
const softestPrompt = 60;

/** Reads every file of `promptTexts` under `directory`, at any rate, and brings it to `rateHz`. */
export async function loadPrompts(directory: string, rateHz: number): Promise<LoadedPrompts> {
  const words = languages.flatMap((language) =>
    [...promptTexts(language).keys()].map((file) => nameOf(language, file)),
  );
  const names = [...words, musicFile];
  const read = await Promise.all(names.map((name) => readPrompt(directory, name, rateHz)));
  const problems: string[] = [];
  const sounds = new Map<string, Int16Array>();
  for (const [i, name] of names.entries()) {
    const result = read[i]!;
    if ('problem' in result) problems.push(`${name}: ${result.problem}`);
    else sounds.set(name, result.pcm);
  }
  return { library: pack(sounds, rateHz), problems };
}

/** The samples of one prompt, a view on the shared block; undefined where it could not be loaded. */
export function promptOf(
  library: PromptLibrary,
  language: Language,
  file: string,
): Int16Array | undefined {
  return named(library, nameOf(language, file));
}

/** The waiting music, made to be played round and round; as `promptOf`. */
export const musicOf = (library: PromptLibrary): Int16Array | undefined =>
  named(library, musicFile);

function named(library: PromptLibrary, name: string): Int16Array | undefined {
  const place = library.index.get(name);
  return place && new Int16Array(library.pcm, place.start * 2, place.samples);
}

const nameOf = (language: Language, file: string): string => `${language}/${file}`;

async function readPrompt(
  directory: string,
  name: string,
  rateHz: number,
): Promise<{ readonly pcm: Int16Array } | { readonly problem: string }> {
  let bytes: Buffer;
  try {
    bytes = await readFile(join(directory, name));
  } catch (error) {
    return {
      problem: `cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : 'unknown'})`,
    };
  }
  const wav = parseWav(bytes);
  if ('problem' in wav) return wav;
  if (wav.pcm.length > longestPromptS * wav.rateHz)
    return { problem: `is longer than ${longestPromptS} s` };
  if (levelOfPcm(wav.pcm) > softestPrompt) return { problem: 'is silent' };
  return { pcm: resample(wav.pcm, wav.rateHz, rateHz) };
}

/** Lays the sounds out one after the other. */
export function pack(sounds: ReadonlyMap<string, Int16Array>, rateHz: number): PromptLibrary {
  let total = 0;
  for (const sound of sounds.values()) total += sound.length;
  const pcm = new SharedArrayBuffer(total * 2);
  const all = new Int16Array(pcm);
  const index = new Map<string, { start: number; samples: number }>();
  let start = 0;
  for (const [name, sound] of sounds) {
    all.set(sound, start);
    index.set(name, { start, samples: sound.length });
    start += sound.length;
  }
  return { rateHz, pcm, index };
}
