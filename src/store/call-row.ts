/** A call record as the core knows it, and as a row. */
import type { Insertable, Selectable } from 'kysely';
import type { CallId, LegId, RoomName, SipCallId } from '../call/identifiers.ts';
import type {
  CallDetails,
  CallRecord,
  CallState,
  Termination,
  TerminationParty,
  TerminationResult,
  TimelineEntry,
} from '../call/ports/call-records.ts';
import type { LegQuality, LegSecurity } from '../call/ports/sip-engine.ts';
import type { CallsTable } from './schema.ts';

export function toCallRow(record: CallRecord, leaseId: string): Insertable<CallsTable> {
  return {
    leg_id: record.legId,
    sip_call_id: record.sipCallId,
    node_id: record.nodeId,
    lease_id: leaseId,
    engine: record.engine,
    direction: record.direction,
    from_number: record.from ?? null,
    number_sealed: record.number?.sealed ?? null,
    number_hash: record.number?.hash ?? null,
    to_address: record.to,
    call_id: record.callId ?? null,
    room: record.room ?? null,
    state: record.state,
    started_at: record.startedAt,
    answered_at: record.answeredAt ?? null,
    joined_at: record.joinedAt ?? null,
    ended_at: record.endedAt ?? null,
    result: record.termination?.result ?? null,
    reason: record.termination?.reason ?? null,
    ended_by: record.termination?.by ?? null,
    codec: record.codec ?? null,
    encrypted: Number(record.encrypted),
    security: record.security === undefined ? null : JSON.stringify(record.security),
    quality: record.quality === undefined ? null : JSON.stringify(record.quality),
    details: JSON.stringify(record.details),
    support_code: record.details.supportCode ?? null,
    unit: record.details.unit ?? '',
    timeline: JSON.stringify(record.timeline),
  };
}

function termination(row: Selectable<CallsTable>): Termination | undefined {
  if (row.result === null || row.reason === null || row.ended_by === null) return undefined;
  return {
    result: row.result as TerminationResult,
    reason: row.reason,
    by: row.ended_by as TerminationParty,
  };
}

export function fromCallRow(row: Selectable<CallsTable>): CallRecord {
  return {
    legId: row.leg_id as LegId,
    sipCallId: row.sip_call_id as SipCallId,
    nodeId: row.node_id,
    engine: row.engine as CallRecord['engine'],
    direction: row.direction as CallRecord['direction'],
    from: row.from_number ?? undefined,
    ...(row.number_sealed !== null &&
      row.number_hash !== null && {
        number: { sealed: row.number_sealed, hash: row.number_hash },
      }),
    to: row.to_address,
    callId: (row.call_id ?? undefined) as CallId | undefined,
    room: (row.room ?? undefined) as RoomName | undefined,
    state: row.state as CallState,
    startedAt: row.started_at,
    answeredAt: row.answered_at ?? undefined,
    joinedAt: row.joined_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    termination: termination(row),
    codec: row.codec ?? undefined,
    encrypted: row.encrypted === 1,
    ...(row.security !== null && { security: JSON.parse(row.security) as LegSecurity }),
    quality: row.quality === null ? undefined : (JSON.parse(row.quality) as LegQuality),
    details: JSON.parse(row.details) as CallDetails,
    timeline: JSON.parse(row.timeline) as readonly TimelineEntry[],
  };
}
