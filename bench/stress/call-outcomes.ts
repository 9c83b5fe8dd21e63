/** What the gateway's call log says of the calls that SIPp made. */
import { percentile } from '../support/statistics.ts';
import type { CallOutcomes } from './stress-result.ts';

/** A line of `GET /api/calls`, as far as a stress run looks. */
export interface LoggedCall {
  readonly legId: string;
  readonly sipCallId: string;
  readonly callId: string | null;
  readonly state: string;
  readonly answeredAt: string | null;
  readonly joinedAt: string | null;
  readonly termination: {
    readonly result: string;
    readonly reason: string;
    readonly by: string;
  } | null;
}

export interface Reception {
  readonly mos: number;
  readonly lossPct: number;
}

/**
 * `keyed`: the IDs of the rooms, call n keying the ID of room n modulo their number; none: calls
 * were to stay in the IVR. `up`: how the callers' sound arrived, of those calls that say so.
 */
export function callOutcomes(
  calls: readonly (LoggedCall & { readonly number: number })[],
  offered: number,
  keyed: readonly string[],
  up: readonly Reception[],
): CallOutcomes {
  const byReason: Record<string, number> = {};
  let [joined, failed, misrouted] = [0, 0, 0];
  for (const call of calls) {
    if (call.joinedAt !== null) joined += 1;
    const wanted = keyed[call.number % Math.max(1, keyed.length)];
    if (call.callId !== null && call.callId !== wanted) misrouted += 1;
    const arrived = keyed.length === 0 ? call.answeredAt !== null : call.joinedAt !== null;
    const why = arrived ? endedWrongly(call) : (call.termination?.reason ?? `still ${call.state}`);
    if (why === undefined) continue;
    failed += 1;
    byReason[why] = (byReason[why] ?? 0) + 1;
  }
  const unlogged = offered - calls.length;
  if (unlogged > 0) byReason['no record: refused before the answer, or never there'] = unlogged;
  return {
    offered,
    logged: calls.length,
    joined,
    failed: failed + Math.max(0, unlogged),
    byReason,
    misrouted,
    up: {
      mosMin: up.length === 0 ? Number.NaN : Math.min(...up.map(({ mos }) => mos)),
      mosP50: percentile(
        up.map(({ mos }) => mos),
        0.5,
      ),
      lossPctMax: up.length === 0 ? Number.NaN : Math.max(...up.map(({ lossPct }) => lossPct)),
    },
  };
}

/** SIPp's callers hang up themselves: any other end is a fault of ours. */
const endedWrongly = ({ termination, state }: LoggedCall): string | undefined => {
  if (termination === null) return `still ${state}`;
  return termination.by === 'caller' ? undefined : termination.reason;
};
