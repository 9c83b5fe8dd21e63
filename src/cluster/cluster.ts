/**
 * The gateway nodes of one store as one: commands find the node that holds the call, changes of a
 * meeting reach its callers everywhere, guesses and hosts count for all. On SQLite the bus is
 * silent and a node is all there is.
 */
import { performAction, type CallAction } from '../call/call-actions.ts';
import type { CallCore } from '../call/call-core.ts';
import type { EventHub } from '../call/event-hub.ts';
import type { GatewayEvent } from '../call/gateway-event.ts';
import { asNodeId, type CallId, type LegId, type NodeId } from '../call/identifiers.ts';
import type { CallLog } from '../call/ports/call-records.ts';
import type { SoundLinks } from '../call/ports/media.ts';
import type { MeetingDirectory } from '../call/ports/meetings.ts';
import type { GuessLog, NodeBus, OtherNodes } from '../call/ports/nodes.ts';
import type { CallPeers, PeerLines } from '../call/ports/peers.ts';
import type { Clock, Logger } from '../call/ports/process.ts';
import type { GuessLimiter, GuessLimits } from '../meeting/guess-limiter.ts';
import { createCallersElsewhere } from './callers-elsewhere.ts';
import { type ClusterMessage, encodeMessage } from './cluster-message.ts';
import { createLinesElsewhere } from './lines-elsewhere.ts';
import { createHostPresence } from './host-presence.ts';
import { createNodeMessages } from './node-messages.ts';
import { createPeerNews } from './peer-news.ts';
import { createRemoteCommands, type RemoteOutcome } from './remote-commands.ts';
import { createRemoteDialOuts, type RemoteDialOuts } from './remote-dial-outs.ts';
import { createSharedGuesses } from './shared-guesses.ts';
import { createSoundDoors } from './sound-doors.ts';

export interface ClusterOptions {
  readonly nodeId: NodeId;
  readonly bus: NodeBus;
  readonly calls: Pick<CallLog, 'get'>;
  readonly meetings: Pick<MeetingDirectory, 'byCallId'>;
  readonly guessLog: GuessLog;
  readonly guessLimits?: GuessLimits | undefined;
  /** Hears of the events of other nodes. */
  readonly events?: Pick<EventHub, 'heard' | 'missed'>;
  /** Sound that goes from node to node. */
  readonly sound?: SoundLinks | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

type ServedCore = Pick<
  CallCore,
  | CallAction
  | 'list'
  | 'get'
  | 'hasHost'
  | 'onChange'
  | 'meetingChanged'
  | 'meetingOver'
  | 'setHostPresent'
  | 'heardOfPerson'
  | 'heardOfLine'
  | 'mutePhones'
  | 'knock'
  | 'callersChanged'
  | 'onCaller'
  | 'sayCallersAgain'
>;
type Command = (legId: LegId, argument?: string) => Promise<RemoteOutcome>;

/** The calls of all nodes, to give commands to; `list` and `get` know those of this node. */
export interface ClusterCalls
  extends
    Pick<CallCore, 'list' | 'get' | 'meetingChanged' | 'meetingOver' | 'mutePhones'>,
    Readonly<Record<CallAction, Command>> {
  /** Calls out that another node makes, or this one for another. */
  readonly dialOuts: RemoteDialOuts;
}

export interface Cluster {
  /** For the core: counts for all nodes. */
  readonly guesses: GuessLimiter;
  /** For the core: the calls of the other nodes. */
  readonly others: OtherNodes;
  /** For the core: what it tells the other nodes of callers who are known. */
  readonly peers: CallPeers;
  /** For the core: whose lines are on the other nodes. */
  readonly lines: PeerLines;
  /** Joins this node's core to the others; resolves when the guesses so far are counted. */
  serve(core: ServedCore): Promise<ClusterCalls>;
  /** The node is dead: what it said is void, on every node. */
  nodeGone(node: NodeId): void;
  /** An event of this node, for the others. */
  readonly tellEvent: (event: GatewayEvent) => void;
}

export function createCluster(options: ClusterOptions): Cluster {
  const { nodeId, bus, calls, meetings, clock, logger } = options;

  const send = (message: ClusterMessage): Promise<void> => bus.send(encodeMessage(message));
  /** For what other nodes should know but nobody here waits for. */
  const tell = (message: ClusterMessage): void => {
    send(message).catch((error: unknown) => {
      logger.warn({ err: error, type: message.type }, 'other nodes were not told');
    });
  };

  const guesses = createSharedGuesses({
    log: options.guessLog,
    limits: options.guessLimits,
    logger,
    tell: ({ at, source }) => {
      tell({ type: 'guess', from: nodeId, at, source });
    },
  });
  const callers = createCallersElsewhere();
  const lines = createLinesElsewhere();
  const news = createPeerNews({
    nodeId,
    tell,
    supersede: (legId) => void served?.supersede(legId),
    elsewhere: lines,
    guessLog: options.guessLog,
  });
  const dialOuts = createRemoteDialOuts({ nodeId, clock, send });
  const soundDoors = createSoundDoors({ nodeId, tell, links: options.sound });
  const tellMute = (callId: CallId, muted: boolean): void => {
    tell({ type: 'mute-phones', from: nodeId, callId, muted });
  };
  let served: ClusterCalls | undefined;
  let hosts: ReturnType<typeof createHostPresence> | undefined;

  async function serve(core: ServedCore): Promise<ClusterCalls> {
    const commands = createRemoteCommands({
      nodeId,
      clock,
      send,
      execute: (action, legId, argument) => performAction(core, action, legId, argument),
    });
    const presence = createHostPresence({
      tell: (callId, change) => {
        const lost = change === 'lost' && { lost: true };
        tell({ type: 'host', from: nodeId, callId, present: change === 'present', ...lost });
      },
      changed: (node, callId, change) => {
        core.setHostPresent(callId, `node:${node}`, change);
      },
    });
    hosts = presence;

    async function comeBack(): Promise<void> {
      await guesses.reload(clock.now());
      presence.sayAgain();
      core.sayCallersAgain();
      tell({ type: 'hello', from: nodeId });
      news.sayLinesAgain();
      soundDoors.sayAgain();
    }

    bus.onMessage(
      createNodeMessages({
        nodeId,
        core,
        meetings,
        commands,
        dialOuts,
        guesses,
        presence,
        callers,
        lines,
        sayLinesAgain: () => {
          news.sayLinesAgain();
        },
        soundDoors,
        events: options.events,
        clock,
        logger,
      }),
    );
    bus.onResumed(() => {
      options.events?.missed();
      soundDoors.missed();
      void comeBack();
    });
    core.onChange(({ record: { callId, termination } }) => {
      if (callId === undefined) return;
      const gone = termination?.by === 'network' || termination?.by === 'gateway' ? 'lost' : 'left';
      presence.here(callId, core.hasHost(callId) ? 'present' : gone);
    });
    soundDoors.begin();
    core.onCaller(({ legId, seen }) => {
      tell({ type: 'caller', from: nodeId, legId, seen });
    });
    await comeBack();

    const command =
      (action: CallAction): Command =>
      async (legId, argument) => {
        const here = performAction(core, action, legId, argument);
        if (here !== 'not-found') return here;
        const record = await calls.get(legId);
        if (record === undefined || record.state === 'ended' || record.nodeId === nodeId)
          return 'not-found';
        return commands.ask(asNodeId(record.nodeId), action, legId, argument);
      };

    served = {
      list: () => core.list(),
      get: (legId) => core.get(legId),
      meetingChanged(meeting) {
        core.meetingChanged(meeting);
        tell({ type: 'meeting-changed', from: nodeId, callId: meeting.callId });
      },
      meetingOver(callId) {
        core.meetingOver(callId);
        tell({ type: 'meeting-over', from: nodeId, callId });
      },
      admit: command('admit'),
      refuse: command('refuse'),
      mute: command('mute'),
      unmute: command('unmute'),
      mutePhones(callId, muted) {
        core.mutePhones(callId, muted);
        tellMute(callId, muted);
      },
      hangUp: command('hangUp'),
      message: command('message'),
      talk: command('talk'),
      endTalk: command('endTalk'),
      move: command('move'),
      rename: command('rename'),
      people: command('people'),
      supersede: command('supersede'),
      dialOuts,
    };
    return served;
  }

  return {
    guesses,
    others: {
      callers: (callId) => callers.of(callId),
      command: async (action, legId, argument) =>
        served === undefined ? 'not-found' : served[action](legId, argument),
      mutePhones: tellMute,
    },
    peers: news.peers,
    lines: news.lines,
    serve,
    tellEvent(event) {
      tell({ type: 'event', from: nodeId, event });
    },
    nodeGone(node) {
      callers.nodeGone(node);
      lines.nodeGone(node);
      hosts?.nodeGone(node);
      soundDoors.nodeGone(node);
      tell({ type: 'gone', from: nodeId, node });
    },
  };
}
