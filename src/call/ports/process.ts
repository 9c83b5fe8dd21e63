/** Time and logs, as inputs. */

/** Time as an input: the process clock in production, a manual one in tests. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once at or after `at`; returns the way to take that back. */
  at(at: number, callback: () => void): () => void;
}

/** The part of pino that the core uses: fields first, then a constant lower-case phrase. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Logger;
}
