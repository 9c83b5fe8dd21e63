/** Entry of a media worker thread: the port to the main thread, and nothing else. */
import { parentPort } from 'node:worker_threads';
import { createMediaWorker } from './media-worker.ts';
import type { FromWorker, ToWorker, WorkerSetup } from './worker-protocol.ts';
import { createWorkerLog } from './worker-log.ts';

const port = parentPort;
if (port === null) throw new Error('worker.ts runs as a worker thread');
const post = (message: FromWorker): void => {
  port.postMessage(message);
};

port.once('message', (setup: WorkerSetup) => {
  const log = createWorkerLog(post, {});
  const worker = createMediaWorker({ setup, post, log });
  // What a third party's socket handler throws belongs to one link; the other calls go on.
  process.on('uncaughtException', (error) => {
    log.error({ err: error }, 'uncaught in media worker');
  });
  port.on('message', (message: ToWorker) => {
    worker.handle(message);
  });
  post({ type: 'ready' });
});
