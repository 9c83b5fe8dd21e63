/**
 * Makes the WAV files in prompts/{sv,en,da} from the manuscript, and music.wav: `npm run prompts`.
 *
 * Needs espeak-ng and sox. Recordings by people replace the files one by one (docs/prompts.md);
 * this overwrites them, so name the files to make: `npm run prompts -- sv/lobby.wav en/lobby.wav`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spokenGainDb } from '../src/bridge/audio/loudness.ts';
import { parseWav } from '../src/bridge/audio/wav.ts';
import { isLanguage, languages, type Language } from '../src/ivr/language.ts';
import { musicFile, promptTexts } from '../src/ivr/phrase-files.ts';
import { waitingMusic } from './music.ts';
import { printManuscript } from './print-manuscript.ts';

// What the telephone carries: more would be thrown away, and 8 kHz halves the size of the tree.
const rateHz = 8000;
const wordsPerMinute = 130;
const leadAndTailS = 0.05;
const pauseBetweenVoicesS = 0.35;

const voices: Readonly<Record<Language, string>> = { sv: 'sv', en: 'en-gb', da: 'da' };

/** Where espeak-ng would read the written form wrongly. */
const pronunciations: Readonly<Record<Language, readonly (readonly [RegExp, string])[]>> = {
  sv: [],
  en: [[/\bPIN\b/g, 'pin']],
  da: [],
};

interface SpokenPart {
  readonly language: Language;
  readonly text: string;
}

/** Splits `Hej. [en]Hello.[/en]` into parts with their languages. */
function partsOf(text: string, language: Language): readonly SpokenPart[] {
  const parts: SpokenPart[] = [];
  for (const piece of text.split(/(\[[a-z]{2}\].*?\[\/[a-z]{2}\])/)) {
    const foreign = /^\[([a-z]{2})\](.*)\[\/\1\]$/.exec(piece);
    const other = foreign?.[1];
    if (foreign !== null && other !== undefined && isLanguage(other)) {
      parts.push({ language: other, text: foreign[2] ?? '' });
    } else if (piece.trim() !== '') parts.push({ language, text: piece.trim() });
  }
  return parts;
}

function spokenForm({ language, text }: SpokenPart): string {
  let spoken = text;
  for (const [written, said] of pronunciations[language]) spoken = spoken.replace(written, said);
  // A piece before a slot goes on: a comma keeps the voice up.
  return /[.:?!]$/.test(spoken) || !spoken.includes(' ') ? spoken : `${spoken},`;
}

function speak(part: SpokenPart, wav: string): void {
  const voice = voices[part.language];
  const text = spokenForm(part);
  execFileSync('espeak-ng', ['-v', voice, '-s', String(wordsPerMinute), '-w', wav, text]);
}

/** Cuts silence at both ends, joins the parts and brings them to telephone rate. */
function assemble(wavs: readonly string[], folder: string): string {
  const trimmed = wavs.map((wav, index) => {
    const out = join(folder, `part-${index}.wav`);
    const cut = ['silence', '1', '0.01', '-50d'];
    const last = index === wavs.length - 1;
    const pad = ['pad', '0', String(last ? 0 : pauseBetweenVoicesS)];
    execFileSync('sox', ['-R', wav, out, ...cut, 'reverse', ...cut, 'reverse', ...pad]);
    return out;
  });
  const joined = join(folder, 'joined.wav');
  const filter = ['highpass', '120', 'rate', '-v', String(rateHz)];
  // Soft edges: a cut in the middle of a sound would click.
  const edges = ['fade', 'q', '0.005', '-0', '0.01'];
  const pad = ['pad', String(leadAndTailS), String(leadAndTailS)];
  const shape = ['-R', ...trimmed, '-b', '16', joined, 'gain', '-6'];
  execFileSync('sox', [...shape, ...filter, ...edges, ...pad]);
  return joined;
}

function gainFor(wav: string): number {
  const parsed = parseWav(readFileSync(wav));
  const gainDb = 'problem' in parsed ? undefined : spokenGainDb(parsed.pcm, parsed.rateHz);
  if (gainDb === undefined) throw new Error(`${wav}: nothing to hear`);
  return gainDb;
}

function makePrompt(language: Language, file: string, text: string, folder: string): void {
  const spoken = partsOf(text, language).map((part, index) => {
    const wav = join(folder, `spoken-${index}.wav`);
    speak(part, wav);
    return wav;
  });
  const joined = assemble(spoken, folder);
  const to = join(import.meta.dirname, language, file);
  execFileSync('sox', ['-R', joined, to, 'gain', String(gainFor(joined))]);
}

const asked = process.argv.slice(2);
if (asked[0] === '--manuscript') {
  printManuscript(asked.slice(1));
  process.exit();
}
const only = new Set(asked);
if (only.size === 0 || only.has(musicFile))
  writeFileSync(join(import.meta.dirname, musicFile), waitingMusic());
const folder = mkdtempSync(join(tmpdir(), 'prompts-'));
try {
  for (const language of languages) {
    mkdirSync(join(import.meta.dirname, language), { recursive: true });
    let made = 0;
    for (const [file, text] of promptTexts(language)) {
      if (only.size > 0 && !only.has(`${language}/${file}`)) continue;
      makePrompt(language, file, text, folder);
      made++;
    }
    console.log(`${language}: ${made} prompts`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
