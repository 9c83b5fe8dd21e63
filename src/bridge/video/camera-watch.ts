/**
 * Whether a device's pictures come, so that the host hears of it when they cease.
 *
 *   gone ── a packet ──▶ coming ── 5 s without one, or held ──▶ gone
 */
export interface CameraWatch {
  heard(nowMs: number): void;
  /** The state that just began, once; undefined where nothing changed. */
  poll(nowMs: number, isExpected: boolean): 'coming' | 'gone' | undefined;
  isComing(): boolean;
}

const silenceMs = 5000;

export const createCameraWatch = (): CameraWatch => {
  let lastMs = Number.NEGATIVE_INFINITY;
  let isComing = false;
  return {
    heard: (nowMs) => {
      lastMs = nowMs;
    },
    poll: (nowMs, isExpected) => {
      const comes = isExpected && nowMs - lastMs < silenceMs;
      if (comes === isComing) return undefined;
      isComing = comes;
      return comes ? 'coming' : 'gone';
    },
    isComing: () => isComing,
  };
};
