/** What is known about the calls of a process that is no more. */
import { keptDetails } from '../call/call-details.ts';
import { type EndReasonCode, terminationOf } from '../call/end-reasons.ts';
import type { LegId } from '../call/identifiers.ts';
import type { CallRecord } from '../call/ports/call-records.ts';
import type { LeasedRecord } from './call-store.ts';

const isLeasedRecord = (line: unknown): line is LeasedRecord =>
  typeof line === 'object' &&
  line !== null &&
  'leaseId' in line &&
  typeof line.leaseId === 'string' &&
  'record' in line &&
  typeof line.record === 'object' &&
  line.record !== null &&
  'legId' in line.record &&
  typeof line.record.legId === 'string' &&
  'startedAt' in line.record &&
  typeof line.record.startedAt === 'number' &&
  'timeline' in line.record &&
  Array.isArray(line.record.timeline);

/** The newest line of each call; nothing comes after a call's first end. */
export function mergeJournalLines(lines: readonly unknown[]): Map<LegId, LeasedRecord> {
  const latest = new Map<LegId, LeasedRecord>();
  for (const line of lines) {
    if (!isLeasedRecord(line)) continue;
    const known = latest.get(line.record.legId);
    if (known?.record.state !== 'ended') latest.set(line.record.legId, line);
  }
  return latest;
}

/** Ends the calls that are still open (`gateway-died`). `closed`: those, as they are now. */
export function closeAbandonedCalls(
  found: readonly LeasedRecord[],
  now: number,
  lastAliveAt: number | undefined,
): { readonly entries: readonly LeasedRecord[]; readonly closed: readonly CallRecord[] } {
  const closed: CallRecord[] = [];
  const entries = found.map((entry) => {
    if (entry.record.state === 'ended') return entry;
    const record = closedAtLastSign(entry.record, { reason: 'gateway-died', now, lastAliveAt });
    closed.push(record);
    return { ...entry, record };
  });
  return { entries, closed };
}

/** The call ended when its node did: at the last sign of life that is known, not when that was found out. */
export function closedAtLastSign(
  record: CallRecord,
  found: {
    readonly reason: Extract<EndReasonCode, 'gateway-died' | 'node-died'>;
    readonly now: number;
    readonly lastAliveAt: number | undefined;
  },
): CallRecord {
  const lastSign = Math.max(
    record.startedAt,
    found.lastAliveAt ?? 0,
    ...record.timeline.map((entry) => entry.at),
  );
  const endedAt = Math.min(found.now, lastSign);
  const termination = terminationOf(found.reason);
  return {
    ...record,
    state: 'ended',
    endedAt,
    termination,
    details: keptDetails(record.details, endedAt),
    timeline: [...record.timeline, { at: endedAt, event: 'ended', fields: { ...termination } }],
  };
}
