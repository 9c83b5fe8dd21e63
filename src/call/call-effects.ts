/**
 * What a call's machine wants, done through the ports, and what came of it, told to the machine.
 * A fault of an adapter (it has a code) is an outcome; anything else is a bug of this one call.
 */
import type { Language } from '../ivr/language.ts';
import type { CallInput, CallOutput, Route } from './call-messages.ts';
import type { CallPorts } from './call-session.ts';
import type { HostAct } from './host-act.ts';
import type { LegId } from './identifiers.ts';
import type { ShownPerson } from './person.ts';
import type { CallAgain } from './ports/peers.ts';
import type { CallDetails, CallRecord } from './ports/call-records.ts';
import type { Meeting } from './ports/meetings.ts';
import type { Logger } from './ports/process.ts';
import type { CallLeg, LegQuality, Sound } from './ports/sip-engine.ts';
import { createRoomEffects } from './room-effects.ts';
import type { DeskCall } from './service-desk.ts';
import { createStoreRequests } from './store-requests.ts';
import type { TimelineEvent, TimelineFields } from './timeline.ts';
import { toUtterance } from './utterance.ts';

/** Long enough for a sentence or two. */
const soundTestMs = 5_000;

export interface CallEffectsDeps {
  readonly ports: CallPorts;
  readonly leg: CallLeg;
  readonly route: Route;
  readonly logger: Logger;
  readonly guessSource: string | undefined;
  readonly meeting: () => Meeting | undefined;
  /** For spoken times, now. */
  readonly timeZone: () => string;
  readonly record: () => CallRecord;
  readonly note: (event: TimelineEvent, fields: TimelineFields | undefined) => void;
  readonly keep: (details: CallDetails) => void;
  readonly dispatch: (input: CallInput) => void;
  readonly finish: () => void;
  readonly isOver: () => boolean;
  /** How the room is to show the caller, now. */
  readonly person: () => ShownPerson;
  /** Earlier calls of the same person give way. */
  readonly calledAgain: (again: CallAgain) => void;
  readonly supersede: (legId: LegId) => void;
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
  /** Nobody talks to the service desk any more. */
  endDesk(): void;
}

export function createCallEffects(deps: CallEffectsDeps): CallEffects {
  const { ports, leg, logger, dispatch } = deps;
  const { invitation } = leg;
  const rooms = createRoomEffects(deps);
  const store = createStoreRequests({
    directory: ports.directory,
    legId: invitation.legId,
    others: (meeting) => rooms.others(meeting),
    dispatch,
    spawn,
    logger,
  });
  let answered = false;
  let desk: DeskCall | undefined;
  let journalBegin: Promise<boolean> = Promise.resolve(false);
  let figures: Promise<LegQuality | undefined> | undefined;

  function soundOf(name: string): Sound | undefined {
    const meeting = deps.meeting();
    return meeting === undefined ? undefined : ports.names?.soundOf(meeting.callId, name);
  }

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
        leg.play(toUtterance(output, deps.timeZone(), soundOf));
        return;
      case 'stop-playing':
        leg.stopPlaying();
        return;
      case 'find-meeting':
        store.findMeeting(output.requestId, output.by);
        return;
      case 'take-seat':
        store.takeSeat(output);
        return;
      case 'join':
        spawn('join', async () => {
          const outcome = await rooms.join(output);
          dispatch({ type: 'joined', requestId: output.requestId, outcome });
        });
        return;
      case 'join-aside':
        spawn('join-aside', async () => {
          const outcome = await rooms.joinAside(output.room);
          dispatch({ type: 'joined', requestId: output.requestId, outcome });
        });
        return;
      case 'close-room':
        rooms.closeRoom(output.room);
        return;
      case 'show-person':
        rooms.showPerson(output.person, output.renamed);
        return;
      case 'called-again':
        deps.calledAgain({ ...output, legId: invitation.legId });
        return;
      case 'supersede':
        deps.supersede(output.legId);
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
      case 'show-first':
        leg.showFirst?.(output.what);
        return;
      case 'play-music':
        leg.play({ utteranceId: output.utteranceId, phrases: [], sounds: [{ kind: 'music' }] });
        return;
      case 'host-act':
        deps.host(output.act);
        return;
      case 'show-hand':
        rooms.showHand(output.raised, output.at);
        return;
      case 'show-picture-state':
        rooms.showPictureState(output.state);
        return;
      case 'send-key':
        leg.sendKey(output.digit);
        return;
      case 'call-desk':
        callDesk(output.requestId, output.language);
        return;
      case 'end-desk':
        desk?.end();
        return;
      case 'test-sound':
        spawn('test-sound', async () => {
          const report = await leg.testSound?.(soundTestMs);
          dispatch({ type: 'sound-tested', requestId: output.requestId, report });
        });
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

  function callDesk(requestId: number, language: Language): void {
    const called = ports.desk?.call(leg, language);
    if (called === undefined) {
      dispatch({ type: 'desk', requestId, answered: false });
      return;
    }
    desk = called;
    spawn('call-desk', async () => {
      const answered = await called.answered;
      dispatch({ type: 'desk', requestId, answered });
      if (!answered) return;
      await called.over;
      // One that was called later is not over.
      if (desk === called) dispatch({ type: 'desk-over' });
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

  return {
    run,
    hangUp,
    quality,
    journalBegun: () => journalBegin,
    seat: () => store.seat(),
    endDesk: () => desk?.end(),
  };
}
