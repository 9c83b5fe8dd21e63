/** A thread that sends what was made ahead of its time, on the dot, whatever the thread that made it does then. */
import { Worker } from 'node:worker_threads';
import type { Libc } from './libc.ts';
import {
  createPacingMemory,
  createPacingWriter,
  type PacingMemory,
  type PacingWriter,
} from './pacing-ring.ts';

export interface Pacer {
  /** False where it can't wait: it is to be sent at once. */
  readonly put: PacingWriter['put'];
  readonly wake: () => void;
  /** Resolves when nothing waits of what was put until now, or the thread is gone. Never rejects. */
  sent(): Promise<void>;
  readonly failed: () => number;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface PacerSetup {
  readonly memory: PacingMemory;
}

const lookEveryMs = 5;
/** Longer than anything waits for its moment: the thread is not there then. */
const longestWaitMs = 500;

export const startPacer = (libc: Libc): Pacer => {
  const memory = createPacingMemory();
  const ring = createPacingWriter(libc, memory);
  const thread = new Worker(new URL('./pacer-thread.ts', import.meta.url), {
    name: 'pacer',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 32 },
  });
  const setup: PacerSetup = { memory };
  thread.postMessage(setup);
  /** What is put before the thread runs would come late. */
  let isReady = false;
  let closing: Promise<void> | undefined;
  thread.once('message', () => {
    isReady = closing === undefined;
  });
  // Without the thread packets go at once, as they did before there was one.
  const onGone = (): void => {
    isReady = false;
  };
  thread.on('error', onGone);
  thread.on('exit', onGone);
  thread.unref();

  const close = async (): Promise<void> => {
    isReady = false;
    ring.stop();
    await thread.terminate();
  };
  return {
    put: (fd, packet, name, dueMs) => isReady && ring.put(fd, packet, name, dueMs),
    wake: ring.wake,
    sent: async () => {
      const head = ring.head();
      for (let waitedMs = 0; waitedMs < longestWaitMs; waitedMs += lookEveryMs) {
        if (ring.isSent(head)) return;
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      }
    },
    failed: ring.failed,
    close: () => (closing ??= close()),
  };
};
