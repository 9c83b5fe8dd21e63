/**
 * Which of the server's wishes for more receiving m-lines are followed. Where a track was unsubscribed from before it
 * had one, LiveKit (1.13.5) wishes for one with each answer, for ever: following it would be an offer each ten milliseconds.
 */
import type { SignalEvent } from './signal-message.ts';

export interface Sections {
  readonly audios: number;
  readonly videos: number;
}

export interface SectionWishes {
  /** Tells of every message of the server, in order; returns the m-lines to add, undefined for none. */
  hear(event: SignalEvent): Sections | undefined;
  /** We subscribed to more: m-lines that are wished for now may be for that. */
  subscribed(): void;
}

/** Offers in a row that added m-lines to which no track came: the track may have gone meanwhile. */
const mostInVain = 3;

export const createSectionWishes = (): SectionWishes => {
  let tracksBefore = 0;
  let haveAdded = false;
  let inVain = 0;
  let wasAnswer = false;

  const judge = (tracks: number): void => {
    if (tracks > tracksBefore) inVain = 0;
    else if (haveAdded) inVain += 1;
    tracksBefore = tracks;
    haveAdded = false;
  };

  return {
    hear: (event) => {
      // That for ever comes right behind the answer; one for a new track when it likes.
      const isRepeated = wasAnswer && inVain >= mostInVain;
      wasAnswer = event.type === 'answer';
      if (event.type === 'answer') judge(event.trackSidByMid.size);
      if (event.type !== 'sections-required' || isRepeated) return undefined;
      haveAdded = true;
      return event;
    },
    subscribed: () => {
      inVain = 0;
    },
  };
};
