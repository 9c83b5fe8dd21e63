import { createCallCore, type CallCore } from '../../src/call/call-core.ts';
import { defaultMeetingOptions } from '../../src/meeting/meeting-options.ts';
import { defaultCallSettings } from '../../src/call/call-settings.ts';
import type { CallSettings } from '../../src/call/call-messages.ts';
import {
  asCallId,
  asNodeId,
  asRoomName,
  type CallId,
  type InviteeId,
  type LegId,
} from '../../src/call/identifiers.ts';
import type { CallJournal, CallRecord } from '../../src/call/ports/call-records.ts';
import type { Meeting, MeetingDirectory, SeatClaim } from '../../src/call/ports/meetings.ts';
import type { OtherNodes } from '../../src/call/ports/nodes.ts';
import type { Logger } from '../../src/call/ports/process.ts';
import type { SpeechMaker } from '../../src/call/ports/speech.ts';
import type { RoomAdmin } from '../../src/call/ports/room-admin.ts';
import type { ScreeningSettings } from '../../src/call/screening.ts';
import type { ServiceDesk } from '../../src/call/service-desk.ts';
import {
  createFakeSipEngine,
  type FakeCallOptions,
  type FakeCaller,
  type FakeSipEngine,
} from './fake-sip-engine.ts';
import { createManualClock, type ManualClock } from './manual-clock.ts';

/** A gateway's core with everything around it in memory, and a trace of what callers meet. */
export interface CallWorld {
  readonly clock: ManualClock;
  readonly engine: FakeSipEngine;
  readonly logger: Logger;
  readonly core: CallCore;
  readonly meetings: Map<CallId, Meeting>;
  readonly begun: CallRecord[];
  readonly updated: CallRecord[];
  readonly ended: CallRecord[];
  readonly log: { readonly level: string; readonly fields: object; readonly message: string }[];
  readonly seats: Map<string, CallId>;
  /** Rooms that are being recorded. */
  readonly recorded: Set<string>;
  /** Identities of hosts who are in the room by a browser. */
  readonly roomHosts: Set<string>;
  /** What was claimed with each seat. */
  readonly claims: readonly Partial<SeatClaim>[];
  /** What the other nodes are told of callers who are known. */
  readonly told: string[];
  /** Set on participants by the meeting server's API, by identity. */
  readonly attributes: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Deleted by this node, in order. */
  readonly closedRooms: readonly string[];
  /** Data messages to the hosts in the rooms. */
  readonly toHosts: readonly {
    readonly room: string;
    readonly topic: string;
    readonly text: string;
  }[];
  /** Set to make a port fail; undefined lets it work again. */
  readonly faults: {
    /** 'slow': answers after a second. */
    store?: Error | 'never' | 'slow';
    journal?: Error | 'never';
    rooms?: Error;
    /** Thrown by `update` of the journal. */
    update?: Error;
  };
  place(options?: FakeCallOptions): FakeCaller;
  /** What happened, a line each: seconds since the start, then the event. Digits never show. */
  trace(): string;
}

export const meetingId = (text = '123456789'): CallId => asCallId(text)!;

export function createMeeting(changes: Partial<Meeting> = {}): Meeting {
  return {
    callId: meetingId(),
    title: 'Not to be spoken',
    videoAddress: undefined,
    room: asRoomName('room-7Q'),
    startsAt: undefined,
    endsAt: undefined,
    timeZone: 'Europe/Stockholm',
    guestPin: undefined,
    hostPin: undefined,
    admission: 'open',
    afterHostLeaves: 'continue',
    maxParticipants: undefined,
    phonesAllowed: true,
    locked: false,
    language: undefined,
    options: defaultMeetingOptions,
    invitees: [],
    createdAt: 0,
    updatedAt: 0,
    ...changes,
  };
}

export const fault = (code: string): Error => Object.assign(new Error(code), { code });

export async function createCallWorld(
  options: {
    readonly meetings?: readonly Meeting[];
    readonly call?: Partial<CallSettings>;
    readonly screening?: Partial<ScreeningSettings>;
    readonly others?: OtherNodes;
    readonly goBackMs?: number;
    readonly speech?: SpeechMaker;
    readonly desk?: (world: Pick<CallWorld, 'clock' | 'engine' | 'logger'>) => ServiceDesk;
  } = {},
): Promise<CallWorld> {
  const clock = createManualClock();
  const startedAt = clock.now();
  const lines: string[] = [];
  const meetings = new Map((options.meetings ?? [createMeeting()]).map((m) => [m.callId, m]));
  const begun: CallRecord[] = [];
  const updated: CallRecord[] = [];
  const ended: CallRecord[] = [];
  const seats = new Map<string, CallId>();
  const recorded = new Set<string>();
  const roomHosts = new Set<string>();
  const holders = new Map<LegId, InviteeId | undefined>();
  const told: string[] = [];
  const claims: Partial<SeatClaim>[] = [];
  const attributes = new Map<string, Readonly<Record<string, string>>>();
  const log: { level: string; fields: object; message: string }[] = [];
  const closedRooms: string[] = [];
  const placed: FakeCaller[] = [];
  const toHosts: { room: string; topic: string; text: string }[] = [];
  const faults: CallWorld['faults'] = {};

  const failing = async (what: Error | 'never' | 'slow' | undefined): Promise<void> => {
    if (what === 'never') await new Promise<never>(() => undefined);
    if (what === 'slow')
      await new Promise<void>((resolve) => void clock.at(clock.now() + 1_000, resolve));
    if (what instanceof Error) throw what;
  };
  const directory: MeetingDirectory = {
    async byCallId(callId) {
      await failing(faults.store);
      return meetings.get(callId);
    },
    async byVideoAddress(address) {
      await failing(faults.store);
      return Array.from(meetings.values()).find((meeting) => meeting.videoAddress === address);
    },
    async takeSeat(callId, legId, claim = {}) {
      claims.push(claim);
      await failing(faults.store);
      const meeting = meetings.get(callId);
      if (meeting === undefined) return { seated: false, reason: 'gone' };
      const taken = Array.from(seats.values()).filter((seat) => seat === callId).length;
      if (taken >= (meeting.maxParticipants ?? Infinity)) return { seated: false, reason: 'full' };
      seats.set(legId, callId);
      const replaces =
        claim.takesOver === true
          ? Array.from(holders).find(
              ([leg, invitee]) => seats.has(leg) && invitee === claim.inviteeId,
            )?.[0]
          : undefined;
      holders.set(legId, claim.inviteeId);
      return { seated: true, number: taken + 1, replaces };
    },
    async releaseSeat(legId) {
      await failing(faults.store);
      seats.delete(legId);
    },
  };
  const rooms: RoomAdmin = {
    async ensureRoom() {
      await failing(faults.rooms);
    },
    roomState: async () => ({ exists: true, others: 0, endToEndEncrypted: false }),
    removeParticipant: async () => undefined,
    async hosts() {
      await failing(faults.rooms);
      return Array.from(roomHosts);
    },
    async setAttributes(_room, identity, changed) {
      await failing(faults.rooms);
      attributes.set(identity, { ...attributes.get(identity), ...changed });
    },
    async setName(_room, identity, name) {
      await failing(faults.rooms);
      attributes.set(identity, { ...attributes.get(identity), name });
    },
    async sendToHosts(room, topic, data) {
      await failing(faults.rooms);
      toHosts.push({ room, topic, text: new TextDecoder().decode(data) });
    },
    async recorded(names) {
      await failing(faults.rooms);
      return new Set(names.filter((name) => recorded.has(name)));
    },
    removeStale: async () => 0,
    async deleteRoom(room) {
      closedRooms.push(room);
      for (const caller of placed)
        if (caller.joinedAs?.room === room) caller.leaveRoom('room-deleted');
    },
  };
  const journal: CallJournal = {
    async begin(record) {
      await failing(faults.journal);
      begun.push(record);
    },
    update(record) {
      if (faults.update !== undefined) throw faults.update;
      updated.push(record);
    },
    async end(record) {
      ended.push(record);
      write(
        `record: ${record.termination!.result}/${record.termination!.reason} by ${record.termination!.by}`,
      );
    },
  };
  const createLogger = (bound: object): Logger => {
    const at = (level: string) => (fields: object, message: string) => {
      log.push({ level, fields: { ...bound, ...fields }, message });
    };
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (fields) => createLogger({ ...bound, ...fields }),
    };
  };

  let callers = 0;
  const write = (line: string): void => {
    const at = ((clock.now() - startedAt) / 1000).toFixed(2).padStart(8);
    // What is keyed shows as a count only.
    const previous = lines.at(-1);
    const keyed = /^(.*)keys ([0-9*#A-D])$/.exec(`${at}  ${line}`);
    if (keyed === null) lines.push(`${at}  ${line}`);
    else {
      const [, before = '', key = ''] = keyed;
      const shown = /[0-9]/.test(key) ? 'n' : key;
      if (previous?.startsWith(`${before}keys `)) lines[lines.length - 1] = previous + shown;
      else lines.push(`${before}keys ${shown}`);
    }
  };

  const engine = createFakeSipEngine(clock);
  let sideRooms = 0;
  const core: CallCore = createCallCore({
    ...(options.others && { others: options.others }),
    speech: options.speech,
    newRoom: () => asRoomName(`side-${++sideRooms}`),
    nodeId: asNodeId('node-a'),
    engine: engine.kind,
    desk: options.desk?.({ clock, engine, logger: createLogger({}) }),
    directory,
    rooms,
    journal,
    clock,
    logger: createLogger({}),
    peers: {
      supersede: (legId) => told.push(`supersede ${legId}`),
      calledAgain: ({ inviteeId }) => told.push(`again ${inviteeId}`),
      removed: (_callId, inviteeId) => told.push(`removed ${inviteeId ?? 'somebody'}`),
    },
    actions: {
      async setLocked(callId, locked) {
        await failing(faults.store);
        const meeting = meetings.get(callId);
        if (meeting === undefined) return;
        meetings.set(callId, { ...meeting, locked });
        core.meetingChanged({ ...meeting, locked });
      },
      async extend(callId, byMs) {
        await failing(faults.store);
        const meeting = meetings.get(callId);
        if (meeting?.endsAt === undefined) return;
        const extended = { ...meeting, endsAt: meeting.endsAt + byMs };
        meetings.set(callId, extended);
        core.meetingChanged(extended);
      },
      async endIfDue(callId, now) {
        const meeting = meetings.get(callId);
        if (meeting?.options.atEnd === 'end' && now >= (meeting.endsAt ?? Infinity))
          core.meetingOver(callId);
      },
      async end(callId) {
        await failing(faults.store);
        core.meetingOver(callId);
      },
    },
    settings: {
      timeZone: 'Europe/Stockholm',
      ...(options.goBackMs !== undefined && { goBackMs: options.goBackMs }),
      call: { ...defaultCallSettings, ...options.call },
      screening: {
        allow: [],
        numbers: [{ number: '+46480445511', language: 'sv' }],
        domains: ['meet.example.org'],
        maxCalls: 10,
        ...options.screening,
      },
    },
  });
  await engine.start((leg) => {
    // After `place` has put the trace in its place.
    queueMicrotask(() => {
      core.handleIncoming(leg);
    });
  });

  return {
    clock,
    engine,
    logger: createLogger({}),
    core,
    meetings,
    begun,
    updated,
    ended,
    log,
    seats,
    recorded,
    roomHosts,
    claims,
    told,
    attributes,
    toHosts,
    closedRooms,
    faults,
    place(call) {
      callers += 1;
      const name = callers === 1 ? '' : `[${callers}] `;
      const caller = engine.call(call);
      placed.push(caller);
      write(`${name}-> INVITE`);
      caller.onTrace = (line) => {
        write(`${name}${line}`);
      };
      return caller;
    },
    trace: () => `${lines.join('\n')}\n`,
  };
}
