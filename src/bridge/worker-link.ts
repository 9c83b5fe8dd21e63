/**
 * The main thread's end of one media worker: requests and their replies, commands, and the news
 * that the thread died.
 *
 *   starting ──ready──▶ running ──close()──▶ closed
 *       └──exit──▶ died ◀──exit──┘   onDied once; open requests resolve with undefined
 */
import { Worker } from 'node:worker_threads';
import { closeDescriptors, createDescriptorMemory } from './udp/open-descriptors.ts';
import type { SoundDoor } from '../call/ports/media.ts';
import type {
  FromWorker,
  ThreadSetup,
  WorkerCommand,
  WorkerReply,
  WorkerRequest,
  WorkerSetup,
} from './worker-protocol.ts';

export type WorkerNews = Exclude<FromWorker, WorkerReply | { type: 'ready' }>;

export interface WorkerLink {
  readonly index: number;
  /** Where it takes other nodes' sound. */
  readonly door?: SoundDoor | undefined;
  isAlive(): boolean;
  post(command: WorkerCommand): void;
  /** The reply, or undefined where the worker is gone. Never rejects. */
  request(build: (requestId: number) => WorkerRequest): Promise<WorkerReply | undefined>;
  /** Lets the worker free its ports, then ends the thread. */
  close(): Promise<void>;
}

export interface WorkerLinkDeps {
  readonly setup: WorkerSetup;
  readonly onNews: (link: WorkerLink, news: WorkerNews) => void;
  /** The thread is gone without `close`; `error` where it threw. */
  readonly onDied: (link: WorkerLink, error: Error | undefined) => void;
}

/**
 * What a packet leaves behind is garbage at once. Node's own limit is several times this, and a worker
 * fills what it is given before it collects: half of what a caller seemed to cost was that.
 */
const maxYoungGenerationSizeMb = 12;

/** Starts a worker thread; resolves when it takes requests, rejects when it cannot start. */
export const startWorkerLink = async ({
  setup,
  onNews,
  onDied,
}: WorkerLinkDeps): Promise<WorkerLink> => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    name: `media-${setup.workerIndex}`,
    // The batched sockets are a part of Node that is new; what happens where it is not there is tested.
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxYoungGenerationSizeMb },
  });
  const descriptorMemory = createDescriptorMemory();
  const threadSetup: ThreadSetup = { ...setup, descriptorMemory };
  worker.postMessage(threadSetup);
  const waiting = new Map<number, (reply: WorkerReply | undefined) => void>();
  let lastRequestId = 0;
  let state: 'starting' | 'running' | 'closing' | 'gone' = 'starting';
  let fault: Error | undefined;

  let door: SoundDoor | undefined;
  const link: WorkerLink = {
    index: setup.workerIndex,
    get door() {
      return door;
    },
    isAlive: () => state === 'running',
    post: (command) => {
      if (state !== 'gone') worker.postMessage(command);
    },
    request: (build) => {
      if (state === 'gone') return Promise.resolve(undefined);
      const request = build(++lastRequestId);
      return new Promise((resolve) => {
        waiting.set(request.requestId, resolve);
        worker.postMessage(request);
      });
    },
    close: async () => {
      if (state !== 'running') return;
      state = 'closing';
      await link.request((requestId) => ({ type: 'stop', requestId }));
      await worker.terminate();
    },
  };

  await new Promise<void>((resolve, reject) => {
    worker.on('message', (message: FromWorker) => {
      if (message.type === 'ready') {
        state = 'running';
        ({ door } = message);
        resolve();
      } else if ('requestId' in message) {
        waiting.get(message.requestId)?.(message);
        waiting.delete(message.requestId);
      } else onNews(link, message);
    });
    worker.on('error', (error: unknown) => {
      fault = error instanceof Error ? error : new Error(String(error));
    });
    worker.on('exit', () => {
      const before = state;
      state = 'gone';
      closeDescriptors(descriptorMemory);
      for (const resolveWaiting of waiting.values()) resolveWaiting(undefined);
      waiting.clear();
      if (before === 'starting') reject(fault ?? new Error('media worker ended at its start'));
      if (before === 'running') onDied(link, fault);
    });
  });
  return link;
};
