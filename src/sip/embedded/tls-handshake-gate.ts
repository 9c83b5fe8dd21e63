/**
 * How many handshakes are worked on: each costs a millisecond or so of the thread that SIP runs on,
 * and may be begun by anybody. Media has threads of its own.
 */
import { createSourceLimiter, type SourceLimits } from './source-limiter.ts';

export interface TlsHandshakeLimits {
  /** From the connection to the end of the handshake, however slowly bytes drip. */
  readonly handshakeMs: number;
  /** Under way at one time. */
  readonly maxAtOnce: number;
  readonly maxAtOncePerSource: number;
  /** Begun in a row. */
  readonly perSource: SourceLimits;
  readonly inAll: Omit<SourceLimits, 'maxSources'>;
}

export const defaultTlsHandshakeLimits: TlsHandshakeLimits = {
  handshakeMs: 5000,
  maxAtOnce: 256,
  maxAtOncePerSource: 32,
  perSource: { ratePerS: 60, burst: 120, maxSources: 4096 },
  inAll: { ratePerS: 200, burst: 400 },
};

export interface TlsHandshakeGate {
  /** Whether a handshake with this source may begin; then `ended` is to be called once. */
  begin(nowMs: number, address: string): boolean;
  ended(address: string): void;
  readonly underWay: number;
}

export const createTlsHandshakeGate = (limits: TlsHandshakeLimits): TlsHandshakeGate => {
  const perSource = createSourceLimiter(limits.perSource);
  const inAll = createSourceLimiter({ ...limits.inAll, maxSources: 1 });
  const open = new Map<string, number>();
  let underWay = 0;
  return {
    begin: (nowMs, address) => {
      const own = open.get(address) ?? 0;
      if (underWay >= limits.maxAtOnce || own >= limits.maxAtOncePerSource) return false;
      // The source first: one that is refused takes nothing from the others.
      if (!perSource.take(nowMs, address) || !inAll.take(nowMs, '')) return false;
      open.set(address, own + 1);
      underWay += 1;
      return true;
    },
    ended: (address) => {
      const own = (open.get(address) ?? 1) - 1;
      if (own === 0) open.delete(address);
      else open.set(address, own);
      underWay -= 1;
    },
    get underWay() {
      return underWay;
    },
  };
};
