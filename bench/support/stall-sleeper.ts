/**
 * A thread that only sleeps, on one processor and before all others there: where it wakes up late, nothing ran on
 * that processor. `stall-watch.ts` begins and ends it.
 */
import { workerData } from 'node:worker_threads';
import { monotonicMs } from './monotonic.ts';
import { mostStalls, sleepMs, type SleeperData } from './stall-watch.ts';

const { cpu, control, stalls } = workerData as SleeperData;
const [state, found] = [new Int32Array(control, 0, 1), new Int32Array(control, 4, 1)];
const pairs = new Float64Array(stalls);

const fifo = 1;
/** Above every thread of the gateway. */
const level = 10;
const maskBytes = 128;

/** Whether the kernel lets this thread stay on its processor, and go first there. sched(7), sched_setaffinity(2) */
function goFirst(): boolean {
  try {
    const { functions } = process.getBuiltinModule('node:ffi').dlopen(null, {
      sched_setaffinity: { arguments: ['int32', 'uint32', 'buffer'], return: 'int32' },
      sched_setscheduler: { arguments: ['int32', 'int32', 'buffer'], return: 'int32' },
    });
    const mask = Buffer.alloc(maskBytes);
    mask[cpu >> 3] = 1 << (cpu & 7);
    const parameters = Buffer.alloc(4);
    parameters.writeInt32LE(level);
    return (
      functions.sched_setaffinity(0, maskBytes, mask) === 0 &&
      functions.sched_setscheduler(0, fifo, parameters) === 0
    );
  } catch {
    return false; // no such calls in this Node, or on this machine
  }
}

const isFirst = goFirst();
// Unless it is to end already.
Atomics.compareExchange(state, 0, 0, isFirst ? 1 : -1);
let last = monotonicMs();
while (isFirst && Atomics.wait(state, 0, 1, sleepMs) === 'timed-out') {
  const now = monotonicMs();
  const lateMs = now - last - sleepMs;
  last = now;
  const at = Atomics.load(found, 0);
  if (lateMs < sleepMs / 2 || at === mostStalls) continue;
  pairs[2 * at] = now;
  pairs[2 * at + 1] = lateMs;
  Atomics.store(found, 0, at + 1);
}
