const hrtimeMs = (): number => {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
};
/** `performance.now` counts from the start of each thread, and costs a tenth of `process.hrtime`. */
const threadStartMs = hrtimeMs() - performance.now();

/** Milliseconds of the monotonic clock that every thread of the process shares. */
export const monotonicMs = (): number => threadStartMs + performance.now();
