/** How loud the callers are. Asked while a meter is shown, and by nobody else. */
import type { Api } from '../shared/api.ts';

export interface Levels {
  /** In dBov; undefined: not known. */
  readonly get: (legId: string) => number | undefined;
  readonly subscribe: (listener: () => void) => () => void;
}

const everyMs = 1_000;

export function createLevels(api: Api): Levels {
  let levels: Readonly<Record<string, number>> = {};
  let timer: number | undefined;
  const listeners = new Set<() => void>();

  function read(): void {
    if (document.visibilityState !== 'visible') return;
    const tell = (now: typeof levels): void => {
      levels = now;
      for (const listener of listeners) listener();
    };
    api.get<{ levels: typeof levels }>('/api/levels').then(
      (answer) => {
        tell(answer.levels);
      },
      () => {
        tell({});
      },
    );
  }

  return {
    get: (legId) => levels[legId],
    subscribe(listener) {
      listeners.add(listener);
      if (timer === undefined) {
        timer = window.setInterval(read, everyMs);
        read();
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}
