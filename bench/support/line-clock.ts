/**
 * One clock for all lines of a process: 20 ms in four phases of 5 ms, so that callers do not all
 * speak at the same instant, as telephones do not either. The schedule is absolute: a late wake-up
 * sends what is due and moves nothing that follows.
 */
export interface LineClock {
  /** `tick` is called once each 20 ms. Returns the way to take that back. */
  add(tick: () => void): () => void;
  /** How late the latest wake-up was since the last call: the generator's own share of any gap it reports. */
  takeWorstLatenessMs(): number;
  stop(): void;
}

const phases = 4;
const phaseMs = 20 / phases;
/** After a longer stall the missed packets are left out: a burst would be no caller's doing. */
const longestCatchUpMs = 200;

export const createLineClock = (nowMs: () => number): LineClock => {
  const lines = Array.from({ length: phases }, () => new Set<() => void>());
  const beganAtMs = nowMs();
  let step = 0;
  let worstLatenessMs = 0;
  let nextPhase = 0;

  const timer = setInterval(() => {
    const elapsedMs = nowMs() - beganAtMs;
    const due = Math.floor(elapsedMs / phaseMs);
    worstLatenessMs = Math.max(worstLatenessMs, elapsedMs - (step + 1) * phaseMs);
    step = Math.max(step, due - longestCatchUpMs / phaseMs);
    for (; step < due; step += 1) for (const tick of lines[step % phases] ?? []) tick();
  }, 2);

  return {
    add(tick) {
      const line = lines[nextPhase % phases];
      nextPhase += 1;
      line?.add(tick);
      return () => line?.delete(tick);
    },
    takeWorstLatenessMs() {
      const worst = worstLatenessMs;
      worstLatenessMs = 0;
      return worst;
    },
    stop() {
      clearInterval(timer);
    },
  };
};
