import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { languages } from '../../../src/ivr/language.ts';
import { promptTexts } from '../../../src/ivr/phrase-files.ts';
import { loadPrompts, promptOf } from '../../../src/bridge/audio/prompt-library.ts';
import { writeWav } from '../../../src/bridge/audio/wav.ts';
import { amplitudeAt, sine } from '../../support/sounds.ts';

const shipped = new URL('../../../prompts', import.meta.url).pathname;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prompts-'));
  await cp(shipped, folder, { recursive: true });
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe('loadPrompts', { timeout: 30_000 }, () => {
  it('loads every prompt that is shipped into one block that can be handed to workers', async () => {
    const { library, problems } = await loadPrompts(shipped, 8000);
    expect(problems).toEqual([]);
    const clone = structuredClone(library);
    for (const language of languages) {
      for (const file of promptTexts(language).keys())
        expect(promptOf(clone, language, file)?.length, file).toBeGreaterThan(800);
    }
    const original = promptOf(library, 'sv', 'enter-id.wav');
    const shared = promptOf(clone, 'sv', 'enter-id.wav');
    expect(shared).toEqual(original);
  });

  it('takes a recording at another rate in place of a file', async () => {
    await writeFile(
      join(folder, 'da/lobby.wav'),
      writeWav(sine(44_100, 1000, 9000, 44_100), 44_100),
    );
    const { library, problems } = await loadPrompts(folder, 8000);
    expect(problems).toEqual([]);
    const pcm = promptOf(library, 'da', 'lobby.wav');
    expect(pcm?.length).toBe(8000);
    expect(amplitudeAt(pcm ?? new Int16Array(), 1000, 8000)).toBeGreaterThan(8700);
  });

  it('names all that is missing or broken at once, and loads the rest', async () => {
    await rm(join(folder, 'sv/ended.wav'));
    await writeFile(join(folder, 'en/full.wav'), 'no sound');
    await writeFile(join(folder, 'en/help.wav'), writeWav(new Int16Array(8000), 8000));
    const { library, problems } = await loadPrompts(folder, 8000);
    expect(problems).toEqual([
      'sv/ended.wav: cannot be read (ENOENT)',
      'en/help.wav: is silent',
      'en/full.wav: is not a WAV file',
    ]);
    expect(promptOf(library, 'sv', 'ended.wav')).toBeUndefined();
    expect(promptOf(library, 'sv', 'full.wav')).toBeDefined();
  });
});
