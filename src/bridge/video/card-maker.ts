/** The cards that a worker shows by itself, and the streams of all cards. */
import type { Card } from '../../call/ports/media.ts';
import type { Logger } from '../../call/ports/process.ts';
import { createCardPress, type CardPress } from '../../cards/card-press.ts';
import { printOnThread } from '../../cards/print-thread.ts';
import { createCardStream, type CardStream } from '../../cards/card-stream.ts';
import {
  arrivingCard,
  lateCard,
  unshowableCard,
  welcomeCard,
  type UnshowableReason,
} from '../../cards/card-words.ts';
import type { PictureSize } from './picture-size.ts';

export interface CardMaker {
  /** Who is there. */
  welcome(language: Card['language'], names: readonly string[]): Card;
  /** Who is there, and no word of pictures: they may be about to come. */
  arriving(language: Card['language'], names: readonly string[]): Card;
  /** Somebody's picture has not come. */
  late(language: Card['language'], name: string): Card;
  /** Somebody speaks whose picture can't be shown. */
  unshowable(language: Card['language'], name: string, reason?: UnshowableReason): Card;
  /** For a screen that takes pictures up to this size, by a line that takes so much. */
  stream(card: Card, size: PictureSize, maxBitrateKbps: number): CardStream;
}

/** Pictures a second: enough for a device to know that we are there. */
const frameRate = 5;
/** Words need no more, and larger ones cost more to draw. A full page has 73 kB as a key frame. */
const largest: PictureSize = { width: 1280, height: 720 };
/** For thin lines: there a full page has 29 kB. */
const thin: PictureSize = { width: 640, height: 360 };
const thinBelowKbps = 1000;

/** One for all legs of a worker: what one was shown is drawn for the others. */
export const createCardMaker = (log: Logger): CardMaker => {
  /** Most workers never show a card. */
  let press: CardPress | undefined;
  return {
    welcome: welcomeCard,
    arriving: arrivingCard,
    late: lateCard,
    unshowable: unshowableCard,
    stream: (card, size, maxBitrateKbps) => {
      const most = maxBitrateKbps < thinBelowKbps ? thin : largest;
      const { width, height } = size.width > most.width ? most : size;
      press ??= createCardPress(
        printOnThread((error) => {
          log.error({ err: error }, 'card not drawn');
        }),
      );
      return createCardStream({ card, width, height, frameRate, press });
    },
  };
};

export const isSameCard = (one: Card, other: Card | undefined): boolean =>
  one.language === other?.language &&
  one.heading === other.heading &&
  one.lines.length === other.lines.length &&
  one.lines.every((line, index) => line === other.lines[index]);
