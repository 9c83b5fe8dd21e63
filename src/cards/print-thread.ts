/**
 * Cards printed on a thread of their own: drawing one takes longer than the 20 ms in which a media
 * worker has sound to send.
 *
 *   none ──first card──▶ running ──error, exit──▶ none    its open jobs are printed by the next one
 *
 * The card that it was at when it fell is tried once more.
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

interface OpenJob {
  readonly request: PrintRequest;
  /** Undefined: it can't be printed. */
  readonly done: (picture: IdrPicture | undefined) => void;
  /** Threads that fell while it was printed. */
  falls: number;
}

const mostFalls = 2;

/** `onProblem`: the thread fell; the next card has a new one. */
export const printOnThread = (onProblem: (error: unknown) => void): Print => {
  const open = new Map<number, OpenJob>();
  let lastJob = 0;
  let thread: Worker | undefined;

  const start = (): Worker => {
    const started = new Worker(new URL('./print-worker.ts', import.meta.url), { name: 'cards' });
    const fallen = (): void => {
      if (thread !== started) return;
      thread = undefined;
      // They are printed in turn: it was at the first one.
      const [first] = open.values();
      if (first !== undefined && (first.falls += 1) === mostFalls) giveUp(first);
      for (const job of open.values()) post(job);
    };
    started.on('message', ({ job, turns }: PrintedCard) => {
      const slices = turns.map((units) => units.map((unit) => Buffer.from(unit)));
      open.get(job)?.done({ slices: (idrPicId) => slices[(idrPicId - 1) % slices.length] ?? [] });
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

  const post = (job: OpenJob): void => {
    thread ??= start();
    thread.postMessage(job.request);
  };
  const giveUp = ({ request, done }: OpenJob): void => {
    open.delete(request.job);
    done(undefined);
  };

  return (card, size) => {
    const request = { job: ++lastJob, card, size };
    let printed: { readonly picture: IdrPicture | undefined } | undefined;
    const job: OpenJob = {
      request,
      done: (picture) => {
        printed = { picture };
      },
      falls: 0,
    };
    open.set(request.job, job);
    post(job);
    return {
      picture: () => printed?.picture,
      hasFailed: () => printed !== undefined && printed.picture === undefined,
    };
  };
};
