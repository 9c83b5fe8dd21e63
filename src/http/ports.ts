/** What the API needs from the rest of the gateway. */
import type { CallId, LegId } from '../call/identifiers.ts';
import type { CallLog, CallRecord } from '../call/ports/call-records.ts';
import type { Meeting, MeetingBook } from '../call/ports/meetings.ts';
import type { Logger } from '../call/ports/process.ts';
import type { RoomAdmin } from '../call/ports/room-admin.ts';
import type { TrunkStatus } from '../call/ports/sip-engine.ts';
import type { Language } from '../ivr/language.ts';

/**
 * `wrong-state`: the call is there, but this cannot be done to it now. `unreachable`: another node
 * has it, and that one did not answer.
 */
export type LiveOutcome = 'done' | 'not-found' | 'wrong-state' | 'unreachable';
type Command = (legId: LegId) => LiveOutcome | Promise<LiveOutcome>;

/** Live calls: `list` and `get` know this node's own, everything else reaches those of all nodes. */
export interface LiveCalls {
  list(): readonly CallRecord[];
  get(legId: LegId): CallRecord | undefined;
  readonly admit: Command;
  readonly refuse: Command;
  readonly mute: Command;
  readonly unmute: Command;
  readonly hangUp: Command;
  /** The booking changed: those who wait are looked at anew. */
  meetingChanged(meeting: Meeting): void;
  /** Ended for all or deleted: its callers hear so, then BYE. */
  meetingOver(callId: CallId): void;
}

/** Named checks of `/health/ready`, such as `store`, `sip` and `livekit`. A rejection means down. */
export type HealthChecks = Readonly<Record<string, () => boolean | Promise<boolean>>>;

export interface DialInNumber {
  readonly number: string;
  readonly language: Language;
}

/** Calls somebody into a meeting; answers when the call is on its way. */
export type DialOutPort = (
  callId: CallId,
  request: {
    readonly to: string;
    readonly name: string | undefined;
    readonly language: Language | undefined;
    readonly trunk: string | undefined;
  },
) => Promise<
  | { readonly done: true; readonly legId: LegId }
  | {
      readonly done: false;
      readonly reason:
        | 'off'
        | 'not-found'
        | 'meeting-over'
        | 'not-a-number'
        | 'number-not-allowed'
        | 'too-many'
        | 'no-trunk'
        | 'busy';
    }
>;

export interface HttpAppOptions {
  readonly meetings: MeetingBook;
  readonly calls: CallLog;
  readonly live: LiveCalls;
  readonly rooms: Pick<RoomAdmin, 'deleteRoom'>;
  readonly apiKey: string;
  /** Where browsers reach this server, without a slash at the end. */
  readonly publicUrl: string;
  readonly dialIn: readonly DialInNumber[];
  /** With it, a meeting without a video address of its own has `{callId}@{videoDomain}`. */
  readonly videoDomain: string | undefined;
  /** Whom to call when the technology fails; goes into invitations. */
  readonly helpNumber: string | undefined;
  /** The zone of meetings that name none. */
  readonly timeZone: string;
  /** Without it nobody is called. */
  readonly dialOut?: DialOutPort | undefined;
  readonly health: HealthChecks;
  /** Shown with the health; a trunk that is down does not make the gateway unready. */
  readonly trunks?: () => readonly TrunkStatus[];
  readonly logger: Logger;
}
