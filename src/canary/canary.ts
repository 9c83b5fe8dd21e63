/**
 * The gateway calls itself, on each published number, as a caller would: by SIP, with keys, into a
 * meeting made for it, and listens whether sound goes both ways. What failed is told, and so is when
 * it succeeds again.
 */
import type { Clock, Logger } from '../call/ports/process.ts';

/** What went wrong, in the order in which it can; undefined: nothing. */
export const canaryProblems = [
  'no-meeting',
  'not-answered',
  'not-joined',
  'not-heard',
  'broken',
] as const;
export type CanaryProblem = (typeof canaryProblems)[number];

/** How one try went; times are those of the slower of its two calls. */
export interface CanaryOutcome {
  readonly problem: CanaryProblem | undefined;
  /** From INVITE to the answer. */
  readonly answerMs?: number | undefined;
  /** From the answer to the meeting. */
  readonly joinMs?: number | undefined;
}

export interface CanaryResult extends CanaryOutcome {
  readonly number: string;
  readonly at: number;
}

export interface Canary {
  readonly everyMs: number;
  /** The last result of each number; none before its first call. */
  results(): readonly CanaryResult[];
  /** Begins; the first round is soon. */
  start(): void;
  /** One round now. Resolves when it is over; never rejects. */
  run(): Promise<void>;
  /** No round begins any more; resolves when the last is over. Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface CanaryDeps {
  readonly everyMs: number;
  /** The published numbers, now. */
  readonly numbers: () => readonly string[];
  /** Two calls to this number that are to hear each other; soon over when `signal` says so. */
  readonly call: (number: string, signal: AbortSignal) => Promise<CanaryOutcome>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Each result, and whether it is the first of its kind: `turn`. */
  readonly onResult: (result: CanaryResult, turn: 'failed' | 'recovered' | undefined) => void;
}

/** After the start, so that what is slow to come up is up. */
const firstAfterMs = 10_000;

export const createCanary = (deps: CanaryDeps): Canary => {
  const { clock, logger } = deps;
  const last = new Map<string, CanaryResult>();
  let running: Promise<void> | undefined;
  let cancel: (() => void) | undefined;
  const closing = new AbortController();

  const isClosed = (): boolean => closing.signal.aborted;

  const tell = (result: CanaryResult): void => {
    const { number, problem } = result;
    const before = last.get(number);
    last.set(number, result);
    if (problem !== undefined) logger.error({ number, problem }, 'canary call failed');
    const hadFailed = before?.problem !== undefined;
    const turn = problem !== undefined ? (hadFailed ? undefined : 'failed') : undefined;
    deps.onResult(result, problem === undefined && hadFailed ? 'recovered' : turn);
  };

  const round = async (): Promise<void> => {
    const numbers = deps.numbers();
    for (const known of last.keys()) if (!numbers.includes(known)) last.delete(known);
    for (const number of numbers) {
      if (isClosed()) return;
      const at = clock.now();
      const outcome = await deps
        .call(number, closing.signal)
        .catch((error: unknown): CanaryOutcome => {
          logger.error({ err: error }, 'canary is broken');
          return { problem: 'broken' };
        });
      // What was broken off says nothing.
      if (!isClosed()) tell({ number, at, ...outcome });
    }
  };

  const run = (): Promise<void> =>
    (running ??= round().finally(() => {
      running = undefined;
    }));

  const later = (ms: number): void => {
    if (isClosed()) return;
    cancel = clock.at(clock.now() + ms, () => {
      void run().then(() => {
        later(deps.everyMs);
      });
    });
  };

  return {
    everyMs: deps.everyMs,
    results: () => [...last.values()],
    start: () => {
      later(Math.min(firstAfterMs, deps.everyMs));
    },
    run,
    close: async () => {
      closing.abort();
      cancel?.();
      await running;
    },
  };
};
