import type { NodeBus } from '../../src/call/ports/nodes.ts';

export interface MemoryBus {
  /** A node's end of it. */
  connect(): NodeBus & { away: boolean };
  /** Everything that was sent, as text. */
  readonly sent: string[];
  /** Delivers what was sent since; listeners may send more. */
  deliver(): Promise<void>;
}

/** A bus in memory that delivers when it is told to. */
export function createMemoryBus(): MemoryBus {
  const ends: { away: boolean; hear(message: string): void; resume(): void }[] = [];
  const sent: string[] = [];
  let delivered = 0;
  return {
    sent,
    connect() {
      const listeners: ((message: string) => void)[] = [];
      const resumed: (() => void)[] = [];
      let away = false;
      const end = {
        get away() {
          return away;
        },
        set away(now) {
          if (away && !now) end.resume();
          away = now;
        },
        hear: (message: string) => {
          for (const listener of listeners) listener(message);
        },
        resume: () => {
          for (const tell of resumed) tell();
        },
        send: async (message: string) => {
          if (away) throw new Error('away');
          sent.push(message);
        },
        onMessage: (listener: (message: string) => void) => {
          listeners.push(listener);
        },
        onResumed: (listener: () => void) => {
          resumed.push(listener);
        },
        close: () => Promise.resolve(),
      };
      ends.push(end);
      return end;
    },
    async deliver() {
      await new Promise(setImmediate);
      while (delivered < sent.length) {
        const message = sent[delivered] ?? '';
        delivered += 1;
        for (const end of ends) if (!end.away) end.hear(message);
        await new Promise(setImmediate);
      }
    },
  };
}
