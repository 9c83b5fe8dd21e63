import { z } from 'zod';
import { optional, url, wholeNumber, type SettingsOf } from './values.ts';

/** A booking system that is asked for call IDs nobody has here. `_MS` is milliseconds, `_S` seconds. */

export interface DirectoryConfig {
  readonly url: string;
  readonly key: string | undefined;
  readonly timeoutMs: number;
  readonly cacheMs: number;
}

export const directoryShape = {
  RINGBRO_DIRECTORY_URL: optional(url('http:', 'https:')),
  RINGBRO_DIRECTORY_KEY: optional(z.string()),
  RINGBRO_DIRECTORY_TIMEOUT_MS: optional(wholeNumber(100, 4_500)),
  RINGBRO_DIRECTORY_CACHE_S: optional(wholeNumber(0, 86_400)),
};

/** undefined: nobody is asked. */
export const directoryFrom = (e: SettingsOf<typeof directoryShape>): DirectoryConfig | undefined =>
  e.RINGBRO_DIRECTORY_URL === undefined
    ? undefined
    : {
        url: e.RINGBRO_DIRECTORY_URL,
        key: e.RINGBRO_DIRECTORY_KEY,
        timeoutMs: e.RINGBRO_DIRECTORY_TIMEOUT_MS ?? 3_000,
        cacheMs: (e.RINGBRO_DIRECTORY_CACHE_S ?? 60) * 1000,
      };
