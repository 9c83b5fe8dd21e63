/** The trunk settings file on disk: read at the start, again on demand and whenever it changes. */
import { readFileSync, watch, type FSWatcher } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Clock, Logger } from '../call/ports/process.ts';
import { readTrunkFile, type SecretLookup, type TrunkFileResult } from '../trunk/trunk-file.ts';
import { emptyTrunkBook, type TrunkBook, type TrunkSource } from '../trunk/trunk.ts';

export interface TrunkSettings extends TrunkSource {
  /** Reads the file again, secrets too. A file that is wrong is reported and changes nothing. */
  reload(): Promise<void>;
  /** Idempotent. */
  close(): void;
}

export interface TrunkSettingsDeps {
  readonly file: string;
  /** A variable of the environment. */
  readonly variable: (name: string) => string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** An editor writes a file in several steps. */
const settleMs = 300;

const secretIn = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
};

const readBook = async (file: string, lookup: SecretLookup): Promise<TrunkFileResult> => {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    return { ok: false, problems: ["can't be read"] };
  }
  return readTrunkFile(text, lookup);
};

/** Rejects with every problem of the file, where it has any. */
export const openTrunkSettings = async (deps: TrunkSettingsDeps): Promise<TrunkSettings> => {
  const { clock, logger } = deps;
  const file = resolve(deps.file);
  const lookup: SecretLookup = (reference) =>
    'env' in reference
      ? deps.variable(reference.env)
      : secretIn(resolve(dirname(file), reference.file));
  const listeners: ((book: TrunkBook) => void)[] = [];
  let current = emptyTrunkBook;
  let reading: Promise<void> = Promise.resolve();
  let cancelRead: (() => void) | undefined;

  const first = await readBook(file, lookup);
  if (!first.ok)
    throw new Error(`the trunk settings can't be used:\n  ${first.problems.join('\n  ')}`);
  current = first.book;

  const read = async (): Promise<void> => {
    const result = await readBook(file, lookup);
    if (!result.ok) {
      const { problems } = result;
      logger.error({ file, problems }, 'trunk settings are wrong; the old ones stay in force');
      return;
    }
    if (isDeepStrictEqual(result.book, current)) return;
    current = result.book;
    logger.info({ file, trunks: current.trunks.length }, 'trunk settings changed');
    for (const listener of listeners) listener(current);
  };
  const reload = (): Promise<void> => {
    reading = reading.then(read).catch((error: unknown) => {
      logger.error({ err: error }, 'bug while trunk settings were taken into use');
    });
    return reading;
  };

  // The folder, not the file: editors and secret mounts put a new file in the old one's place.
  const watcher: FSWatcher = watch(dirname(file), () => {
    cancelRead?.();
    cancelRead = clock.at(clock.now() + settleMs, () => void reload());
  });
  watcher.on('error', (error) => {
    logger.warn({ err: error }, 'trunk settings are not watched; a signal still reloads them');
  });
  watcher.unref();

  return {
    get current() {
      return current;
    },
    onChange(listener) {
      listeners.push(listener);
    },
    reload,
    close() {
      cancelRead?.();
      watcher.close();
    },
  };
};
