import type { Card } from '../../call/ports/media.ts';

/** A still card as H.264, made as it is asked for. */
export interface CardStream {
  /** NAL units of the next picture without start codes; undefined where none is due yet. */
  frame(nowMs: number): readonly Buffer[] | undefined;
  /** The next picture is an IDR with its parameter sets, as the first one is. */
  requestKeyFrame(): void;
}

export type CreateCardStream = (options: {
  readonly card: Card;
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
}) => CardStream;
