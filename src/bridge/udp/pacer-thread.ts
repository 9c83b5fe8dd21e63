/** Entry of the thread that sends what is due, and nothing else. */
import { parentPort } from 'node:worker_threads';
import { monotonicMs } from '../monotonic-ms.ts';
import { raiseThreadPriority } from '../thread-priority.ts';
import { openLibc } from './libc.ts';
import type { PacerSetup } from './pacer.ts';
import { sendPaced } from './pacing-ring.ts';

const start = ({ memory }: PacerSetup): void => {
  const libc = openLibc();
  if (libc === undefined) throw new Error('pacer-thread.ts needs the calls of the C library');
  raiseThreadPriority();
  parentPort?.postMessage('ready');
  sendPaced(libc, memory, monotonicMs);
};

parentPort?.once('message', start);
