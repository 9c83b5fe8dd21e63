/**
 * One utterance at a time on a FreeSWITCH channel.
 *
 *   idle -- play --> playing -- heard to its end --> played, idle
 *                       | play, stop: uuid_break
 *                       v
 *                   breaking -- FreeSWITCH says it is over --> the next one, or idle
 */
import type { Utterance } from '../../call/ports/sip-engine.ts';
import { playbackOf } from './freeswitch-sounds.ts';
import type { MediaEndpoint } from './media-endpoint.ts';

export interface FreeSwitchPlayer {
  play(utterance: Utterance): void;
  stop(): void;
  readonly isIdle: boolean;
}

export interface FreeSwitchPlayerDeps {
  readonly endpoint: Pick<MediaEndpoint, 'playback' | 'breakPlayback'>;
  readonly promptsPath: string;
  readonly onPlayed: (utteranceId: number) => void;
  /** Nothing plays any more and nothing is to follow. */
  readonly onIdle: () => void;
}

/** What is heard of a playback that a break before it ended: a frame or two. */
const lateBreakMs = 60;

export const createFreeSwitchPlayer = (deps: FreeSwitchPlayerDeps): FreeSwitchPlayer => {
  const { endpoint } = deps;
  let next: Utterance | undefined;
  let current: { readonly utterance: Utterance; isBroken: boolean } | undefined;
  /** A break was sent as the playback ended by itself: it may hit the one after. */
  let mayHitNext = false;

  const perform = async (playing: NonNullable<typeof current>): Promise<void> => {
    const path = playbackOf(playing.utterance, deps.promptsPath);
    if (path === undefined) return;
    const isSuspect = mayHitNext;
    mayHitNext = false;
    const heardMs = await endpoint.playback(path);
    const wasHit = isSuspect && heardMs !== undefined && heardMs <= lateBreakMs;
    if (wasHit && !playing.isBroken) await endpoint.playback(path);
    mayHitNext = playing.isBroken;
  };

  const begin = (): void => {
    if (next === undefined) {
      deps.onIdle();
      return;
    }
    const playing = { utterance: next, isBroken: false };
    current = playing;
    next = undefined;
    void perform(playing).then(() => {
      current = undefined;
      if (!playing.isBroken) deps.onPlayed(playing.utterance.utteranceId);
      // The listener may have asked for the next one.
      if (!isPlaying()) begin();
    });
  };
  const isPlaying = (): boolean => current !== undefined;

  const interrupt = (): void => {
    if (current === undefined || current.isBroken) return;
    current.isBroken = true;
    endpoint.breakPlayback();
  };

  return {
    play: (utterance) => {
      next = utterance;
      if (current === undefined) begin();
      else interrupt();
    },
    stop: () => {
      next = undefined;
      interrupt();
    },
    get isIdle() {
      return current === undefined;
    },
  };
};
