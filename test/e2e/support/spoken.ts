/** Which of the shipped prompts a phone heard, by its sound. */
import { readFileSync } from 'node:fs';
import { parseWav } from '../../../src/bridge/audio/wav.ts';
import { levelDbfs, recognisePrompts } from '../../../src/caller/heard.ts';
import type { PhoneCall } from '../../../src/caller/phone.ts';
import type { Language } from '../../../src/ivr/language.ts';
import type { PhraseKey } from '../../../src/ivr/manuscript.ts';
import { lastHeard, sleep, type MeetingStage } from './meeting-stage.ts';
import { recordOf } from './placed-call.ts';

/** The sound of a shipped prompt, or of several one after the other. */
export const promptOf = (language: Language, ...names: readonly string[]): Int16Array => {
  const sounds = names.map((name) => {
    const file = new URL(`../../../prompts/${language}/${name}.wav`, import.meta.url);
    const wav = parseWav(readFileSync(file));
    if ('problem' in wav) throw new Error(`${name} ${wav.problem}`);
    return wav.pcm;
  });
  return Int16Array.from(sounds.flatMap((sound) => Array.from(sound)));
};

/** Whether the phrase (in Swedish, longer than 1.2 s) was heard within the last `withinMs`. */
export const heardPhrase = (call: PhoneCall, key: PhraseKey, withinMs = 8_000): boolean =>
  recognisePrompts(lastHeard(call, withinMs), [{ name: key, pcm: promptOf('sv', key) }]).length > 0;

/** Levels of the last `ms`, one for each half second. */
export const halfSecondLevels = (call: PhoneCall, ms: number): number[] => {
  const pcm = lastHeard(call, ms);
  return Array.from({ length: Math.floor(pcm.length / 4000) }, (_, index) =>
    levelDbfs(pcm.subarray(index * 4000, (index + 1) * 4000)),
  );
};

/** Before the words began: a machine that stands still tells late. */
const marginMs = 1_500;
/** Longer than any phrase that tests listen for, with words before it. */
const utteranceMs = 9_000;

/** What was heard around the time at which something was said, as far as it has come. */
const heardSince = (call: PhoneCall, at: number): Int16Array => {
  const ago = Math.max(0, Date.now() - at) + marginMs;
  return lastHeard(call, ago).subarray(0, 8 * (marginMs + utteranceMs));
};

/**
 * Waits until a call was told the phrase, and then for its sound at the phone's ear: recognising
 * is work, and a phone that is kept waiting by it neither sends nor listens. What is listened to is
 * the time at which it was said: it may be long ago where another phone was listened to meanwhile.
 */
export const hearPhrase = async (
  stage: MeetingStage,
  call: PhoneCall,
  legId: string,
  key: PhraseKey,
  language: Language = 'sv',
): Promise<void> => {
  // The last thing said: it may have been said before, too.
  const at = await stage.until(key, async () => {
    const { timeline } = await recordOf(stage, legId);
    const last = timeline.findLast(({ event }) => event === 'asked');
    return last?.fields?.phrases?.split(' ').includes(key) === true
      ? Date.parse(last.at)
      : undefined;
  });
  const known = [{ name: key, pcm: promptOf(language, key) }];
  const giveUpAt = Date.now() + 15_000;
  while (Date.now() < giveUpAt) {
    await sleep(250);
    if (recognisePrompts(heardSince(call, at), known).length > 0) return;
  }
  throw new Error(`${key} was played and not heard`);
};
