/**
 * Whether a caller who is not heard speaks, so that they can be told: two seconds of speech, the
 * pauses between words and sentences left out.
 */
import { frameMs } from './media-clock.ts';

export interface MutedTalk {
  /**
   * Takes whether the caller speaks in the next 20 ms (`SpeakerMeter.isSpeaking`), and is muted.
   * Returns true once for each two seconds spoken while muted.
   */
  update(speaking: boolean, muted: boolean): boolean;
}

export const mutedTalkMs = 2_000;
/** Who has been quiet for this long begins anew: a cough a minute is no speech. */
const forgetAfterMs = 2_000;

export function createMutedTalk(): MutedTalk {
  let spokenMs = 0;
  let quietMs = 0;
  return {
    update(speaking, muted) {
      quietMs = speaking ? 0 : quietMs + frameMs;
      if (!muted || quietMs >= forgetAfterMs) spokenMs = 0;
      else if (speaking) spokenMs += frameMs;
      if (spokenMs < mutedTalkMs) return false;
      spokenMs = 0;
      return true;
    },
  };
}
