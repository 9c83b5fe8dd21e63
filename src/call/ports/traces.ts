import type { LadderLine } from './call-records.ts';

/** What passes on the wire, for whoever looks for a fault. */

export type TraceOf = { readonly sipCallId: string } | { readonly number: string };

export interface TraceView {
  readonly traceId: string;
  readonly state: 'asked' | 'on' | 'done';
  readonly startedAt: number;
  /** Nothing is added from then on. */
  readonly endsAt: number;
  readonly deletedAt: number;
  readonly packets: number;
  readonly bytes: number;
  /** Some did not fit. */
  readonly truncated: boolean;
}

export interface CallTraces {
  ladder(sipCallId: string): readonly LadderLine[];
  /** Undefined: too many are there already. */
  begin(of: TraceOf, minutes: number): TraceView | undefined;
  list(): readonly TraceView[];
  /** The file; undefined where there is no such trace (any more). */
  pcap(traceId: string): Buffer | undefined;
  /** False where there was none. */
  remove(traceId: string): boolean;
}
