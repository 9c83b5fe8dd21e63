/** A card as a stream of H.264 pictures: one IDR picture, then pictures that repeat it. */
import type { Card } from '../call/ports/media.ts';
import type { CardPress } from './card-press.ts';
import type { IdrPicture } from './h264/idr-picture.ts';
import { pictureParameterSet, sequenceParameterSet } from './h264/parameter-sets.ts';
import { skipPicture } from './h264/skip-picture.ts';

export interface CardStream {
  /**
   * NAL units of the next picture, without start codes and each below 1,200 bytes; undefined where none
   * is due, nor before the card is drawn. To be called each 20 ms.
   */
  frame(nowMs: number): readonly Buffer[] | undefined;
  /** The next picture is an IDR with its parameter sets, as the first one is. */
  requestKeyFrame(): void;
}

export interface CardStreamOptions {
  readonly card: Card;
  /** In pixels, even. */
  readonly width: number;
  readonly height: number;
  /** Pictures a second. */
  readonly frameRate: number;
  readonly press: CardPress;
}

/** For devices that lose packets and tell nobody. */
const keyFrameEveryMs = 10_000;

export const createCardStream = (options: CardStreamOptions): CardStream => {
  const { width, height, frameRate } = options;
  const size = { width, height };
  const job = options.press.print(options.card, size);
  const parameterSets = [sequenceParameterSet(size, frameRate), pictureParameterSet()];
  /** Slices by idr_pic_id less one: two IDR pictures in a row differ in it. */
  const slices: (readonly Buffer[] | undefined)[] = [];
  let idrPictures = 0;
  let sinceIdr = 0;
  let keyFrameAtMs = -Infinity;
  let dueAtMs = -Infinity;

  const idrSlices = (picture: IdrPicture): readonly Buffer[] => {
    const turn = idrPictures++ % 2;
    return (slices[turn] ??= picture.slices(turn + 1));
  };

  return {
    frame: (nowMs) => {
      const picture = job.picture();
      if (picture === undefined || nowMs < dueAtMs) return undefined;
      dueAtMs = nowMs + 1000 / frameRate;
      if (nowMs < keyFrameAtMs) return [skipPicture(size, ++sinceIdr)];
      sinceIdr = 0;
      keyFrameAtMs = nowMs + keyFrameEveryMs;
      return [...parameterSets, ...idrSlices(picture)];
    },
    requestKeyFrame: () => {
      keyFrameAtMs = -Infinity;
    },
  };
};
