/** What is kept of a call, and where it is written. */
import type { Identification } from '../../meeting/identify.ts';
import type { Role } from '../../meeting/invitee.ts';
import type { CallId, InviteeId, LegId, RoomName, SipCallId } from '../identifiers.ts';
import type { KeptNumber } from './privacy.ts';
import type { LegQuality, LegSecurity } from './sip-engine.ts';

export type CallState = 'ringing' | 'ivr' | 'waiting' | 'joined' | 'ended';

/** One line of a call's story. `event` is from the list in `src/call/timeline.ts`; fields hold no secrets. */
export interface TimelineEntry {
  readonly at: number;
  readonly event: string;
  readonly fields?: Readonly<Record<string, string | number | boolean>>;
}

export type TerminationResult = 'completed' | 'abandoned' | 'refused' | 'failed' | 'server-error';

export type TerminationParty = 'caller' | 'host' | 'meeting' | 'gateway' | 'network' | 'operator';

/** How a call ended; `reason` is one of the documented list, `docs/errors.md`. */
export interface Termination {
  readonly result: TerminationResult;
  readonly reason: string;
  readonly by: TerminationParty;
}

/** From the join to the end, or to where the interpreter was put out of the room. */
export interface InterpretedTime {
  readonly startedAt: number;
  readonly endedAt?: number;
}

/** One SIP message of a call, without what is anybody's: `what` is the method or the status. */
export interface LadderLine {
  readonly at: number;
  readonly direction: 'in' | 'out';
  readonly what: string;
  /** Of CSeq: which exchange it belongs to. */
  readonly exchange: string;
  /** Line by line what may be shown of it: `src/trace/show-sip.ts`. */
  readonly shown?: readonly string[];
}

/** What else is known of a call; a field that is not there is not known. No secrets, no numbers. */
export interface CallDetails {
  /** Random: the caller hears it, the operator finds the call by it. */
  readonly supportCode?: string;
  /** Its SIP messages, some sixty at most; the middle ones of more are left out. */
  readonly ladder?: readonly LadderLine[];
  /** What the caller said by key afterwards. */
  readonly feedback?: { readonly technologyWorked: boolean };
  readonly role?: Role;
  readonly identification?: Identification;
  /** The invitee whose PIN or number it was. */
  readonly inviteeId?: InviteeId;
  /** As the room shows the caller; while the call is live only, and not of who is protected. */
  readonly name?: string;
  /** Neither name nor number is shown. */
  readonly isProtected?: boolean;
  /** The organisation unit whose meeting it was. */
  readonly unit?: string;
  /** At this phone, as a host counted them. */
  readonly people?: number;
  /** A room system of our own, as it was registered. */
  readonly roomSystem?: string;
  /** A video room: pictures were agreed on, at some time of the call. */
  readonly video?: boolean;
  /** When an interpreter was in the meeting. */
  readonly interpreting?: readonly InterpretedTime[];
}

export interface CallRecord {
  readonly legId: LegId;
  readonly sipCallId: SipCallId;
  readonly nodeId: string;
  readonly engine: 'embedded' | 'drachtio';
  readonly direction: 'inbound' | 'outbound';
  /** Masked caller number, or undefined where withheld. */
  readonly from: string | undefined;
  /** The other side's whole number, sealed; not where it is withheld or protected. */
  readonly number?: KeptNumber;
  readonly to: string;
  readonly callId: CallId | undefined;
  readonly room: RoomName | undefined;
  readonly state: CallState;
  readonly startedAt: number;
  readonly answeredAt: number | undefined;
  readonly joinedAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly termination: Termination | undefined;
  readonly codec: string | undefined;
  readonly encrypted: boolean;
  readonly security?: LegSecurity | undefined;
  readonly quality: LegQuality | undefined;
  readonly details: CallDetails;
  readonly timeline: readonly TimelineEntry[];
}

/** Which calls to find: every key that is there has to match. */
export interface CallQuery {
  readonly state?: 'live' | 'waiting' | 'ended';
  readonly callId?: CallId;
  /** `startedAt` at or after. */
  readonly from?: number;
  /** `startedAt` before. */
  readonly to?: number;
  readonly result?: TerminationResult;
  /** The caller's number, masked as in the record. */
  readonly number?: string;
  /** The whole number of the other side. */
  readonly wholeNumber?: string;
  readonly sipCallId?: SipCallId;
  readonly supportCode?: string;
  readonly limit: number;
  /** The last one of the page before. */
  readonly after?: { readonly startedAt: number; readonly legId: LegId };
}

/** The stored calls of all nodes, newest first. */
export interface CallLog {
  list(query: CallQuery): Promise<readonly CallRecord[]>;
  get(legId: LegId): Promise<CallRecord | undefined>;
}

/**
 * Where calls are written. `begin` must be durable before 200 OK is sent; the others are ordered
 * after it and never lost while the disk holds, whatever the store does.
 */
export interface CallJournal {
  /** Resolves when durable; rejects with `journal/unwritable`: then the call is refused with 503. */
  begin(record: CallRecord): Promise<void>;
  /** The whole record as it is now; the latest wins. */
  update(record: CallRecord): void;
  /** Exactly once a call. Resolves when durable. */
  end(record: CallRecord): Promise<void>;
}
