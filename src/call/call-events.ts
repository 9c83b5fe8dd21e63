/** From the changes of call records to events. */
import type { CallRecord, CallState } from './ports/call-records.ts';
import type { EventData, EventType, NewEvent } from './gateway-event.ts';
import type { LegId } from './identifiers.ts';
import { createRecentSet } from './recent-set.ts';
import type { TimelineEvent } from './timeline.ts';

/** What is told from the timeline; states are told from the record, which has no limit of lines. */
const toldEvents: ReadonlyMap<string, EventType> = new Map<TimelineEvent, EventType>([
  ['muted', 'call.muted'],
  ['unmuted', 'call.unmuted'],
  ['hand-raised', 'call.hand-raised'],
  ['hand-lowered', 'call.hand-lowered'],
  ['held', 'call.held'],
  ['resumed', 'call.resumed'],
  ['picture-coming', 'call.picture-coming'],
  ['picture-gone', 'call.picture-gone'],
  ['picture-unusable', 'call.picture-unusable'],
  ['desk-called', 'call.desk-called'],
  ['desk-answered', 'call.desk-answered'],
  ['desk-over', 'call.desk-over'],
  ['quality-poor', 'call.quality-poor'],
  ['quality-good', 'call.quality-good'],
  ['not-heard', 'call.not-heard'],
  ['heard-again', 'call.heard-again'],
]);

/** An ended call changes once more, with its figures: it is not told of again. */
const endedKept = 1_000;

export interface CallEvents {
  /** What is new in this record since the one before. */
  changed(now: number, record: CallRecord): readonly NewEvent[];
}

interface Told {
  readonly state: CallState | undefined;
  readonly lines: number;
}

export function createCallEvents(): CallEvents {
  const told = new Map<LegId, Told>();
  const ended = createRecentSet<LegId>(endedKept);

  return {
    changed(now, record) {
      const { legId, state, timeline } = record;
      if (state === 'ended' && !ended.add(legId)) return [];
      const before = told.get(legId) ?? { state: undefined, lines: 0 };
      if (state === 'ended') told.delete(legId);
      else told.set(legId, { state, lines: timeline.length });
      const events: NewEvent[] = [];
      if (before.state === 'joined' && state !== 'joined' && state !== 'ended')
        events.push({ type: 'call.left', at: now, data: callData(record) });
      if (state !== before.state && state !== 'ended')
        events.push({ type: `call.${state}`, at: now, data: callData(record) });
      for (const { at, event, fields } of timeline.slice(before.lines)) {
        const type = toldEvents.get(event);
        if (type === undefined) continue;
        const by = fields?.['by'] ?? null;
        events.push({ type, at, data: { ...callData(record), by } });
      }
      if (state === 'ended') events.push(endedEvent(record, now));
      return events;
    },
  };
}

const callData = (record: CallRecord): EventData => ({
  legId: record.legId,
  nodeId: record.nodeId,
  direction: record.direction,
  state: record.state,
  from: record.from ?? null,
  callId: record.callId ?? null,
  supportCode: record.details.supportCode ?? null,
  startedAt: new Date(record.startedAt).toISOString(),
});

/** Also for calls that another life of the gateway left open. */
export const endedEvent = (record: CallRecord, now: number): NewEvent => ({
  type: 'call.ended',
  at: record.endedAt ?? now,
  data: {
    ...callData(record),
    result: record.termination?.result ?? null,
    reason: record.termination?.reason ?? null,
    by: record.termination?.by ?? null,
    durationS: Math.round(((record.endedAt ?? now) - record.startedAt) / 1000),
    joined: record.joinedAt !== undefined,
  },
});
