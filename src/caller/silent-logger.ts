import type { Logger } from '../call/ports/process.ts';

/** For programs whose only output is their report. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
