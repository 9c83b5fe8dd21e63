/**
 * What a call's machine wants, done through the ports, and what came of it, told to the machine.
 * A fault of an adapter (it has a code) is an outcome; anything else is a bug of this one call.
 */
import type { CallInput, CallOutput, MeetingKey, Route } from './call-messages.ts';
import type { CallPorts } from './call-session.ts';
import type { HostAct } from './host-act.ts';
import type { CallId } from './identifiers.ts';
import { handAttributes, identityOf, participantOf } from './participant.ts';
import type { CallDetails, CallRecord } from './ports/call-records.ts';
import type { Meeting } from './ports/meetings.ts';
import type { Logger } from './ports/process.ts';
import type { CallLeg, JoinOutcome, LegQuality } from './ports/sip-engine.ts';
import type { TimelineEvent, TimelineFields } from './timeline.ts';
import { toUtterance } from './utterance.ts';

export interface CallEffectsDeps {
  readonly ports: CallPorts;
  readonly leg: CallLeg;
  readonly route: Route;
  readonly logger: Logger;
  readonly guessSource: string | undefined;
  /** For spoken times, now. */
  readonly timeZone: () => string;
  readonly record: () => CallRecord;
  readonly note: (event: TimelineEvent, fields: TimelineFields | undefined) => void;
  readonly keep: (details: CallDetails) => void;
  readonly dispatch: (input: CallInput) => void;
  readonly finish: () => void;
  readonly isOver: () => boolean;
  /** What a host does to others. */
  readonly host: (act: HostAct) => void;
}

export interface CallEffects {
  /** May throw: a bug in a port. */
  run(output: CallOutput): void;
  /** Figures first: they go with the media. */
  hangUp(): void;
  /** Reception quality; undefined where the call was never answered or nobody knows. */
  quality(): Promise<LegQuality | undefined>;
  /** Whether the journal has the start, once that is known. */
  journalBegun(): Promise<boolean>;
  /** Settles with the seat that was asked for; undefined where none was. */
  seat(): Promise<unknown> | undefined;
}

export function createCallEffects(deps: CallEffectsDeps): CallEffects {
  const { ports, leg, route, logger, dispatch } = deps;
  const { invitation } = leg;
  let answered = false;
  let handShown: Promise<void> = Promise.resolve();
  let seat: Promise<unknown> | undefined;
  let journalBegin: Promise<boolean> = Promise.resolve(false);
  let figures: Promise<LegQuality | undefined> | undefined;

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
        leg.play(toUtterance(output, deps.timeZone()));
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
        takeSeat(output.requestId, output.callId);
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
      case 'play-music':
        leg.play({ utteranceId: output.utteranceId, phrases: [], sounds: [{ kind: 'music' }] });
        return;
      case 'host-act':
        deps.host(output.act);
        return;
      case 'show-hand':
        showHand(output.raised, output.at);
        return;
      case 'send-key':
        return;
      case 'keep':
        deps.keep(output.details);
        return;
      case 'count-guess':
        ports.guesses.count(ports.clock.now(), deps.guessSource);
        return;
      case 'note':
        deps.note(output.event, output.fields);
        return;
      case 'hang-up':
        hangUp();
        return;
      case 'finish':
        deps.finish();
        return;
    }
  }

  function beginJournal(): void {
    journalBegin = ports.journal.begin(deps.record()).then(
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
    answered = result.outcome === 'answered';
    if (result.outcome === 'answered') dispatch({ type: 'answered', media: result.media });
    else if (result.outcome === 'refused')
      dispatch({ type: 'not-answered', sipStatus: result.sipStatus });
    // `gone`: the leg's `ended` event says why.
  }

  /** One after the other: the last state is the one that stays. */
  function showHand(raised: boolean, at: number): void {
    const room = deps.record().room;
    if (room === undefined) return;
    const show = (): Promise<void> =>
      ports.rooms.setAttributes(
        room,
        identityOf(ports.nodeId, invitation.legId),
        handAttributes(raised, at),
      );
    handShown = handShown.then(show).catch((error: unknown) => {
      logger.warn({ err: error }, 'hand could not be shown');
    });
  }

  function takeSeat(requestId: number, callId: CallId): void {
    const taking = Promise.resolve().then(() => ports.directory.takeSeat(callId, invitation.legId));
    seat = taking.catch(() => undefined);
    ask(requestId, async () => ({ type: 'seat', requestId, seat: await taking }));
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
    // Over meanwhile: nobody is waiting for this any more.
    if (deps.isOver()) return { joined: false, reason: 'removed' };
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

  async function askQuality(): Promise<LegQuality | undefined> {
    try {
      return await leg.quality();
    } catch (error) {
      logger.warn({ err: error }, 'quality is not known');
      return undefined;
    }
  }

  function quality(): Promise<LegQuality | undefined> {
    if (!answered) return Promise.resolve(undefined);
    figures ??= askQuality();
    return figures;
  }

  function hangUp(): void {
    void quality();
    leg.hangUp();
  }

  return { run, hangUp, quality, journalBegun: () => journalBegin, seat: () => seat };
}

/** Adapters give their faults a code; what has none is a bug. */
const isFault = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string';
