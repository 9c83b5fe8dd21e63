/** Between the call records of the core and the calls of the API. */
import { asCallId, asLegId } from '../call/identifiers.ts';
import type { CallQuery, CallRecord } from '../call/ports/call-records.ts';
import type { CallFilter, CallSummary, ShownCall } from './call-schemas.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

const asText = (time: number): string => new Date(time).toISOString();
const orNull = (time: number | undefined): string | null =>
  time === undefined ? null : asText(time);

export function toCallQuery(filter: CallFilter): CallQuery {
  const callId = filter.callId === undefined ? undefined : asCallId(filter.callId);
  const place = filter.cursor === undefined ? undefined : decodeCursor(filter.cursor);
  return {
    limit: filter.limit + 1,
    ...(filter.state === undefined ? {} : { state: filter.state }),
    ...(callId === undefined ? {} : { callId }),
    ...(filter.from === undefined ? {} : { from: Date.parse(filter.from) }),
    ...(filter.to === undefined ? {} : { to: Date.parse(filter.to) }),
    ...(filter.result === undefined ? {} : { result: filter.result }),
    ...(place === undefined ? {} : { after: { startedAt: place.at, legId: asLegId(place.key) } }),
  };
}

export const callCursor = (record: CallRecord): string =>
  encodeCursor(record.startedAt, record.legId);

export function showSummary(record: CallRecord): CallSummary {
  return {
    legId: record.legId,
    sipCallId: record.sipCallId,
    nodeId: record.nodeId,
    engine: record.engine,
    direction: record.direction,
    from: record.from ?? null,
    to: record.to,
    callId: record.callId ?? null,
    room: record.room ?? null,
    state: record.state,
    startedAt: asText(record.startedAt),
    answeredAt: orNull(record.answeredAt),
    joinedAt: orNull(record.joinedAt),
    endedAt: orNull(record.endedAt),
    termination: record.termination ?? null,
    codec: record.codec ?? null,
    encrypted: record.encrypted,
    security: showSecurity(record),
  };
}

function showSecurity({ security }: CallRecord): CallSummary['security'] {
  if (security === undefined) return null;
  const { signalling, media, suite } = security;
  return { signalling, media, ...(suite === undefined ? {} : { suite }) };
}

export function showCall(record: CallRecord): ShownCall {
  const { quality } = record;
  return {
    ...showSummary(record),
    quality:
      quality === undefined
        ? null
        : {
            up: quality.up,
            down: quality.down ?? null,
            ...(quality.rejected === undefined ? {} : { rejected: quality.rejected }),
          },
    feedback: record.details.feedback ?? null,
    timeline: record.timeline.map(({ at, event, fields }) => ({
      at: asText(at),
      event,
      ...(fields === undefined ? {} : { fields: { ...fields } }),
    })),
  };
}
