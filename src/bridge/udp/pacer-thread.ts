/** Entry of the thread that sends what is due, and nothing else. */
import { parentPort } from 'node:worker_threads';
import { monotonicMs } from '../monotonic-ms.ts';
import { raiseThreadPriority } from '../thread-priority.ts';
import { openLibc, type Libc } from './libc.ts';
import type { PacerSetup } from './pacer.ts';
import { createPacingReader } from './pacing-ring.ts';

const roundRobin = 2;

/**
 * Before all ordinary threads, since it works for a moment in 20 ms only: as one of the machine's real-time threads
 * where that is permitted (CAP_SYS_NICE or RLIMIT_RTPRIO), else as the media threads are. sched(7)
 */
const goFirst = (libc: Libc): void => {
  const lowest = Buffer.alloc(4);
  lowest.writeInt32LE(1);
  if (libc.sched_setscheduler(0, roundRobin, lowest) !== 0) raiseThreadPriority();
};

const start = ({ memory }: PacerSetup): void => {
  const libc = openLibc();
  if (libc === undefined) throw new Error('pacer-thread.ts needs the calls of the C library');
  goFirst(libc);
  const send = createPacingReader(libc, memory, monotonicMs);
  parentPort?.postMessage('ready');
  send();
};

parentPort?.once('message', start);
