/** How soon the kernel lets a thread run beside others: Linux alone can tell threads apart. */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { openLibc } from './udp/libc.ts';

/**
 * Among the machine's real-time threads, which run before all others: the lowest two. Who sends what is due works for
 * a moment in 20 ms, and goes before who makes it. sched(7)
 */
export const realTimeLevels = { media: 1, pacer: 2 } as const;
/** Before ordinary processes (0), behind what the kernel itself has to do. sched(7) */
const mediaNice = -10;
const roundRobin = 2;
/** What the thread starts is as ordinary as the rest of the machine. */
const resetOnFork = 0x4000_0000;

export type ThreadPriority = 'real-time' | 'raised' | 'not-permitted' | 'unknown-thread';

export interface ThreadPriorityOptions {
  /** 0: not among the real-time threads, so that what needs this thread can run beside it. */
  readonly realTimeLevel: number;
  /** Whether the kernel permits that of the calling thread. */
  readonly beRealTime?: ((level: number) => boolean) | undefined;
  readonly threadId?: (() => number | undefined) | undefined;
  readonly setNice?: ((id: number, nice: number) => void) | undefined;
}

/**
 * Puts the calling thread before what else runs on the machine, so that 20 ms stay 20 ms while others work: as
 * one of its real-time threads (CAP_SYS_NICE or RLIMIT_RTPRIO), of a lower level where the wanted one is not permitted;
 * else by its niceness (RLIMIT_NICE). `not-permitted`: neither; the thread goes on as it was.
 */
export const raiseThreadPriority = ({
  realTimeLevel,
  beRealTime = beRealTimeByLibc,
  threadId = ownThreadId,
  setNice = setPriority,
}: ThreadPriorityOptions): ThreadPriority => {
  for (let level = realTimeLevel; level > 0; level -= 1) if (beRealTime(level)) return 'real-time';
  const id = threadId();
  if (id === undefined) return 'unknown-thread';
  try {
    setNice(id, mediaNice);
    return 'raised';
  } catch {
    return 'not-permitted';
  }
};

function beRealTimeByLibc(level: number): boolean {
  const parameters = Buffer.alloc(4);
  parameters.writeInt32LE(level);
  return openLibc()?.sched_setscheduler(0, roundRobin | resetOnFork, parameters) === 0;
}

/** The kernel's number of the calling thread: `/proc/thread-self` points to `<process>/task/<thread>`. proc(5) */
function ownThreadId(): number | undefined {
  try {
    const id = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    return Number.isInteger(id) && id > 0 ? id : undefined;
  } catch {
    return undefined;
  }
}
