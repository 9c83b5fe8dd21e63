/** Times between the packets of one stream, as its receiver sees them. Costs one addition a packet. */
export interface SpacingRecord {
  /** A packet arrived. */
  take(nowMs: number): void;
  report(): SpacingReport;
  /** Forgets all but the last arrival, so that a gap across the cut is not lost. */
  restart(): void;
}

export interface SpacingReport {
  readonly packets: number;
  /** To the millisecond, rounded up. */
  readonly spacingP99Ms: number;
  readonly longestMs: number;
  /** Spacings longer than `longGapMs`. */
  readonly longGaps: number;
  /** The first of those. */
  readonly gaps: readonly LongGap[];
}

export interface LongGap {
  /** Its end, on the clock of the arrivals. */
  readonly atMs: number;
  readonly lastedMs: number;
}

/** What a listener hears as a hole: two packets late behind a usual jitter buffer. */
export const longGapMs = 60;

const binMs = 1;
const bins = 500;
const mostGaps = 1_000;

export const createSpacingRecord = (): SpacingRecord => {
  const counts = new Uint32Array(bins);
  let lastMs: number | undefined;
  let packets = 0;
  let spacings = 0;
  let longestMs = 0;
  let longGaps = 0;
  let gaps: LongGap[] = [];

  const p99 = (): number => {
    const rank = Math.ceil(spacings * 0.99);
    let seen = 0;
    for (const [bin, count] of counts.entries()) {
      seen += count;
      if (seen >= rank) return bin === bins - 1 ? longestMs : (bin + 1) * binMs;
    }
    return longestMs;
  };

  return {
    take(nowMs) {
      packets += 1;
      if (lastMs !== undefined) {
        const spacingMs = nowMs - lastMs;
        const bin = Math.min(bins - 1, Math.floor(spacingMs / binMs));
        counts[bin] = (counts[bin] ?? 0) + 1;
        spacings += 1;
        if (spacingMs > longestMs) longestMs = spacingMs;
        if (spacingMs > longGapMs) {
          longGaps += 1;
          if (gaps.length < mostGaps) gaps.push({ atMs: nowMs, lastedMs: spacingMs });
        }
      }
      lastMs = nowMs;
    },
    report: () => ({
      packets,
      spacingP99Ms: spacings === 0 ? Number.NaN : p99(),
      longestMs,
      longGaps,
      gaps,
    }),
    restart() {
      counts.fill(0);
      packets = 0;
      spacings = 0;
      longestMs = 0;
      longGaps = 0;
      gaps = [];
    },
  };
};
