/**
 * When a caller has not been heard for too long.
 *
 *   idle ──begin──▶ watching ──timeout──▶ told ──heard──▶ watching
 *                     │  ▲ held: the time begins anew with each look
 *                     └──┘ heard
 */
export interface SilenceWatch {
  begin(nowMs: number): void;
  heard(nowMs: number): void;
  /** True once for each stretch of silence that lasted `timeoutMs` without being held. */
  isOver(nowMs: number, held: boolean): boolean;
}

export const createSilenceWatch = (timeoutMs: number): SilenceWatch => {
  let begun = false;
  let told = false;
  let sinceMs = 0;

  return {
    begin: (nowMs) => {
      begun = true;
      sinceMs = nowMs;
    },
    heard: (nowMs) => {
      told = false;
      sinceMs = nowMs;
    },
    isOver: (nowMs, held) => {
      if (held) sinceMs = nowMs;
      if (!begun || told || nowMs - sinceMs < timeoutMs) return false;
      told = true;
      return true;
    },
  };
};
