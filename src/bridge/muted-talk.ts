/**
 * Whether a caller who is not heard speaks, so that they can be told: two seconds of speech, the
 * pauses between words and sentences left out.
 */
import { createSpeechActivity, silentLevel } from './audio/level.ts';
import { frameMs } from './media-clock.ts';

export interface MutedTalk {
  /**
   * Takes the level of the caller's next 20 ms (RFC 6464 scale), undefined where nothing sounds, and
   * whether the caller is muted. Returns true once for each two seconds spoken while muted.
   */
  update(level: number | undefined, muted: boolean): boolean;
}

export const mutedTalkMs = 2_000;
/** Who has been quiet for this long begins anew: a cough a minute is no speech. */
const forgetAfterMs = 2_000;

export function createMutedTalk(): MutedTalk {
  const activity = createSpeechActivity(frameMs);
  let spokenMs = 0;
  let quietMs = 0;
  return {
    update(level, muted) {
      // The noise of the place is learnt all the time, spoken time counts while muted alone.
      const speaking = activity.update(level ?? silentLevel);
      quietMs = speaking ? 0 : quietMs + frameMs;
      if (!muted || quietMs >= forgetAfterMs) spokenMs = 0;
      else if (speaking) spokenMs += frameMs;
      if (spokenMs < mutedTalkMs) return false;
      spokenMs = 0;
      return true;
    },
  };
}
