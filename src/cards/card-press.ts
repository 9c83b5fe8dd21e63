/**
 * Prints cards: draws and encodes each once, a piece at a time, and keeps the last ones. One press
 * for all legs of a worker, since they mostly show the same.
 */
import type { Card } from '../call/ports/media.ts';
import { drawCard } from './draw-card.ts';
import { encodeIdrPicture, type IdrPicture } from './h264/idr-picture.ts';
import type { PictureSize } from './h264/parameter-sets.ts';
import { createLettering } from './lettering.ts';

export interface PrintJob {
  /** Works on for a moment, about two milliseconds; the picture once it is done. */
  advance(): IdrPicture | undefined;
}

export interface CardPress {
  /** The same job for the same card and size while it is kept. */
  print(card: Card, size: PictureSize): PrintJob;
}

/** Sharp letters; a card of usual length has 20 to 35 kB at 1280 × 720. */
const qp = 28;
/** Rows of macroblocks, or lines of text, at a time. */
const piecesAtOnce = 3;
const keptCards = 24;

export const createCardPress = (): CardPress => {
  const lettering = createLettering();
  const jobs = new Map<string, PrintJob>();

  function* work(card: Card, size: PictureSize): Generator<undefined, IdrPicture> {
    return yield* encodeIdrPicture(yield* drawCard(card, size, lettering), qp);
  }

  const begin = (card: Card, size: PictureSize): PrintJob => {
    const pieces = work(card, size);
    let picture: IdrPicture | undefined;
    return {
      advance: () => {
        for (let piece = 0; piece < piecesAtOnce && picture === undefined; piece++) {
          const step = pieces.next();
          if (step.done === true) picture = step.value;
        }
        return picture;
      },
    };
  };

  return {
    print: (card, size) => {
      const key = JSON.stringify([size.width, size.height, card.heading, card.lines]);
      const job = jobs.get(key) ?? begin(card, size);
      // What was asked for last goes last.
      jobs.delete(key);
      jobs.set(key, job);
      const [oldest] = jobs.keys();
      if (jobs.size > keptCards && oldest !== undefined) jobs.delete(oldest);
      return job;
    },
  };
};
