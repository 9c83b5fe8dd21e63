/**
 * All calls of one gateway: what comes in is screened and gets a session; what people and the rest
 * of the gateway want of a call reaches it here. `gateway.ts` makes one and hands it to the SIP
 * engine (`handleIncoming`) and the HTTP side (everything else).
 */
import {
  createGuessLimiter,
  type GuessLimiter,
  type GuessLimits,
} from '../meeting/guess-limiter.ts';
import type { CallSettings, Route } from './call-messages.ts';
import { createCallerWatch, type CallerNews } from './caller-watch.ts';
import { createCallRegistry, type CallChange, type LiveCounts } from './call-registry.ts';
import { createCallSession, type CallPorts, type CallSession } from './call-session.ts';
import { createCallCommands, type CallCommands } from './core-commands.ts';
import { createDoorRefusals } from './door-refusals.ts';
import { createDroppedCalls, type DroppedCalls } from './dropped-calls.ts';
import { createMeetingClock } from './meeting-clock.ts';
import { createLobbyNotices } from './lobby-notices.ts';
import type { OtherNodes } from './ports/nodes.ts';
import { createHostDesk } from './host-desk.ts';
import {
  createHostWatch,
  hostGraceMs,
  type HostKey,
  type HostPresenceChange,
} from './host-watch.ts';
import type { CallId, LegId, RoomName } from './identifiers.ts';
import type { CallRecord } from './ports/call-records.ts';
import type { Meeting, MeetingActions } from './ports/meetings.ts';
import type { CallLeg } from './ports/sip-engine.ts';
import { mayCallOut, screenCall, type ScreeningSettings } from './screening.ts';
import type { CallPeers, PeerLines } from './ports/peers.ts';
import { createRecordingWatch } from './recording-watch.ts';
import { createRoomHosts } from './room-hosts.ts';
import { createSamePerson, type SamePerson } from './same-person.ts';
import type { SpeechMaker } from './ports/speech.ts';
import { createNamePreparation } from './name-preparation.ts';
import { createSpokenNames } from './spoken-names.ts';
import { createStartRate } from './start-rate.ts';

export interface CallCoreSettings {
  readonly screening: ScreeningSettings;
  readonly call: CallSettings;
  /** For spoken times before a meeting is known. */
  readonly timeZone: string;
  readonly guesses?: GuessLimits;
  /** How long somebody whose line broke is offered the way back by their number; 0: not at all. */
  readonly goBackMs?: number;
  /** How long a host whose line broke has to call again; undefined: `hostGraceMs`. */
  readonly hostGraceMs?: number;
}

export interface CallCore extends CallCommands {
  /** For `SipEngine.start`. Never throws. */
  handleIncoming(leg: CallLeg): void;
  /** A call of ours, not answered yet. False where there is no room for it: then nothing was begun. */
  beginOutgoing(leg: CallLeg, route: Route): boolean;

  /** Records of the live calls, in the order in which they came. */
  list(): readonly CallRecord[];
  get(legId: LegId): CallRecord | undefined;
  /** Live calls by state. */
  counts(): LiveCounts;
  /** Whether one of this node's callers is in the meeting as its host. */
  hasHost(callId: CallId): boolean;
  /** Calls refused at the door since the start, by reason. */
  refusals(): ReadonlyMap<string, number>;
  /** The listener is told of every change of a record; its throw harms nobody. Returns the way to stop. */
  onChange(listener: (change: CallChange) => void): () => void;

  /** All phones of this node in the meeting but the hosts'. */
  mutePhones(callId: CallId, muted: boolean): void;
  /** A phone of another node is at the meeting's door. */
  knock(callId: CallId): void;
  /** A phone of another node came to the meeting's door, or in, or is another one now. */
  callersChanged(callId: CallId): void;
  /** Phones at the doors and in the meetings; the listener is told of each change. */
  onCaller(listener: (news: CallerNews) => void): void;
  /** Tells the listeners once more of everybody. */
  sayCallersAgain(): void;

  /** The booking changed: waiting callers are looked at anew. */
  meetingChanged(meeting: Meeting): void;
  /** Ended for all or deleted: its callers hear so, then BYE. */
  meetingOver(callId: CallId): void;
  /** A host came to or left the meeting by another way than this node's phones. */
  setHostPresent(callId: CallId, key: HostKey, change: HostPresenceChange): void;

  /** What other nodes say of callers who are known. */
  readonly heardOfPerson: SamePerson['heard'];
  /** What other nodes say of lines that broke. */
  readonly heardOfLine: DroppedCalls['heard'];

  readonly draining: boolean;
  /** Takes no new calls; ends the live ones after `graceMs`. Resolves when all ends are written. */
  drain(graceMs: number): Promise<void>;
}

export function createCallCore(
  deps: Omit<CallPorts, 'guesses'> & {
    readonly settings: CallCoreSettings;
    /** Shared with other nodes; without it the node counts alone, by `settings.guesses`. */
    readonly guesses?: GuessLimiter;
    /** Without it a host on the phone can't lock or end the meeting. */
    readonly actions?: MeetingActions;
    /** Without them the node is alone. */
    readonly others?: OtherNodes;
    readonly peers?: CallPeers;
    readonly lines?: PeerLines;
    /** Without it no name is ever said. */
    readonly speech?: SpeechMaker | undefined;
    /** A random name for a side room; without it there are no private words by key. */
    readonly newRoom?: () => RoomName;
  },
): CallCore {
  const { settings, guesses = createGuessLimiter(settings.guesses), ...rest } = deps;
  const { clock, logger } = deps;
  const names = createSpokenNames(deps.speech);
  const prepare = createNamePreparation({
    names,
    callersElsewhere: (callId) => others?.callers(callId) ?? [],
    defaultLanguage: settings.call.defaultLanguage,
  });
  const ports: CallPorts = { ...rest, guesses, names };
  const registry = createCallRegistry(logger);
  const door = createDoorRefusals({ clock, logger });
  const startRate = createStartRate();
  const { actions, others, newRoom = noRoom } = deps;
  const desk = createHostDesk({ registry, actions, others, newRoom, logger });
  const meetingClock = createMeetingClock({ actions, clock, logger });
  const lobby = createLobbyNotices({ rooms: deps.rooms, logger });
  const callerListeners = new Set<(news: CallerNews) => void>([
    (news) => {
      if (news.seen?.place === 'door' && news.before !== 'door') desk.knock(news.callId);
      if (news.seen?.missing !== undefined) desk.pictureMissing(news.callId);
      lobby.tell(news);
      if (news.seen !== undefined && news.before === undefined)
        prepare.elsewhere(registry.get(news.legId)?.facts().meeting);
    },
  ]);
  const callers = createCallerWatch((news) => {
    for (const listener of callerListeners) listener(news);
  });
  const hosts = createHostWatch({
    registry,
    clock,
    end: endForAll,
    graceMs: settings.hostGraceMs ?? hostGraceMs,
  });
  const roomHosts = createRoomHosts({ registry, rooms: deps.rooms, watch: hosts, clock, logger });
  const { goBackMs = 0 } = settings;
  const lines = goBackMs === 0 ? undefined : deps.lines;
  const dropped = createDroppedCalls(goBackMs, lines);
  const recordings = createRecordingWatch({ registry, rooms: deps.rooms, clock, logger });
  const persons = createSamePerson({ registry, peers: deps.peers });
  let draining = false;

  /** At the phones of other nodes, beside their callers themselves. */
  const extraElsewhere = (callId: CallId): number =>
    (others?.callers(callId) ?? [])
      .filter(({ place }) => place === 'in')
      .reduce((sum, { people = 1 }) => sum + people - 1, 0);

  function endForAll(callId: CallId): void {
    deps.actions?.end(callId).catch((error: unknown) => {
      logger.warn({ err: error }, 'meeting was not ended after its host');
    });
  }

  function accept(leg: CallLeg): void {
    const { trunk } = leg.invitation;
    const screening = screenCall(leg.invitation, settings.screening, {
      liveCalls: registry.size,
      draining,
      ...(trunk !== undefined && {
        trunkCalls: registry.byTrunk(trunk),
        takeTrunkStart: (callsPerS) => startRate.take(clock.now(), trunk, callsPerS),
      }),
    });
    if (!screening.pass) {
      door.refuse(leg, screening.reason, screening.retryAfterS);
      return;
    }
    begin(leg, screening.route);
  }

  function begin(leg: CallLeg, route: Route): void {
    const session: CallSession = createCallSession({
      ports,
      leg,
      route,
      settings: settings.call,
      timeZone: settings.timeZone,
      surroundings: {
        hostPresent: hosts.present,
        companions: (callId) => registry.companions(callId, session.legId),
        waitingCallers: (callId) => desk.waiting(callId),
        asideCompanions: (room) => registry.asideCompanions(room, session.legId),
        phonesIn: (callId) => desk.phonesIn(callId),
        roomsWithoutPicture: (callId) =>
          desk
            .phonesIn(callId)
            .filter((each) => each.missing !== undefined && each.legId !== session.legId),
        phonesMuted: (callId) => desk.phonesMuted(callId),
        canSay: (callId, name) => names.soundOf(callId, name) !== undefined,
        mustKnock: persons.mustKnock,
        brokenLine: (number) =>
          dropped.take(clock.now(), number, (called) =>
            registry.all().some((other) => other !== session && other.callerNumber === called),
          ),
        extraPeople: (callId) =>
          registry.extraPeople(callId, session.legId) + extraElsewhere(callId),
      },
      onCalledAgain: persons.calledAgain,
      onSuperseded: persons.supersede,
      onHostAct: (act, by) => {
        desk.do(act, by);
      },
      onMeeting: registry.placed,
      onChange: (changed) => {
        registry.changed(changed);
        desk.changed(changed);
        hosts.changed(changed);
        roomHosts.changed(changed);
        persons.changed(changed);
        callers.changed(changed);
        recordings.changed(changed);
        const { state, meeting } = changed.facts();
        prepare.caller(changed.facts());
        if (state === 'joined' && meeting !== undefined) meetingClock.watch(meeting);
      },
      onClosed: (closed) => {
        registry.remove(closed);
        names.keepOnly((callId) => registry.of(callId).length > 0);
        dropped.ended(clock.now(), closed.whatEnded());
        lines?.line(closed.legId, undefined);
      },
    });
    registry.add(session);
    const { callerNumber } = session;
    if (callerNumber !== undefined) lines?.line(session.legId, lines.key(callerNumber));
    session.start();
  }

  return {
    ...createCallCommands(registry),
    handleIncoming(leg) {
      try {
        accept(leg);
      } catch (error) {
        logger.error({ err: error }, 'bug in the screening of a call');
        door.refuse(leg, 'bug');
      }
    },
    beginOutgoing(leg, route) {
      const { trunk } = leg.invitation;
      const trunkCalls = trunk === undefined ? 0 : registry.byTrunk(trunk);
      const traffic = { liveCalls: registry.size, draining, trunkCalls };
      if (!mayCallOut(trunk, settings.screening, traffic)) return false;
      begin(leg, route);
      return true;
    },
    list: () => registry.all().map((session) => session.record()),
    get: (legId) => registry.get(legId)?.record(),
    counts: registry.counts,
    hasHost: (callId) => registry.hasHost(callId),
    refusals: door.counts,
    onChange: registry.onChange,
    mutePhones: (callId, muted) => {
      desk.mutePhones(callId, muted);
    },
    knock: (callId) => {
      desk.knock(callId);
    },
    callersChanged: (callId) => {
      prepare.elsewhere(registry.of(callId)[0]?.facts().meeting);
      desk.pictureMissing(callId);
    },
    onCaller(listener) {
      callerListeners.add(listener);
    },
    sayCallersAgain: () => {
      callers.sayAgain();
    },
    meetingChanged(meeting) {
      meetingClock.watch(meeting);
      for (const session of registry.of(meeting.callId))
        session.dispatch({ type: 'meeting-changed', meeting });
    },
    meetingOver(callId) {
      hosts.over(callId);
      for (const session of registry.of(callId)) session.dispatch({ type: 'meeting-over' });
    },
    setHostPresent: hosts.elsewhere,
    heardOfPerson: persons.heard,
    heardOfLine: dropped.heard,
    get draining() {
      return draining;
    },
    async drain(graceMs) {
      draining = true;
      const cancel = clock.at(clock.now() + graceMs, () => {
        for (const session of registry.all()) session.dispatch({ type: 'drain' });
      });
      await registry.empty();
      cancel();
      hosts.close();
      roomHosts.close();
      meetingClock.close();
      recordings.close();
    },
  };
}

const noRoom = (): never => {
  throw new Error('no side rooms here');
};
