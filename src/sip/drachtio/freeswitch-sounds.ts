/** What an utterance is called in FreeSWITCH. */
import type { MadeSound, Sound, Utterance } from '../../call/ports/sip-engine.ts';
import { musicFile } from '../../ivr/phrase-files.ts';

/** Of the music: more than the longest pause between the words of a wait. */
const musicRounds = 20;

/** What has no name in FreeSWITCH: names are said to those in a meeting, whom the media worker speaks to. */
const isMade = (sound: Sound): sound is MadeSound => sound.kind === 'made';

const pathOf = (sound: Exclude<Sound, MadeSound>, promptsPath: string): string => {
  switch (sound.kind) {
    case 'silence':
      return `silence_stream://${Math.max(1, Math.round(sound.ms))}`;
    case 'tone':
      // v= is the level in dBm0.
      return `tone_stream://v=${sound.levelDbm0};%(${Math.round(sound.ms)},0,${sound.hz})`;
    case 'music':
      return Array.from({ length: musicRounds }, () => `${promptsPath}/${musicFile}`).join('!');
    case 'prompt':
      return `${promptsPath}/${sound.language}/${sound.file}`;
  }
};

/**
 * One playback for all sounds in order; undefined where there is nothing to play. The dialplan sets
 * the delimiter. Not `file_string://`, which puts 250 ms of silence before the first.
 */
export const playbackOf = (utterance: Utterance, promptsPath: string): string | undefined => {
  const audible = utterance.sounds
    .filter((sound) => !isMade(sound))
    .filter((sound) => !('ms' in sound) || sound.ms > 0);
  if (audible.length === 0) return undefined;
  return audible.map((sound) => pathOf(sound, promptsPath)).join('!');
};
