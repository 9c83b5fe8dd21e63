/**
 * Whether another node still renews its lease, judged by our own clock alone: clocks of machines
 * differ, so what counts is how long we have seen no change.
 *
 * ```
 *            first seen, or renewed since           unchanged for `silentMs`
 *   (none) ───────────────────────────▶ watched ───────────────────────────▶ silent
 *                                        ▲   │ renewed: watched from now
 *                                        └───┘ we looked away (gap): watched from now
 * ```
 *
 * Looking away: when the store was down, or this process stood still, nobody's silence is proved.
 */
export interface NodeLife {
  readonly nodeId: string;
  readonly leaseId: string;
  /** By that node's clock: compared for change, never with ours. */
  readonly renewedAt: number;
}

export interface LeaseObserver {
  /** The lives as the store has them now; returns those that have been silent for long enough. */
  observe<Life extends NodeLife>(now: number, lives: readonly Life[]): readonly Life[];
}

export function createLeaseObserver(options: {
  readonly silentMs: number;
  /** Observations further apart than this prove nothing. */
  readonly longestGapMs: number;
}): LeaseObserver {
  let watched = new Map<string, { readonly life: NodeLife; readonly since: number }>();
  let lastAt = -Infinity;

  const unchanged = (a: NodeLife, b: NodeLife): boolean =>
    a.leaseId === b.leaseId && a.renewedAt === b.renewedAt;

  return {
    observe(now, lives) {
      const looking = now - lastAt <= options.longestGapMs && now >= lastAt;
      lastAt = now;
      const before = looking ? watched : new Map<string, never>();
      watched = new Map(
        lives.map((life) => {
          const known = before.get(life.nodeId);
          const same = known !== undefined && unchanged(known.life, life);
          return [life.nodeId, { life, since: same ? known.since : now }];
        }),
      );
      return lives.filter(
        ({ nodeId }) => now - (watched.get(nodeId)?.since ?? now) >= options.silentMs,
      );
    },
  };
}
