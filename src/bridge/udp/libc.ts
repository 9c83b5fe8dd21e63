/**
 * The C library's UDP calls that Node does not offer: many packets at one call, the kernel's time of
 * arrival, and no event of the loop for each packet. By `node:ffi`, where Node has it; on Linux alone,
 * whose structures `message-header.ts` writes.
 */

/** `int`s and `socklen_t`s as numbers; structures as the bytes that hold them, which the caller keeps in place. */
export interface Libc {
  /** A descriptor, or -1. socket(2) */
  socket(domain: number, type: number, protocol: number): number;
  /** 0, or -1. bind(2) */
  bind(fd: number, name: Uint8Array, nameBytes: number): number;
  /** 0, or -1; `nameBytes`: an `int` that holds how long `name` may be. getsockname(2) */
  getsockname(fd: number, name: Uint8Array, nameBytes: Uint8Array): number;
  /** 0, or -1. connect(2) */
  connect(fd: number, name: Uint8Array, nameBytes: number): number;
  /** 0, or -1. setsockopt(2) */
  setsockopt(fd: number, level: number, option: number, value: Uint8Array, bytes: number): number;
  /** A number, or -1; of the commands those whose argument is a number. fcntl(2) */
  fcntl(fd: number, command: number, argument: number): number;
  /** 0, or -1. close(2) */
  close(fd: number): number;
  /** Messages received, or -1; the last argument: how long to wait, null. recvmmsg(2) */
  recvmmsg(fd: number, headers: Uint8Array, count: number, flags: number, wait: null): number;
  /** Messages sent, or -1. sendmmsg(2) */
  sendmmsg(fd: number, headers: Uint8Array, count: number, flags: number): number;
  /** A descriptor, or -1. epoll_create1(2) */
  epoll_create1(flags: number): number;
  /** 0, or -1. epoll_ctl(2) */
  epoll_ctl(set: number, operation: number, fd: number, event: Uint8Array): number;
  /** Events, or -1; waits so many milliseconds. epoll_wait(2) */
  epoll_wait(set: number, events: Uint8Array, most: number, waitMs: number): number;
  /** 0, or -1. clock_gettime(2) */
  clock_gettime(clock: number, time: Uint8Array): number;
  /** 0, or -1; of the calling thread where `thread` is 0. sched_setscheduler(2) */
  sched_setscheduler(thread: number, policy: number, parameters: Uint8Array): number;
  /** 1; 0 for what is no numeric address. `text` ends with a zero byte. inet_pton(3) */
  inet_pton(family: number, text: Uint8Array, address: Uint8Array): number;
  /** Where bytes lie; they don't move while somebody holds them. */
  addressOf(bytes: Uint8Array): bigint;
}

/** Undefined where Node or the machine is another. */
export const openLibc = (): Libc | undefined => {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return undefined;
  try {
    const ffi = process.getBuiltinModule('node:ffi');
    const { functions } = ffi.dlopen(null, {
      socket: { arguments: ['int32', 'int32', 'int32'], return: 'int32' },
      bind: { arguments: ['int32', 'buffer', 'uint32'], return: 'int32' },
      getsockname: { arguments: ['int32', 'buffer', 'buffer'], return: 'int32' },
      connect: { arguments: ['int32', 'buffer', 'uint32'], return: 'int32' },
      setsockopt: { arguments: ['int32', 'int32', 'int32', 'buffer', 'uint32'], return: 'int32' },
      fcntl: { arguments: ['int32', 'int32', 'int32'], return: 'int32' },
      close: { arguments: ['int32'], return: 'int32' },
      recvmmsg: { arguments: ['int32', 'buffer', 'uint32', 'int32', 'buffer'], return: 'int32' },
      sendmmsg: { arguments: ['int32', 'buffer', 'uint32', 'int32'], return: 'int32' },
      epoll_create1: { arguments: ['int32'], return: 'int32' },
      epoll_ctl: { arguments: ['int32', 'int32', 'int32', 'buffer'], return: 'int32' },
      epoll_wait: { arguments: ['int32', 'buffer', 'int32', 'int32'], return: 'int32' },
      clock_gettime: { arguments: ['int32', 'buffer'], return: 'int32' },
      sched_setscheduler: { arguments: ['int32', 'int32', 'buffer'], return: 'int32' },
      inet_pton: { arguments: ['int32', 'buffer', 'buffer'], return: 'int32' },
    });
    return { ...functions, addressOf: ffi.getRawPointer };
  } catch {
    return undefined; // switched off, or not built in
  }
};
