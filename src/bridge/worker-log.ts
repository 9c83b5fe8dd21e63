/** The worker's logger: each line goes to the main thread, which alone writes the log. */
import type { Logger } from '../call/ports/process.ts';
import type { FromWorker } from './worker-protocol.ts';

export const createWorkerLog = (
  post: (message: FromWorker) => void,
  bound: Readonly<Record<string, unknown>>,
): Logger => {
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: object, message: string): void => {
      post({ type: 'log', level, fields: { ...bound, ...fields }, message });
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => createWorkerLog(post, { ...bound, ...fields }),
  };
};
