/**
 * Prints cards: draws and encodes each once, and keeps the last ones. One press for all legs of a
 * worker, since they mostly show the same.
 */
import type { Card } from '../call/ports/media.ts';
import type { IdrPicture } from './h264/idr-picture.ts';
import type { PictureSize } from './h264/parameter-sets.ts';

export interface PrintJob {
  /** Undefined until it is done. */
  picture(): IdrPicture | undefined;
  /** There will be none. */
  hasFailed?(): boolean;
}

/** Begins to print a card. */
export type Print = (card: Card, size: PictureSize) => PrintJob;

export interface CardPress {
  /** The same job for the same card and size while it is kept. */
  print(card: Card, size: PictureSize): PrintJob;
}

const keptCards = 24;

export const createCardPress = (begin: Print): CardPress => {
  const jobs = new Map<string, PrintJob>();
  return {
    print: (card, size) => {
      const key = JSON.stringify([size.width, size.height, card.heading, card.lines]);
      const kept = jobs.get(key);
      const job = kept === undefined || kept.hasFailed?.() === true ? begin(card, size) : kept;
      // What was asked for last goes last.
      jobs.delete(key);
      jobs.set(key, job);
      const [oldest] = jobs.keys();
      if (jobs.size > keptCards && oldest !== undefined) jobs.delete(oldest);
      return job;
    },
  };
};
