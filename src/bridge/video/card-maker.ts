/** The cards that the worker shows by itself, and their streams. */
import type { Card } from '../../call/ports/media.ts';
import type { CardStream } from './card-stream.ts';
import type { PictureSize } from './picture-size.ts';

export interface CardMaker {
  /** Who is there. */
  welcome(names: readonly string[]): Card | undefined;
  /** Somebody speaks whose picture can't be shown. */
  unshowable(name: string): Card | undefined;
  stream(card: Card, size: PictureSize): CardStream | undefined;
  isSame(one: Card, other: Card | undefined): boolean;
}
