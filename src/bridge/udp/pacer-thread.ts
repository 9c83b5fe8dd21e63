/** Entry of the thread that sends what is due, and nothing else. */
import { parentPort } from 'node:worker_threads';
import { monotonicMs } from '../monotonic-ms.ts';
import { raiseThreadPriority, realTimeLevels } from '../thread-priority.ts';
import { openLibc } from './libc.ts';
import type { PacerSetup } from './pacer.ts';
import { createPacingReader } from './pacing-ring.ts';

const start = ({ memory }: PacerSetup): void => {
  const libc = openLibc();
  if (libc === undefined) throw new Error('pacer-thread.ts needs the calls of the C library');
  raiseThreadPriority({ realTimeLevel: realTimeLevels.pacer });
  const send = createPacingReader(libc, memory, monotonicMs);
  parentPort?.postMessage('ready');
  send();
};

parentPort?.once('message', start);
