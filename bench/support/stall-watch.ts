/**
 * When the machine itself stood still: a virtual one does, as often as its host has others to run. No program on it
 * can be on time then, and a gap in somebody's sound says nothing about who sent it.
 */
import { Worker } from 'node:worker_threads';
import { availableParallelism } from 'node:os';

export interface Stall {
  /** Its end, on the clock of `monotonicMs`. */
  readonly atMs: number;
  readonly lastedMs: number;
}

export interface StallWatch {
  /** Undefined: this process may have no thread that goes before all others. */
  stop(): Promise<readonly Stall[] | undefined>;
}

/** What a sleeper is given. `control`: its state (0 new, 1 sleeps, -1 may not, 2 is to end), and how many pairs. */
export interface SleeperData {
  readonly cpu: number;
  readonly control: SharedArrayBuffer;
  /** Pairs of `Stall.atMs` and `Stall.lastedMs`. */
  readonly stalls: SharedArrayBuffer;
}

/** Half of it late is a stall. More often would disturb what is measured. */
export const sleepMs = 10;
export const mostStalls = 10_000;

/** From now until `stop`, on each processor. */
export const watchStalls = (): StallWatch => {
  const sleepers = Array.from({ length: availableParallelism() }, (_, cpu) => {
    const control = new SharedArrayBuffer(8);
    const stalls = new SharedArrayBuffer(16 * mostStalls);
    const workerData: SleeperData = { cpu, control, stalls };
    const worker = new Worker(new URL('./stall-sleeper.ts', import.meta.url), { workerData });
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    return { ended, state: new Int32Array(control), pairs: new Float64Array(stalls) };
  });

  return {
    async stop() {
      const all: Stall[] = [];
      let everywhere = true;
      for (const { ended, state, pairs } of sleepers) {
        if (Atomics.exchange(state, 0, 2) !== 1) everywhere = false;
        Atomics.notify(state, 0);
        await ended;
        for (let at = 0; at < Atomics.load(state, 1); at += 1)
          all.push({ atMs: pairs[2 * at] ?? 0, lastedMs: pairs[2 * at + 1] ?? 0 });
      }
      return everywhere ? all : undefined;
    },
  };
};
