/**
 * The shell around one call: does what its machine says through the ports, and tells the machine
 * what came of it. Nothing that goes wrong here leaves this call.
 *
 * The order of the end (docs/closures.md): figures are asked for, BYE, the seat is given back, the
 * journal gets the end, the registry forgets the call.
 */
import type { GuessLimiter } from '../meeting/guess-limiter.ts';
import { createCallMachine, type CallFacts } from './call-machine.ts';
import type {
  CallInput,
  CallOutput,
  CallSettings,
  MeetingKey,
  Route,
  Surroundings,
} from './call-messages.ts';
import { createCallRecorder } from './call-recorder.ts';
import { terminationOf } from './end-reasons.ts';
import type { LegId, NodeId } from './identifiers.ts';
import { participantOf } from './participant.ts';
import type {
  CallJournal,
  CallLeg,
  CallRecord,
  Clock,
  JoinOutcome,
  LegQuality,
  Logger,
  Meeting,
  MeetingDirectory,
  RoomAdmin,
  SipEngine,
} from './ports.ts';
import { toUtterance } from './utterance.ts';

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
}

export interface CallSessionDeps {
  readonly ports: CallPorts;
  readonly leg: CallLeg;
  readonly route: Route;
  readonly settings: CallSettings;
  readonly timeZone: string;
  readonly surroundings: Omit<Surroundings, 'guessesExceeded'>;
  /** After every step that changed the record. */
  readonly onChange: (session: CallSession) => void;
  /** The call is over and its end is on its way to the journal. */
  readonly onClosed: (session: CallSession) => void;
}

export interface CallSession {
  readonly legId: LegId;
  /** Begins; the leg's events are listened to from here on. */
  start(): void;
  dispatch(input: CallInput): void;
  record(): CallRecord;
  facts(): CallFacts;
  /** Resolves when the end is durable, or could not be made so; never rejects. */
  readonly closed: Promise<void>;
}

const qualityTimeoutMs = 500;

export function createCallSession(deps: CallSessionDeps): CallSession {
  const { ports, leg, route } = deps;
  const { clock } = ports;
  const { invitation } = leg;
  const logger = ports.logger.child({ legId: invitation.legId });
  const source = guessSource(leg);
  const machine = createCallMachine({
    route,
    settings: deps.settings,
    surroundings: {
      ...deps.surroundings,
      guessesExceeded: (now) => ports.guesses.exceeded(now, source),
    },
  });
  const recorder = createCallRecorder({ ports, invitation, route, logger });
  const queue: CallInput[] = [];
  const closed = Promise.withResolvers<undefined>();
  let busy = false;
  let finished = false;
  let seatAsked = false;
  let journalBegin: Promise<boolean> = Promise.resolve(false);
  let quality: Promise<LegQuality | undefined> | undefined;
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
    let outputs: readonly CallOutput[] = [];
    try {
      outputs = machine.handle(clock.now(), input);
    } catch (error) {
      onBug(error, input.type);
      // The machine itself is broken: it can't be asked to end.
      if (input.type === 'bug') finish();
    }
    for (const output of outputs) {
      try {
        run(output);
      } catch (error) {
        onBug(error, output.do);
      }
    }
    if (machine.facts().state !== before) recorder.update(record());
    if (outputs.length > 0) deps.onChange(session);
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

  // ---------------------------------------------------------------- outputs

  function run(output: CallOutput): void {
    switch (output.do) {
      case 'ring':
        leg.ring();
        return;
      case 'begin-journal':
        beginJournal();
        return;
      case 'answer':
        spawn('answer', answer);
        return;
      case 'refuse':
        leg.refuse(output.sipStatus);
        return;
      case 'play':
        leg.play(toUtterance(output, machine.facts().meeting?.timeZone ?? deps.timeZone));
        return;
      case 'stop-playing':
        leg.stopPlaying();
        return;
      case 'find-meeting':
        ask(output.requestId, async () => ({
          type: 'meeting',
          requestId: output.requestId,
          meeting: await find(output.by),
        }));
        return;
      case 'take-seat':
        seatAsked = true;
        ask(output.requestId, async () => ({
          type: 'seat',
          requestId: output.requestId,
          seat: await ports.directory.takeSeat(output.callId, invitation.legId),
        }));
        return;
      case 'join':
        spawn('join', async () => {
          const outcome = await join(output.meeting, output.number);
          dispatch({ type: 'joined', requestId: output.requestId, outcome });
        });
        return;
      case 'leave-room':
        spawn('leave-room', () => leg.leaveRoom());
        return;
      case 'set-muted':
        leg.setMuted(output.muted);
        return;
      case 'set-volume':
        leg.setVolumeDb(output.volumeDb);
        return;
      case 'count-guess':
        ports.guesses.count(clock.now(), source);
        return;
      case 'note':
        recorder.note(output.event, output.fields);
        return;
      case 'hang-up':
        askQuality();
        leg.hangUp();
        return;
      case 'finish':
        finish();
        return;
    }
  }

  function beginJournal(): void {
    journalBegin = ports.journal.begin(record()).then(
      () => true,
      (error: unknown) => {
        logger.error({ err: error }, 'journal cannot be written');
        return false;
      },
    );
    spawn('begin-journal', async () => {
      dispatch({ type: (await journalBegin) ? 'journal-begun' : 'journal-failed' });
    });
  }

  async function answer(): Promise<void> {
    const result = await leg.answer();
    if (result.outcome === 'answered') dispatch({ type: 'answered', media: result.media });
    else if (result.outcome === 'refused')
      dispatch({ type: 'not-answered', sipStatus: result.sipStatus });
    // `gone`: the leg's `ended` event says why.
  }

  const find = (by: MeetingKey): Promise<Meeting | undefined> =>
    by.kind === 'call-id'
      ? ports.directory.byCallId(by.callId)
      : ports.directory.byVideoAddress(by.address);

  async function join(meeting: Meeting, number: number): Promise<JoinOutcome> {
    try {
      await ports.rooms.ensureRoom(meeting.room);
    } catch (error) {
      if (!isFault(error)) throw error;
      logger.warn({ err: error }, 'room cannot be reached');
      return { joined: false, reason: 'unreachable' };
    }
    if (finished) return { joined: false, reason: 'removed' };
    const publishedNumber = route.kind === 'ivr' ? invitation.dialled.user : undefined;
    const { nodeId } = ports;
    return leg.join(participantOf({ nodeId, invitation, meeting, number, publishedNumber }));
  }

  /** A request to the store: a fault is the store's, anything else a bug. */
  function ask(requestId: number, request: () => Promise<CallInput>): void {
    spawn('ask', async () => {
      try {
        dispatch(await request());
      } catch (error) {
        if (!isFault(error)) throw error;
        logger.warn({ err: error }, 'store did not answer');
        dispatch({ type: 'store-failed', requestId });
      }
    });
  }

  function spawn(where: string, task: () => Promise<void>): void {
    // Called inside the chain, so that a synchronous throw is a rejection too.
    Promise.resolve()
      .then(task)
      .catch((error: unknown) => {
        logger.error({ err: error, where }, 'bug in a call');
        dispatch({ type: 'bug' });
      });
  }

  // ---------------------------------------------------------------- the end

  /** Asked before BYE: the figures go with the media. */
  function askQuality(): void {
    if (machine.facts().answeredAt === undefined) return;
    quality ??= leg.quality().catch((error: unknown) => {
      logger.warn({ err: error }, 'quality is not known');
      return undefined;
    });
  }

  function finish(): void {
    if (finished) return;
    finished = true;
    timer?.cancel();
    timer = undefined;
    void settle('bug at the end of a call', close).then(() => {
      closed.resolve(undefined);
    });
  }

  async function close(): Promise<void> {
    try {
      if (machine.facts().termination === undefined) leg.hangUp();
      askQuality();
    } catch (error) {
      logger.error({ err: error }, 'leg did not hang up');
    }
    const figures = await withTimeout(clock, quality, qualityTimeoutMs);
    const last = recorder.finalRecord(machine.facts(), clock.now(), terminationOf('bug'), figures);
    deps.onChange(session);
    deps.onClosed(session);
    if (seatAsked) await settle('seat was not given back', releaseSeat);
    if (await journalBegin) await settle('end was not written', () => ports.journal.end(last));
  }

  const releaseSeat = (): Promise<void> => ports.directory.releaseSeat(invitation.legId);

  async function settle(message: string, task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      logger.error({ err: error }, message);
    }
  }

  const record = (): CallRecord => recorder.record(machine.facts());

  const session: CallSession = {
    legId: invitation.legId,
    start() {
      leg.onEvent((event) => {
        dispatch(event);
      });
      dispatch({ type: 'start' });
    },
    dispatch,
    record,
    facts: () => machine.facts(),
    closed: closed.promise,
  };
  return session;
}

/** A caller's number with the address it came by; a trunk's address alone is nobody's. */
function guessSource(leg: CallLeg): string | undefined {
  const { callerNumber, source } = leg.invitation;
  return callerNumber === undefined ? undefined : `${source.address} ${callerNumber}`;
}

/** Adapters give their faults a code; what has none is a bug. */
const isFault = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string';

async function withTimeout<T>(
  clock: Clock,
  promise: Promise<T> | undefined,
  timeoutMs: number,
): Promise<T | undefined> {
  if (promise === undefined) return undefined;
  const late = Promise.withResolvers<undefined>();
  const cancel = clock.at(clock.now() + timeoutMs, () => {
    late.resolve(undefined);
  });
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    cancel();
  }
}
