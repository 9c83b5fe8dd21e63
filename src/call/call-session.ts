/**
 * The shell around one call: does what its machine says through the ports, and tells the machine
 * what came of it. Nothing that goes wrong here leaves this call. Its end: call-closing.ts.
 */
import type { GuessLimiter } from '../meeting/guess-limiter.ts';
import { closeCall } from './call-closing.ts';
import { createCallEffects } from './call-effects.ts';
import { createCallMachine, type CallFacts } from './call-machine.ts';
import type { CallInput, CallOutput, CallSettings, Route, Surroundings } from './call-messages.ts';
import { createCallRecorder } from './call-recorder.ts';
import { terminationOf } from './end-reasons.ts';
import type { EndedCall } from './dropped-calls.ts';
import type { HostAct } from './host-act.ts';
import type { ServiceDesk } from './service-desk.ts';
import type { LegId, NodeId, SipCallId } from './identifiers.ts';
import type { CallJournal, CallRecord, LadderLine } from './ports/call-records.ts';
import type { MeetingDirectory } from './ports/meetings.ts';
import type { NumberVault } from './ports/privacy.ts';
import type { CallAgain } from './ports/peers.ts';
import { shownPerson } from './person.ts';
import type { SpokenNames } from './spoken-names.ts';
import type { Clock, Logger } from './ports/process.ts';
import type { RoomAdmin } from './ports/room-admin.ts';
import type { CallLeg, LegEvent, SipEngine } from './ports/sip-engine.ts';

/** The ports that every call of a gateway shares. */
export interface CallPorts {
  readonly nodeId: NodeId;
  readonly engine: SipEngine['kind'];
  readonly directory: MeetingDirectory;
  readonly rooms: RoomAdmin;
  readonly journal: CallJournal;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly guesses: GuessLimiter;
  /** Undefined: there is nobody to call for help. */
  readonly desk?: ServiceDesk | undefined;
  /** Undefined: whole numbers are not kept. */
  readonly numbers?: Pick<NumberVault, 'keep'> | undefined;
  /** The SIP messages of a call that is over; they are forgotten with the answer. */
  readonly takeLadder?: ((sipCallId: SipCallId) => readonly LadderLine[]) | undefined;
  /** Undefined: no name is ever said. */
  readonly names?: Pick<SpokenNames, 'soundOf'> | undefined;
  /** Random digits; without it calls have none. */
  readonly supportCode?: () => string;
}

export interface CallSessionDeps {
  readonly ports: CallPorts;
  readonly leg: CallLeg;
  readonly route: Route;
  readonly settings: CallSettings;
  readonly timeZone: string;
  readonly surroundings: Omit<Surroundings, 'guessesExceeded' | 'vouchedNumber' | 'supportCode'>;
  /** What a host on this call does to others. */
  readonly onHostAct: (act: HostAct, by: CallSession) => void;
  /** Its caller is known: earlier calls of the same person give way. */
  readonly onCalledAgain: (again: CallAgain) => void;
  /** The person of this earlier call is in by a new one. */
  readonly onSuperseded: (legId: LegId) => void;
  /** It got a meeting, or another one: before anything comes of that. */
  readonly onMeeting: (session: CallSession) => void;
  /** After every step that changed the record. */
  readonly onChange: (session: CallSession) => void;
  /** The call is over and its end is on its way to the journal. */
  readonly onClosed: (session: CallSession) => void;
}

export interface CallSession {
  readonly legId: LegId;
  /** Undefined where withheld, or not to be shown to anybody. Never logged. */
  readonly callerNumber: string | undefined;
  /** The trunk it came by, if by one. */
  readonly trunk: string | undefined;
  /** Begins; the leg's events are listened to from here on. */
  start(): void;
  dispatch(input: CallInput): void;
  record(): CallRecord;
  /** For the offer of a way back. */
  whatEnded(): EndedCall;
  facts(): CallFacts;
  /** Resolves when the end is durable, or could not be made so; never rejects. */
  readonly closed: Promise<void>;
}

export function createCallSession(deps: CallSessionDeps): CallSession {
  const { ports, leg, route } = deps;
  const { clock } = ports;
  const { invitation } = leg;
  const logger = ports.logger.child({ legId: invitation.legId });
  const source = guessSource(leg);
  const supportCode = ports.supportCode?.();
  const machine = createCallMachine({
    route,
    settings: deps.settings,
    surroundings: {
      ...deps.surroundings,
      guessesExceeded: (now) => ports.guesses.exceeded(now, source),
      supportCode,
      vouchedNumber: invitation.vouched === true ? invitation.callerNumber : undefined,
    },
  });
  const recorder = createCallRecorder({ ports, invitation, route, logger });
  if (supportCode !== undefined) recorder.keep({ supportCode });
  if (invitation.roomSystem !== undefined) recorder.keep({ roomSystem: invitation.roomSystem });
  const effects = createCallEffects({
    ports,
    leg,
    route,
    logger,
    guessSource: source,
    meeting: () => machine.facts().meeting,
    timeZone: () => machine.facts().meeting?.timeZone ?? deps.timeZone,
    record: () => record(),
    note: recorder.note,
    keep: recorder.keep,
    dispatch,
    finish,
    isOver: () => finished,
    person: () => shownPerson(machine.facts()),
    calledAgain: deps.onCalledAgain,
    supersede: deps.onSuperseded,
    host: (act) => {
      deps.onHostAct(act, session);
    },
  });
  const queue: CallInput[] = [];
  const closed = Promise.withResolvers<undefined>();
  let busy = false;
  let finished = false;
  let timer: { readonly at: number; readonly cancel: () => void } | undefined;

  // ---------------------------------------------------------------- the loop

  function dispatch(input: CallInput): void {
    queue.push(input);
    // A port may call back while it is being called: that input waits for its turn.
    if (busy) return;
    busy = true;
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) step(next);
    busy = false;
    armTimer();
  }

  function step(input: CallInput): void {
    if (finished) return;
    const before = machine.facts().state;
    const meetingBefore = machine.facts().meeting?.callId;
    let outputs: readonly CallOutput[] = [];
    try {
      outputs = machine.handle(clock.now(), input);
    } catch (error) {
      onBug(error, input.type);
      // The machine itself is broken: it can't be asked to end.
      if (input.type === 'bug') finish();
    }
    if (machine.facts().meeting?.callId !== meetingBefore) deps.onMeeting(session);
    for (const output of outputs) {
      try {
        effects.run(output);
      } catch (error) {
        onBug(error, output.do);
      }
    }
    try {
      const { state, meeting } = machine.facts();
      const moved = state === 'joined' && meeting?.callId !== meetingBefore;
      if (state !== before || moved) recorder.update(record());
      if (outputs.length > 0) deps.onChange(session);
    } catch (error) {
      onBug(error, 'update');
    }
  }

  /** Nothing is decided by it: it is for the record alone. */
  function hearQuality({ quality, news }: Extract<LegEvent, { type: 'quality' }>): void {
    if (finished) return;
    recorder.measured(quality);
    for (const { event, ...fields } of news) recorder.note(event, fields);
    if (news.length > 0) deps.onChange(session);
  }

  function onBug(error: unknown, where: string): void {
    logger.error({ err: error, where }, 'bug in a call');
    queue.push({ type: 'bug' });
  }

  function armTimer(): void {
    const at = finished ? undefined : machine.nextTimeoutAt();
    if (at === timer?.at) return;
    timer?.cancel();
    timer = undefined;
    if (at === undefined) return;
    const cancel = clock.at(at, () => {
      timer = undefined;
      dispatch({ type: 'timeout' });
    });
    timer = { at, cancel };
  }

  // ---------------------------------------------------------------- the end

  function finish(): void {
    if (finished) return;
    finished = true;
    timer?.cancel();
    timer = undefined;
    effects.endDesk();
    void closeCall({
      ports,
      legId: invitation.legId,
      effects,
      // A machine that broke gave no reason, and hung up on nobody.
      hasHungUp: machine.facts().termination !== undefined,
      finalRecord: (figures) => {
        const ladder = ports.takeLadder?.(invitation.sipCallId) ?? [];
        if (ladder.length > 0) recorder.keep({ ladder });
        return recorder.finalRecord(machine.facts(), clock.now(), terminationOf('bug'), figures);
      },
      tell: () => {
        deps.onChange(session);
        deps.onClosed(session);
      },
      logger,
    }).then(() => {
      closed.resolve(undefined);
    });
  }

  const record = (): CallRecord => recorder.record(machine.facts());

  const session: CallSession = {
    legId: invitation.legId,
    get callerNumber() {
      const isProtected = machine.facts().invitee?.protectedIdentity === true;
      return isProtected ? undefined : invitation.callerNumber;
    },
    trunk: invitation.trunk,
    start() {
      leg.onEvent((event) => {
        if (event.type === 'quality') hearQuality(event);
        else dispatch(event);
      });
      dispatch({ type: 'start' });
    },
    dispatch,
    record,
    facts: () => machine.facts(),
    whatEnded() {
      const { invitee, meeting, joinedAt, termination } = machine.facts();
      const vouchedNumber = invitation.vouched === true ? invitation.callerNumber : undefined;
      const wasJoined = joinedAt !== undefined;
      return { vouchedNumber, invitee, callId: meeting?.callId, wasJoined, termination };
    },
    closed: closed.promise,
  };
  return session;
}

/** A caller's number with the address it came by; a trunk's address alone is nobody's. */
function guessSource(leg: CallLeg): string | undefined {
  const { callerNumber, source } = leg.invitation;
  return callerNumber === undefined ? undefined : `${source.address} ${callerNumber}`;
}
