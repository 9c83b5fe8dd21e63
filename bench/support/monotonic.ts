/**
 * Milliseconds on the machine's monotonic clock (CLOCK_MONOTONIC on Linux), which all processes of
 * one machine share: moments noted in two processes can be subtracted.
 */
export const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;
