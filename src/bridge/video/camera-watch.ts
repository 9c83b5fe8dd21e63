/**
 * Whether a device's pictures come, and can be shown, so that the host hears of it when they cease.
 *
 *   gone ── a packet ──▶ coming ── 5 s without one, or held ──▶ gone
 *                        ▲   │ 5 s of pictures, and no key frame however often it is asked for
 *           a key frame ─┘   ▼
 *                       unusable ── 5 s without one, or held ──▶ gone
 *
 * Whoever begins to watch needs an IDR picture. Some devices refresh theirs bit by bit and send none.
 */
export type CameraState = 'coming' | 'gone' | 'unusable';

export interface CameraWatch {
  heard(nowMs: number): void;
  /** The state that just began, once; undefined where nothing changed. */
  poll(nowMs: number, isExpected: boolean, lacksKeyFrame: boolean): CameraState | undefined;
  state(): CameraState;
}

const silenceMs = 5000;
/** A camera that comes late, or comes back, has so long for its first key frame. */
const patienceMs = 5000;

export const createCameraWatch = (): CameraWatch => {
  let lastMs = Number.NEGATIVE_INFINITY;
  let sinceMs = 0;
  let state: CameraState = 'gone';

  const stateNow = (nowMs: number, isExpected: boolean, lacksKeyFrame: boolean): CameraState => {
    if (!isExpected || nowMs - lastMs >= silenceMs) return 'gone';
    if (state === 'gone') sinceMs = nowMs;
    return lacksKeyFrame && nowMs - sinceMs >= patienceMs ? 'unusable' : 'coming';
  };

  return {
    heard: (nowMs) => {
      lastMs = nowMs;
    },
    poll: (nowMs, isExpected, lacksKeyFrame) => {
      const next = stateNow(nowMs, isExpected, lacksKeyFrame);
      if (next === state) return undefined;
      state = next;
      return next;
    },
    state: () => state,
  };
};
