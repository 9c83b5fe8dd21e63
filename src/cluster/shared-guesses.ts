/**
 * One count of guesses for all nodes: each keeps the whole count in memory, writes its own guesses
 * down for those that start or come back later, and tells the others of them.
 *
 * Written down first, then told: a node that reads and listens at that moment may count a guess
 * twice, but never not at all.
 */
import type { Guess, GuessLog } from '../call/ports/nodes.ts';
import type { Logger } from '../call/ports/process.ts';
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
  /** Our own that are not written down yet: the store may be away. */
  let unwritten: readonly Guess[] = [];
  let writing: Promise<void> | undefined;
  /** Those that come while the written ones are being read. */
  let meanwhile: Guess[] | undefined;

  const hidden = (source: string | undefined): string | undefined =>
    source === undefined ? undefined : log.hide(source);

  function add(guess: Guess): void {
    limiter.count(guess.at, guess.source);
    meanwhile?.push(guess);
  }

  async function writeAll(): Promise<void> {
    for (let next = unwritten[0]; next !== undefined; next = unwritten[0]) {
      await log.add(next);
      const written = next;
      unwritten = unwritten.filter((guess) => guess !== written);
      tell(written);
    }
  }

  /** Never rejects: what could not be written waits for the next guess, or for the store's return. */
  function write(): Promise<void> {
    writing ??= writeAll()
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'a guess was not written down');
      })
      .finally(() => {
        writing = undefined;
      });
    return writing;
  }

  return {
    count(now, source) {
      const guess = { at: now, source: hidden(source) };
      add(guess);
      unwritten = [...unwritten, guess].slice(-limits.inAll);
      void write();
    },
    exceeded: (now, source) => limiter.exceeded(now, hidden(source)),
    get sources() {
      return limiter.sources;
    },
    heard: add,
    async reload(now) {
      await write();
      const late: Guess[] = [...unwritten];
      meanwhile = late;
      try {
        const written = await log.since(now - limits.windowMs);
        const fresh = createGuessLimiter(limits);
        for (const { at, source } of [...written, ...late]) fresh.count(at, source);
        limiter = fresh;
      } catch (error) {
        logger.warn({ err: error }, 'the guesses of other nodes are not known');
      } finally {
        if (meanwhile === late) meanwhile = undefined;
      }
    },
  };
}
