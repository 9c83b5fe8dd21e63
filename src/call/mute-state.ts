/**
 * Who keeps a caller from being heard: the caller, the host (by the API, by key or in the room), or
 * both. The caller is heard where neither does, so that nobody but the caller opens a microphone
 * that the caller closed.
 */
import type { PhraseKey } from '../ivr/manuscript.ts';

export type MutedBy = 'host' | 'caller';

export interface MuteState {
  readonly muted: boolean;
  readonly byHost: boolean;
  /** What the caller presses for: the other of heard and muted. `refused`: the host's mute stands. */
  toggle(): 'muted' | 'unmuted' | 'refused';
  /** False where that changes nothing. */
  setByHost(muted: boolean): boolean;
  /** What a muted caller, or one who was just unmuted, is told. */
  words(): PhraseKey;
}

export function createMuteState(): MuteState {
  let byCaller = false;
  let byHost = false;
  return {
    get muted() {
      return byCaller || byHost;
    },
    get byHost() {
      return byHost;
    },
    toggle() {
      if (byHost) return 'refused';
      byCaller = !byCaller;
      return byCaller ? 'muted' : 'unmuted';
    },
    setByHost(muted) {
      const changed = muted !== byHost;
      byHost = muted;
      // A caller who closed their own microphone is told that they may open it.
      return changed || (!muted && byCaller);
    },
    words() {
      if (byHost) return 'muted-by-host';
      return byCaller ? 'muted' : 'unmuted';
    },
  };
}
