/** Between the call records of the core and the calls of the API. */
import { asCallId, asLegId, asSipCallId } from '../call/identifiers.ts';
import type { CallDetails, CallQuery, CallRecord } from '../call/ports/call-records.ts';
import type { CallFilter, CallSummary, ShownCall } from './call-schemas.ts';
import { callNow } from './call-now.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { showQuality } from './quality-schema.ts';
import { maskCallId } from './mask-call-id.ts';
import { asText, textOrNull } from './time-text.ts';

/** A whole number finds its own calls; a masked one those of all that look alike. */
const byNumber = (number: string): Pick<CallQuery, 'number' | 'wholeNumber'> =>
  number.includes('•') ? { number } : { wholeNumber: number };

export function toCallQuery(
  filter: Omit<CallFilter, 'cursor'> & { cursor?: string | undefined },
): CallQuery {
  const callId = filter.callId === undefined ? undefined : asCallId(filter.callId);
  const place = filter.cursor === undefined ? undefined : decodeCursor(filter.cursor);
  return {
    limit: filter.limit + 1,
    ...(filter.state === undefined ? {} : { state: filter.state }),
    ...(callId === undefined ? {} : { callId }),
    ...(filter.from === undefined ? {} : { from: Date.parse(filter.from) }),
    ...(filter.to === undefined ? {} : { to: Date.parse(filter.to) }),
    ...(filter.result === undefined ? {} : { result: filter.result }),
    ...(filter.number === undefined ? {} : byNumber(filter.number)),
    ...(filter.sipCallId === undefined ? {} : { sipCallId: asSipCallId(filter.sipCallId) }),
    ...(filter.supportCode === undefined ? {} : { supportCode: filter.supportCode }),
    ...(place === undefined ? {} : { after: { startedAt: place.at, legId: asLegId(place.key) } }),
  };
}

export const callCursor = (record: CallRecord): string =>
  encodeCursor(record.startedAt, record.legId);

/** @param whole whether the call ID, a credential, is shown whole */
export function showSummary(record: CallRecord, whole: boolean): CallSummary {
  return {
    legId: record.legId,
    sipCallId: record.sipCallId,
    nodeId: record.nodeId,
    engine: record.engine,
    direction: record.direction,
    from: record.from ?? null,
    to: record.to,
    callId: callIdOf(record, whole),
    room: record.room ?? null,
    state: record.state,
    startedAt: asText(record.startedAt),
    answeredAt: textOrNull(record.answeredAt),
    joinedAt: textOrNull(record.joinedAt),
    endedAt: textOrNull(record.endedAt),
    termination: record.termination ?? null,
    codec: record.codec ?? null,
    encrypted: record.encrypted,
    security: showSecurity(record),
    supportCode: record.details.supportCode ?? null,
    ...callNow(record),
    ...showPerson(record.details),
  };
}

function callIdOf({ callId }: CallRecord, whole: boolean): string | null {
  if (callId === undefined) return null;
  return whole ? callId : maskCallId(callId);
}

function showSecurity({ security }: CallRecord): CallSummary['security'] {
  if (security === undefined) return null;
  const { signalling, media, keys, suite } = security;
  return {
    signalling,
    media,
    ...(keys === undefined ? {} : { keys }),
    ...(suite === undefined ? {} : { suite }),
  };
}

export function showCall(record: CallRecord, whole: boolean): ShownCall {
  const { quality } = record;
  return {
    ...showSummary(record, whole),
    quality: quality === undefined ? null : showQuality(quality),
    roomSystem: record.details.roomSystem ?? null,
    feedback: record.details.feedback ?? null,
    timeline: record.timeline.map(({ at, event, fields }) => ({
      at: asText(at),
      event,
      ...(fields === undefined ? {} : { fields: { ...fields } }),
    })),
  };
}

function showPerson(
  details: CallDetails,
): Pick<
  CallSummary,
  | 'name'
  | 'role'
  | 'identification'
  | 'inviteeId'
  | 'protectedIdentity'
  | 'people'
  | 'video'
  | 'interpreting'
> {
  return {
    name: details.name ?? null,
    role: details.role ?? null,
    identification: details.identification ?? null,
    inviteeId: details.inviteeId ?? null,
    protectedIdentity: details.isProtected === true,
    people: details.people ?? 1,
    video: details.video === true,
    interpreting: (details.interpreting ?? []).map(({ startedAt, endedAt }) => ({
      startedAt: new Date(startedAt).toISOString(),
      endedAt: endedAt === undefined ? null : new Date(endedAt).toISOString(),
    })),
  };
}
