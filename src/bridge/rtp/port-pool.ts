/**
 * Pairs of UDP ports, RTP on the even one and RTCP on the next (RFC 3550 §11). Ports are handed
 * out in turn and rest after use, so that a late packet of one call does not reach the next.
 */
export interface PortPool {
  /** An even port whose pair is free and rested, or undefined where there is none. */
  take(nowMs: number): number | undefined;
  /** Gives a port back; one that is not out is ignored. */
  release(port: number, nowMs: number): void;
  /** Pairs that are out. */
  readonly inUse: number;
  readonly size: number;
}

export interface PortRange {
  /** The first and the last port that may be bound, RTCP's included. */
  readonly first: number;
  readonly last: number;
}

interface FreePort {
  readonly port: number;
  readonly restedAtMs: number;
}

export const createPortPool = (
  options: PortRange & { readonly quarantineMs: number },
): PortPool => {
  // A queue in the order of release: its head has rested longest.
  const free: FreePort[] = [];
  const out = new Set<number>();
  const firstEven = options.first + (options.first % 2);
  for (let port = firstEven; port + 1 <= options.last; port += 2) {
    free.push({ port, restedAtMs: Number.NEGATIVE_INFINITY });
  }
  const size = free.length;

  return {
    take(nowMs) {
      const oldest = free[0];
      if (oldest === undefined || oldest.restedAtMs > nowMs) return undefined;
      free.shift();
      out.add(oldest.port);
      return oldest.port;
    },
    release(port, nowMs) {
      if (!out.delete(port)) return;
      free.push({ port, restedAtMs: nowMs + options.quarantineMs });
    },
    get inUse() {
      return out.size;
    },
    size,
  };
};

/** The part of `range` that is worker `index`'s own of `workers`: even borders, no port in two parts. */
export const partitionPorts = (range: PortRange, workers: number, index: number): PortRange => {
  const firstEven = range.first + (range.first % 2);
  const pairs = Math.max(0, Math.floor((range.last + 1 - firstEven) / 2));
  const from = Math.floor((pairs * index) / workers);
  const to = Math.floor((pairs * (index + 1)) / workers);
  return { first: firstEven + from * 2, last: firstEven + to * 2 - 1 };
};
