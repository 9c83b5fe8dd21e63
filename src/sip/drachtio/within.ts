import type { Clock } from '../../call/ports/process.ts';

/**
 * The value, or undefined where it does not come in time or at all. The libraries' promises and
 * callbacks are lost with the connection they wait on; nothing of ours waits for ever.
 */
export const within = <T>(clock: Clock, ms: number, promise: Promise<T>): Promise<T | undefined> =>
  new Promise((resolve) => {
    const cancel = clock.at(clock.now() + ms, () => {
      resolve(undefined);
    });
    const settle = (value: T | undefined): void => {
      cancel();
      resolve(value);
    };
    promise.then(settle, () => {
      settle(undefined);
    });
  });
