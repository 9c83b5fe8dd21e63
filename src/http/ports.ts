/** What the API needs from the rest of the gateway. */
import type { CallId, LegId, RoomName } from '../call/identifiers.ts';
import type { CallLog, CallRecord } from '../call/ports/call-records.ts';
import type { InviteeBook } from '../call/ports/invitees.ts';
import type { Meeting, MeetingBook } from '../call/ports/meetings.ts';
import type { AccessStore } from '../call/ports/access.ts';
import type { EventHub } from '../call/event-hub.ts';
import type { HoldBook, NumberVault, PersonBook } from '../call/ports/privacy.ts';
import type { Clock, Logger } from '../call/ports/process.ts';
import type { RoomAdmin } from '../call/ports/room-admin.ts';
import type { TrunkStatus } from '../call/ports/sip-engine.ts';
import type { CallTraces } from '../call/ports/traces.ts';
import type { Language } from '../ivr/language.ts';
import type { Passwords } from './access/password.ts';
import type { SignInServiceSettings } from './access/sign-in-service.ts';
import type { CanaryView } from './canary-routes.ts';
import type { ReadLevels } from './level-routes.ts';
import type { ReadMetrics } from './metrics-routes.ts';
import type { RoomSystemSupport } from './room-system-routes.ts';
import type { WebhookSupport } from './webhook-routes.ts';

/**
 * `wrong-state`: the call is there, but this cannot be done to it now. `unreachable`: another node
 * has it, and that one did not answer.
 */
export type LiveOutcome = 'done' | 'not-found' | 'wrong-state' | 'unreachable';
type Command = (legId: LegId) => LiveOutcome | Promise<LiveOutcome>;
type CommandWith = (legId: LegId, argument: string) => LiveOutcome | Promise<LiveOutcome>;

/** Live calls: `list` and `get` know this node's own, everything else reaches those of all nodes. */
export interface LiveCalls {
  list(): readonly CallRecord[];
  get(legId: LegId): CallRecord | undefined;
  readonly admit: Command;
  readonly refuse: Command;
  readonly mute: Command;
  readonly unmute: Command;
  readonly hangUp: Command;
  /** One of `hostMessages`. */
  readonly message: CommandWith;
  /** Into this side room. */
  readonly talk: CommandWith;
  readonly endTalk: Command;
  /** To the meeting with this call ID. */
  readonly move: CommandWith;
  readonly rename: CommandWith;
  /** As many people are at this phone. */
  readonly people: CommandWith;
  /** All phones of the meeting but hosts'. */
  mutePhones(callId: CallId, muted: boolean): void;
  /** The booking changed: those who wait are looked at anew. */
  meetingChanged(meeting: Meeting): void;
  /** Ended for all or deleted: its callers hear so, then BYE. */
  meetingOver(callId: CallId): void;
}

export interface SideRoom {
  readonly room: string;
  readonly url: string | null;
  readonly token: string | null;
}

/** Rooms for a private word. */
export interface SideRooms {
  /** A random name. */
  readonly newRoom: () => RoomName;
  /** For a host in a browser: a token for this room alone. */
  access(room: RoomName): Promise<{ readonly url: string; readonly token: string }>;
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
        | 'busy'
        | 'node-silent';
    }
>;

export interface HttpAppOptions {
  readonly meetings: MeetingBook;
  readonly invitees: InviteeBook;
  readonly calls: CallLog;
  readonly numbers: NumberVault;
  readonly holds: HoldBook;
  readonly persons: PersonBook;
  readonly live: LiveCalls;
  readonly rooms: Pick<RoomAdmin, 'deleteRoom'>;
  readonly sideRooms: SideRooms;
  /** The root key: may do everything, and needs no store. */
  readonly apiKey: string;
  readonly access: AccessStore;
  readonly clock: Clock;
  readonly events: EventHub;
  /** Short and unique among the nodes. */
  readonly nodeId: string;
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
  /** Proxies whose X-Forwarded-For is believed: addresses or networks. */
  readonly trustProxy?: readonly string[];
  /** Undefined: scrypt at its ordinary cost. */
  readonly passwords?: Passwords;
  /** Signing in by OpenID Connect; undefined: by password alone. */
  readonly signInService?: SignInServiceSettings | undefined;
  /** How long a session lasts that nobody uses; undefined: half an hour. */
  readonly sessionIdleMs?: number | undefined;
  /** How loud the callers of this node are now. */
  readonly levels?: ReadLevels;
  /** Calls of the gateway to itself; undefined: there are none. */
  readonly canary?: CanaryView | undefined;
  /** Of the SIP and RTP of this node's calls. */
  readonly tracing?: CallTraces | undefined;
  /** Undefined: nobody registers here. */
  readonly roomSystems?: RoomSystemSupport | undefined;
  readonly webhooks?: WebhookSupport;
  readonly metrics?: ReadMetrics;
  /** Where the built pages are; undefined: where the build puts them. */
  readonly pagesFolder?: string;
  readonly health: HealthChecks;
  /** Shown with the health; a trunk that is down does not make the gateway unready. */
  readonly trunks?: () => readonly TrunkStatus[];
  /** Whole days until the first certificate of SIP over TLS ends; where there is one. */
  readonly certificateDaysLeft?: () => number;
  readonly logger: Logger;
}
