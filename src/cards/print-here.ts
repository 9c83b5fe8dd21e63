/** Cards printed where they are asked for: whole, or a piece each time somebody looks. */
import type { Card } from '../call/ports/media.ts';
import type { Print } from './card-press.ts';
import { drawCard } from './draw-card.ts';
import { encodeIdrPicture, type IdrPicture } from './h264/idr-picture.ts';
import type { PictureSize } from './h264/parameter-sets.ts';
import { createLettering, type Lettering } from './lettering.ts';

/** Sharp letters; a card of usual length has 20 to 35 kB at 1280 × 720. */
const qp = 28;
/** Rows of macroblocks, or lines of text, at a time. */
const piecesAtOnce = 3;

function* pieces(
  card: Card,
  size: PictureSize,
  lettering: Lettering,
): Generator<undefined, IdrPicture> {
  return yield* encodeIdrPicture(yield* drawCard(card, size, lettering), qp);
}

/** Takes 50 to 200 ms of processor time. */
export const printWhole = (card: Card, size: PictureSize, lettering: Lettering): IdrPicture => {
  const work = pieces(card, size, lettering);
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
};

/** A few milliseconds at a time, more while the code is cold. */
export const printPieceByPiece = (): Print => {
  const lettering = createLettering();
  return (card, size) => {
    const work = pieces(card, size, lettering);
    let picture: IdrPicture | undefined;
    return {
      advance: () => {
        for (let piece = 0; piece < piecesAtOnce && picture === undefined; piece++) {
          const step = work.next();
          if (step.done === true) picture = step.value;
        }
        return picture;
      },
    };
  };
};
