/**
 * How many pictures a node transcodes at a time, and what has become of them. Each worker counts its
 * own in memory that all of them see.
 */
export interface TranscodePlaces {
  /** One place, given back by what is returned; undefined: all are taken. */
  take(): (() => void) | undefined;
  refused(): void;
  failed(): void;
  /** So much of the processor, by one that is over. */
  spend(seconds: number): void;
  spentSeconds(): number;
  figures(): TranscodeFigures;
}

/** Of this worker, since it began. */
export interface TranscodeFigures {
  readonly transcodes: number;
  readonly transcodesStarted: number;
  readonly transcodesFailed: number;
  readonly transcodesRefused: number;
}

export interface TranscodePlacesOptions {
  readonly limit: number;
  /** A 32-bit count for each worker. */
  readonly counts: SharedArrayBuffer;
  readonly workerIndex: number;
}

export const createTranscodePlaces = (options: TranscodePlacesOptions): TranscodePlaces => {
  const counts = new Int32Array(options.counts);
  const { workerIndex } = options;
  let started = 0;
  let failed = 0;
  let refused = 0;
  let spent = 0;
  const taken = (): number => counts.reduce((sum, count) => sum + count, 0);

  return {
    take: () => {
      // Counted before it is looked at: of two workers at one moment none goes over the limit.
      Atomics.add(counts, workerIndex, 1);
      if (taken() > options.limit) {
        Atomics.sub(counts, workerIndex, 1);
        return undefined;
      }
      started += 1;
      let isTaken = true;
      return () => {
        if (isTaken) Atomics.sub(counts, workerIndex, 1);
        isTaken = false;
      };
    },
    refused: () => {
      refused += 1;
    },
    failed: () => {
      failed += 1;
    },
    spend: (seconds) => {
      spent += seconds;
    },
    spentSeconds: () => spent,
    figures: () => ({
      transcodes: Atomics.load(counts, workerIndex),
      transcodesStarted: started,
      transcodesFailed: failed,
      transcodesRefused: refused,
    }),
  };
};
