/** The record of one call: its facts, its timeline, its lines in the log. */
import { maskNumber } from '../meeting/mask-number.ts';
import { detailsOf, keptDetails } from './call-details.ts';
import type { CallFacts } from './call-machine.ts';
import type { Route } from './call-messages.ts';
import type { NodeId } from './identifiers.ts';
import type {
  CallDetails,
  CallJournal,
  CallRecord,
  Termination,
  TimelineEntry,
} from './ports/call-records.ts';
import type { NumberVault } from './ports/privacy.ts';
import type { Clock, Logger } from './ports/process.ts';
import type { CallInvitation, LegQuality, SipEngine } from './ports/sip-engine.ts';
import {
  infoEvents,
  maxTimelineEntries,
  type TimelineEvent,
  type TimelineFields,
} from './timeline.ts';

export interface CallRecorder {
  readonly note: (event: TimelineEvent, fields?: TimelineFields) => void;
  /** Facts that are not the machine's; a later one of the same name wins. */
  readonly keep: (details: CallDetails) => void;
  /** How the sound is now; a series that is not in it has not grown. */
  measured(quality: LegQuality): void;
  record(facts: CallFacts): CallRecord;
  /** A change on its way to the store; nothing before the journal has the start. */
  update(record: CallRecord): void;
  /** The record that is kept. `fallback` where a broken machine gave no reason. */
  finalRecord(
    facts: CallFacts,
    now: number,
    fallback: Termination,
    quality: LegQuality | undefined,
  ): CallRecord;
}

export function createCallRecorder(deps: {
  readonly ports: {
    readonly nodeId: NodeId;
    readonly engine: SipEngine['kind'];
    readonly journal: CallJournal;
    readonly clock: Clock;
    readonly numbers?: Pick<NumberVault, 'keep'> | undefined;
  };
  readonly invitation: CallInvitation;
  readonly route: Route;
  readonly logger: Logger;
}): CallRecorder {
  const { ports, invitation, logger } = deps;
  const startedAt = ports.clock.now();
  const { trunk: by } = invitation;
  const timeline: TimelineEntry[] = [];
  const { callerNumber } = invitation;
  const kept =
    callerNumber === undefined ? undefined : ports.numbers?.keep(callerNumber, invitation.legId);
  let details: CallDetails = {};
  let quality: LegQuality | undefined;
  let last: CallRecord | undefined;

  const build = (facts: CallFacts): CallRecord => ({
    legId: invitation.legId,
    sipCallId: invitation.sipCallId,
    nodeId: ports.nodeId,
    engine: ports.engine,
    ...partiesOf(deps.route, invitation, facts),
    ...(kept !== undefined && facts.invitee?.protectedIdentity !== true && { number: kept }),
    callId: facts.meeting?.callId,
    room: facts.meeting?.room,
    state: facts.state,
    startedAt,
    answeredAt: facts.answeredAt,
    joinedAt: facts.joinedAt,
    endedAt: facts.endedAt,
    termination: facts.termination,
    codec: facts.media?.codec,
    encrypted: facts.media?.encrypted ?? false,
    security: facts.media?.security,
    quality,
    details: { ...details, ...detailsOf(facts) },
    timeline: timeline.slice(),
  });

  return {
    note(event, given) {
      const at = ports.clock.now();
      const fields = event === 'arrived' && by !== undefined ? { ...given, trunk: by } : given;
      // The end has its place whatever came before.
      if (timeline.length < maxTimelineEntries || event === 'ended')
        timeline.push(fields === undefined ? { at, event } : { at, event, fields });
      const message = infoEvents.get(event);
      if (message !== undefined) logger.info(fields ?? {}, message);
      else logger.debug({ event, ...fields }, 'call event');
    },
    keep(more) {
      details = { ...details, ...more };
    },
    measured(now) {
      quality = { ...now, series: now.series ?? quality?.series };
    },
    record: (facts) => last ?? build(facts),
    update(record) {
      if (record.answeredAt !== undefined && record.state !== 'ended') ports.journal.update(record);
    },
    finalRecord(facts, now, fallback, figures) {
      const record = build(facts);
      const endedAt = record.endedAt ?? now;
      last = {
        ...record,
        details: keptDetails(record.details, endedAt),
        state: 'ended',
        endedAt,
        termination: record.termination ?? fallback,
        quality: keptQuality(figures ?? quality),
      };
      return last;
    },
  };
}

/** How loud somebody was is nothing to keep. */
function keptQuality(quality: LegQuality | undefined): LegQuality | undefined {
  return quality === undefined ? undefined : { ...quality, levelDbov: undefined };
}

/** A call of ours goes from the number that it shows to the person, as the record has it. */
function partiesOf(
  route: Route,
  invitation: CallInvitation,
  { invitee }: CallFacts,
): Pick<CallRecord, 'direction' | 'from' | 'to'> {
  const person =
    invitation.callerNumber === undefined || invitee?.protectedIdentity === true
      ? undefined
      : maskNumber(invitation.callerNumber);
  if (route.kind !== 'dial-out')
    return { direction: 'inbound', from: person, to: dialledOf(route, invitation) };
  const { user } = invitation.dialled;
  return {
    direction: 'outbound',
    from: user === '' ? undefined : user,
    to: invitation.roomSystem ?? person ?? '',
  };
}

/** A dialled call ID is a credential: the record has it as `callId`, not here. */
function dialledOf(route: Route, { dialled }: CallInvitation): string {
  switch (route.kind) {
    case 'call-id':
      return `${maskNumber(dialled.user)}@${dialled.host}`;
    case 'video-address':
      return route.address;
    case 'dial-out':
    case 'test':
    case 'ivr':
      return dialled.user === '' ? dialled.host : dialled.user;
  }
}
