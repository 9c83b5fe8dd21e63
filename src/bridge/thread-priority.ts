/** How soon the kernel lets a thread run beside others: Linux alone can tell threads apart. */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Before ordinary processes (0), behind what the kernel itself has to do. sched(7) */
const mediaNice = -10;

export type ThreadPriority = 'raised' | 'not-permitted' | 'unknown-thread';

/**
 * Puts the calling thread before what else runs on the machine, so that 20 ms stay 20 ms while others work.
 * `not-permitted`: neither CAP_SYS_NICE nor a nice limit (RLIMIT_NICE) that allows it; the thread goes on as it was.
 */
export const raiseThreadPriority = (
  threadId: () => number | undefined = ownThreadId,
  set: (id: number, nice: number) => void = setPriority,
): ThreadPriority => {
  const id = threadId();
  if (id === undefined) return 'unknown-thread';
  try {
    set(id, mediaNice);
    return 'raised';
  } catch {
    return 'not-permitted';
  }
};

/** The kernel's number of the calling thread: `/proc/thread-self` points to `<process>/task/<thread>`. proc(5) */
function ownThreadId(): number | undefined {
  try {
    const id = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    return Number.isInteger(id) && id > 0 ? id : undefined;
  } catch {
    return undefined;
  }
}
