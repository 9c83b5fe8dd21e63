/** The cards that the worker shows by itself, and the streams of all cards. */
import type { Card } from '../../call/ports/media.ts';
import type { CardStream, CreateCardStream } from './card-stream.ts';
import type { PictureSize } from './picture-size.ts';

export interface CardMaker {
  /** Who is there. */
  welcome(names: readonly string[]): Card | undefined;
  /** Somebody speaks whose picture can't be shown. */
  unshowable(name: string): Card | undefined;
  stream(card: Card, size: PictureSize): CardStream | undefined;
}

/** Pictures a second: enough for a device to know that we are there. */
const frameRate = 5;

export const createCardMaker = (createCardStream?: CreateCardStream): CardMaker => ({
  welcome: () => undefined,
  unshowable: () => undefined,
  stream: (card, { width, height }) => createCardStream?.({ card, width, height, frameRate }),
});

export const isSameCard = (one: Card, other: Card | undefined): boolean =>
  one.language === other?.language &&
  one.heading === other.heading &&
  one.lines.length === other.lines.length &&
  one.lines.every((line, index) => line === other.lines[index]);
