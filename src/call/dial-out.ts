/** Somebody is called into a meeting: what may be dialled, through which trunk, and as which call. */
import {
  dialableNumber,
  isOneTooMany,
  numberRefusal,
  type DialOutPolicy,
  dialOutRefusals,
} from '../meeting/dial-out-policy.ts';
import { isOver } from '../meeting/admission.ts';
import type { Language } from '../ivr/language.ts';
import type { CallCore } from './call-core.ts';
import { asNodeId, type CallId, type LegId, type NodeId } from './identifiers.ts';
import { createOutgoingLeg } from './outgoing-leg.ts';
import type { MarkBook } from './ports/marks.ts';
import type { Meeting, MeetingDirectory } from './ports/meetings.ts';
import type { Clock, Logger } from './ports/process.ts';
import type { Binding } from './ports/room-systems.ts';
import type { DialRequest, SipEngine } from './ports/sip-engine.ts';

export interface DialOutSettings extends DialOutPolicy {
  /** Undefined: only calls that name one can be made. */
  readonly trunk: string | undefined;
  /** What the one called is shown; undefined: withheld. */
  readonly callerNumber: string | undefined;
  readonly ringLimitMs: number;
}

export interface DialOutRequest {
  readonly to: string;
  readonly name: string | undefined;
  readonly language: Language | undefined;
  readonly trunk: string | undefined;
}

export const dialOutReasons = [
  ...dialOutRefusals,
  'not-found',
  'meeting-over',
  'not-a-number',
  'no-trunk',
  'busy',
  /** The node that holds the room system's connection does not answer. */
  'node-silent',
] as const;

export type DialOutAnswer =
  | { readonly done: true; readonly legId: LegId }
  | { readonly done: false; readonly reason: (typeof dialOutReasons)[number] };

export interface DialOutDeps {
  readonly settings: DialOutSettings;
  readonly core: Pick<CallCore, 'beginOutgoing'>;
  readonly dial: SipEngine['dial'];
  /** Whether a trunk of this name is set. */
  readonly hasTrunk: (name: string) => boolean;
  /** Of our own room systems; undefined: there are none. */
  readonly roomSystems?:
    | {
        /** Whether this is the address of one. */
        has(address: string): Promise<boolean>;
        /** Where it registered last; undefined: it is not registered. */
        whereIs(address: string): Promise<Pick<Binding, 'nodeId' | 'transport'> | undefined>;
      }
    | undefined;
  /** This node. */
  readonly nodeId: NodeId;
  /** Has another node make the call; undefined where it says nothing in time. Never rejects. */
  readonly elsewhere?:
    | ((
        node: NodeId,
        callId: CallId,
        request: DialOutRequest,
      ) => Promise<DialOutAnswer | undefined>)
    | undefined;
  readonly meetings: Pick<MeetingDirectory, 'byCallId'>;
  /** The calls out of all nodes. */
  readonly marks: MarkBook;
  /** A number in a form that may be written down. */
  readonly hide: (number: string) => string;
  readonly newLegId: () => LegId;
  readonly clock: Clock;
  readonly logger: Logger;
}

const hourMs = 3_600_000;

/** The call is on its way when it answers; what becomes of it is in its record. Rejects where the store fails. */
export type DialOut = (
  callId: CallId,
  request: DialOutRequest,
  /** `here`: this node makes it, for another one asks it to. */
  where?: 'here',
) => Promise<DialOutAnswer>;

export function createDialOut(deps: DialOutDeps): DialOut {
  const { settings, core, dial, clock, logger } = deps;
  const refused = (reason: Extract<DialOutAnswer, { done: false }>['reason']): DialOutAnswer => {
    // Never with the number.
    logger.warn({ reason }, 'call out refused');
    return { done: false, reason };
  };

  /** Written down first: of two nodes at the same moment neither counts too few. */
  const overLimit = async (callId: CallId, number: string): Promise<'too-many' | undefined> => {
    const at = clock.now();
    const own = { kind: 'dial-out', callId, subject: deps.hide(number), at } as const;
    const isFirst = await deps.marks.add(own);
    const lastHour = await deps.marks.since('dial-out', at - hourMs + 1);
    const others = lastHour.flatMap((mark) => {
      const isOwn = mark.callId === callId && mark.subject === own.subject && mark.at === at;
      return isOwn ? [] : [{ number: mark.subject, meeting: mark.callId }];
    });
    const call = { number: own.subject, meeting: callId };
    if (isFirst && !isOneTooMany(settings, others, call)) return undefined;
    // Who is refused counts for nothing.
    if (isFirst) await deps.marks.remove(own);
    return 'too-many';
  };

  const begin = (
    meeting: Meeting,
    { language, name }: DialOutRequest,
    way: Omit<DialRequest, 'legId' | 'ringLimitMs'>,
    roomSystem?: string,
  ): DialOutAnswer => {
    if (dial === undefined) return refused('off');
    const legId = deps.newLegId();
    const { ringLimitMs } = settings;
    const leg = createOutgoingLeg({ legId, dial, request: { ...way, ringLimitMs }, roomSystem });
    const begun = core.beginOutgoing(leg, {
      kind: 'dial-out',
      callId: meeting.callId,
      language: language ?? meeting.language,
      name,
      ringLimitMs,
    });
    return begun ? { done: true, legId } : refused('busy');
  };

  /** Our own systems cost nothing and are nobody's telephone: no prefix and no trunk is asked for. */
  const callRoomSystem = async (
    callId: CallId,
    request: DialOutRequest,
    address: string,
    isOurs: boolean,
  ): Promise<DialOutAnswer> => {
    const meeting = await deps.meetings.byCallId(callId);
    if (meeting === undefined) return { done: false, reason: 'not-found' };
    if (isOver(meeting, clock.now())) return refused('meeting-over');
    const there = await deps.roomSystems?.whereIs(address);
    if (there === undefined) return refused('no-trunk');
    const node = asNodeId(there.nodeId);
    if (!isOurs && node !== deps.nodeId) {
      const answer = await deps.elsewhere?.(node, callId, request);
      if (answer !== undefined) return answer;
      // A connection was that node's alone; a datagram may find its way from here.
      if (there.transport !== 'udp') return refused('node-silent');
    }
    const refusal = await overLimit(callId, address);
    if (refusal !== undefined) return refused(refusal);
    const way = { trunk: undefined, to: `sip:${address}`, callerNumber: settings.callerNumber };
    return begin(meeting, { ...request, name: request.name ?? address }, way, address);
  };

  return async (callId, request, where) => {
    const address = request.to.replace(/^sips?:/i, '').toLowerCase();
    if (address.includes('@') && (await deps.roomSystems?.has(address)) === true)
      return callRoomSystem(callId, request, address, where === 'here');
    if (settings.prefixes.length === 0) return refused('off');
    const meeting = await deps.meetings.byCallId(callId);
    if (meeting === undefined) return { done: false, reason: 'not-found' };
    const number = dialableNumber(request.to);
    if (number === undefined) return { done: false, reason: 'not-a-number' };
    const trunk = request.trunk ?? settings.trunk;
    if (trunk === undefined || !deps.hasTrunk(trunk)) return refused('no-trunk');
    if (isOver(meeting, clock.now())) return refused('meeting-over');
    const refusal = numberRefusal(settings, number) ?? (await overLimit(callId, number));
    if (refusal !== undefined) return refused(refusal);
    return begin(meeting, request, { trunk, to: number, callerNumber: settings.callerNumber });
  };
}
