/**
 * Cards printed on a thread of their own: drawing one takes longer than the 20 ms in which a media
 * worker has sound to send.
 *
 *   none ──first card──▶ running ──error, exit──▶ none    its open jobs stay without a picture
 */
import { Worker } from 'node:worker_threads';
import type { Card } from '../call/ports/media.ts';
import type { Print } from './card-press.ts';
import type { IdrPicture } from './h264/idr-picture.ts';
import type { PictureSize } from './h264/parameter-sets.ts';

export interface PrintRequest {
  readonly job: number;
  readonly card: Card;
  readonly size: PictureSize;
}

/** The slices for each value of idr_pic_id that a stream takes in turn: 1 and 2. */
export interface PrintedCard {
  readonly job: number;
  readonly turns: readonly (readonly Uint8Array[])[];
}

/** `onProblem`: the thread fell; the next card has a new one. */
export const printOnThread = (onProblem: (error: unknown) => void): Print => {
  const open = new Map<number, (picture: IdrPicture) => void>();
  let lastJob = 0;
  let thread: Worker | undefined;

  const start = (): Worker => {
    const started = new Worker(new URL('./print-worker.ts', import.meta.url), { name: 'cards' });
    const fallen = (): void => {
      if (thread !== started) return;
      thread = undefined;
      open.clear();
    };
    started.on('message', ({ job, turns }: PrintedCard) => {
      const slices = turns.map((units) => units.map((unit) => Buffer.from(unit)));
      open.get(job)?.({ slices: (idrPicId) => slices[(idrPicId - 1) % slices.length] ?? [] });
      open.delete(job);
    });
    started.on('error', (error) => {
      onProblem(error);
      fallen();
    });
    started.on('exit', fallen);
    // It keeps nobody alive, and ends with the thread that began it.
    started.unref();
    return started;
  };

  return (card, size) => {
    const job = ++lastJob;
    let picture: IdrPicture | undefined;
    open.set(job, (printed) => {
      picture = printed;
    });
    thread ??= start();
    thread.postMessage({ job, card, size } satisfies PrintRequest);
    return { picture: () => picture };
  };
};
