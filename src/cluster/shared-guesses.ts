/**
 * One count of guesses for all nodes: each node keeps the whole count in memory, tells the others of
 * every guess at once, and writes it down for those that start or come back later.
 */
import type { Guess, GuessLog, Logger } from '../call/ports.ts';
import {
  createGuessLimiter,
  defaultGuessLimits,
  type GuessLimiter,
  type GuessLimits,
} from '../meeting/guess-limiter.ts';

export interface SharedGuesses extends GuessLimiter {
  /** A guess on another node. */
  heard(guess: Guess): void;
  /** Counts anew from what is written down. Never rejects. */
  reload(now: number): Promise<void>;
}

export interface SharedGuessesDeps {
  readonly log: GuessLog;
  /** Tells the other nodes. */
  readonly tell: (guess: Guess) => void;
  readonly logger: Logger;
  readonly limits?: GuessLimits | undefined;
}

export function createSharedGuesses(deps: SharedGuessesDeps): SharedGuesses {
  const { log, tell, logger, limits = defaultGuessLimits } = deps;
  let limiter = createGuessLimiter(limits);
  const hidden = (source: string | undefined): string | undefined =>
    source === undefined ? undefined : log.hide(source);

  return {
    count(now, source) {
      const guess = { at: now, source: hidden(source) };
      limiter.count(now, guess.source);
      tell(guess);
      log.add(guess).catch((error: unknown) => {
        logger.warn({ err: error }, 'a guess was not written down');
      });
    },
    exceeded: (now, source) => limiter.exceeded(now, hidden(source)),
    get sources() {
      return limiter.sources;
    },
    heard({ at, source }) {
      limiter.count(at, source);
    },
    async reload(now) {
      try {
        const fresh = createGuessLimiter(limits);
        for (const { at, source } of await log.since(now - limits.windowMs))
          fresh.count(at, source);
        limiter = fresh;
      } catch (error) {
        logger.warn({ err: error }, 'the guesses of other nodes are not known');
      }
    },
  };
}
