/** What a node does about each message of another one. */
import type { CallCore } from '../call/call-core.ts';
import type { HostPresenceChange } from '../call/host-watch.ts';
import type { EventHub } from '../call/event-hub.ts';
import type { CallId, NodeId } from '../call/identifiers.ts';
import type { MeetingDirectory } from '../call/ports/meetings.ts';
import type { Clock, Logger } from '../call/ports/process.ts';
import { type ClusterMessage, decodeMessage, type MessageOf } from './cluster-message.ts';
import type { CallersElsewhere } from './callers-elsewhere.ts';
import type { LinesElsewhere } from './lines-elsewhere.ts';
import type { HostPresence } from './host-presence.ts';
import type { RemoteCommands } from './remote-commands.ts';
import type { DialOutMessages } from './remote-dial-outs.ts';
import type { SharedGuesses } from './shared-guesses.ts';
import type { SoundDoors } from './sound-doors.ts';

export interface NodeMessagesDeps {
  readonly nodeId: NodeId;
  readonly core: Pick<
    CallCore,
    | 'list'
    | 'meetingChanged'
    | 'meetingOver'
    | 'mutePhones'
    | 'knock'
    | 'callersChanged'
    | 'sayCallersAgain'
    | 'heardOfPerson'
    | 'heardOfLine'
  >;
  readonly meetings: Pick<MeetingDirectory, 'byCallId'>;
  readonly commands: RemoteCommands;
  readonly dialOuts: Pick<DialOutMessages, 'handleRequest' | 'handleAnswer'>;
  readonly guesses: SharedGuesses;
  readonly presence: HostPresence;
  readonly callers: CallersElsewhere;
  readonly lines: LinesElsewhere;
  readonly sayLinesAgain: () => void;
  readonly soundDoors: SoundDoors;
  readonly events: Pick<EventHub, 'heard'> | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Takes the text of every message on the bus. Never throws for what is in it. */
export function createNodeMessages(deps: NodeMessagesDeps): (text: string) => void {
  const { nodeId, core, meetings, commands, dialOuts, guesses, presence, callers, lines } = deps;
  const { soundDoors, clock, logger } = deps;

  /** Read only where somebody is there whom the change may concern. */
  async function reread(callId: CallId): Promise<void> {
    if (!core.list().some((record) => record.callId === callId)) return;
    const meeting = await meetings.byCallId(callId);
    if (meeting !== undefined) core.meetingChanged(meeting);
  }

  function hearCaller({ from, legId, seen }: MessageOf<'caller'>): void {
    if (seen === undefined) {
      callers.gone(from, legId);
      return;
    }
    const knocks = callers.seen(from, { ...seen, legId, numberEnd: seen.numberEnd });
    core.callersChanged(seen.callId);
    if (knocks) core.knock(seen.callId);
  }

  function handle(message: ClusterMessage): void {
    switch (message.type) {
      case 'command':
        commands.handleCommand(message);
        return;
      case 'answer':
        commands.handleAnswer(message);
        return;
      case 'dial-out':
        dialOuts.handleRequest(message);
        return;
      case 'dial-out-answer':
        dialOuts.handleAnswer(message);
        return;
      case 'guess':
        guesses.heard({ at: message.at, source: message.source });
        return;
      case 'meeting-changed':
        reread(message.callId).catch((error: unknown) => {
          logger.warn({ err: error }, 'a changed meeting could not be read');
        });
        return;
      case 'meeting-over':
        core.meetingOver(message.callId);
        return;
      case 'host':
        presence.elsewhere(message.from, message.callId, hostChangeOf(message));
        return;
      case 'caller':
        hearCaller(message);
        return;
      case 'mute-phones':
        core.mutePhones(message.callId, message.muted);
        return;
      case 'called-again':
        core.heardOfPerson.calledAgain(message);
        return;
      case 'removed':
        core.heardOfPerson.removed(message.callId, message.inviteeId);
        return;
      case 'line':
        lines.heard(message.from, message.legId, message.key);
        return;
      case 'line-dropped':
        core.heardOfLine.dropped(message);
        return;
      case 'line-taken':
        core.heardOfLine.taken(message.key);
        return;
      case 'sound-door':
        soundDoors.heard(message);
        return;
      case 'sound-doors-told':
        soundDoors.saidAll(message.from);
        return;
      case 'event':
        deps.events?.heard(message.event);
        return;
      case 'gone':
        callers.nodeGone(message.node);
        lines.nodeGone(message.node);
        presence.nodeGone(message.node);
        soundDoors.nodeGone(message.node);
        return;
      case 'hello':
        // What its former life said is void; what is true is said next.
        lines.nodeGone(message.from);
        deps.sayLinesAgain();
        presence.sayAgain();
        soundDoors.hello(message.from);
        core.sayCallersAgain();
        // It may have written down guesses that it could not tell of.
        void guesses.reload(clock.now());
        return;
    }
  }

  return (text) => {
    const message = decodeMessage(text);
    if (message === undefined) logger.debug({}, 'a message of another node makes no sense');
    else if (message.from !== nodeId) handle(message);
  };
}

const hostChangeOf = ({ present, lost }: MessageOf<'host'>): HostPresenceChange =>
  present ? 'present' : lost === true ? 'lost' : 'left';
