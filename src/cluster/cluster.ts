/**
 * The gateway nodes of one store as one: commands find the node that holds the call, changes of a
 * meeting reach its callers everywhere, guesses and hosts count for all. On SQLite the bus is
 * silent and a node is all there is.
 */
import type { CallCore } from '../call/call-core.ts';
import { asNodeId, type LegId, type NodeId } from '../call/identifiers.ts';
import type { CallLog } from '../call/ports/call-records.ts';
import type { MeetingDirectory } from '../call/ports/meetings.ts';
import type { GuessLog, NodeBus } from '../call/ports/nodes.ts';
import type { Clock, Logger } from '../call/ports/process.ts';
import type { GuessLimiter, GuessLimits } from '../meeting/guess-limiter.ts';
import { type CallAction, type ClusterMessage, encodeMessage } from './cluster-message.ts';
import { createHostPresence } from './host-presence.ts';
import { createNodeMessages } from './node-messages.ts';
import { createRemoteCommands, type RemoteOutcome } from './remote-commands.ts';
import { createSharedGuesses } from './shared-guesses.ts';

export interface ClusterOptions {
  readonly nodeId: NodeId;
  readonly bus: NodeBus;
  readonly calls: Pick<CallLog, 'get'>;
  readonly meetings: Pick<MeetingDirectory, 'byCallId'>;
  readonly guessLog: GuessLog;
  readonly guessLimits?: GuessLimits | undefined;
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
>;
type Command = (legId: LegId) => Promise<RemoteOutcome>;

/** The calls of all nodes, to give commands to; `list` and `get` know those of this node. */
export interface ClusterCalls
  extends
    Pick<CallCore, 'list' | 'get' | 'meetingChanged' | 'meetingOver'>,
    Readonly<Record<CallAction, Command>> {}

export interface Cluster {
  /** For the core: counts for all nodes. */
  readonly guesses: GuessLimiter;
  /** Joins this node's core to the others; resolves when the guesses so far are counted. */
  serve(core: ServedCore): Promise<ClusterCalls>;
  /** The node is dead: what it said is void, on every node. */
  nodeGone(node: NodeId): void;
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
  let hosts: ReturnType<typeof createHostPresence> | undefined;

  async function serve(core: ServedCore): Promise<ClusterCalls> {
    const commands = createRemoteCommands({
      nodeId,
      clock,
      send,
      execute: (action, legId) => core[action](legId),
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
      tell({ type: 'hello', from: nodeId });
    }

    bus.onMessage(
      createNodeMessages({ nodeId, core, meetings, commands, guesses, presence, clock, logger }),
    );
    bus.onResumed(() => void comeBack());
    core.onChange(({ record: { callId, termination } }) => {
      if (callId === undefined) return;
      const gone = termination?.by === 'network' || termination?.by === 'gateway' ? 'lost' : 'left';
      presence.here(callId, core.hasHost(callId) ? 'present' : gone);
    });
    await comeBack();

    const command =
      (action: CallAction): Command =>
      async (legId) => {
        const here = core[action](legId);
        if (here !== 'not-found') return here;
        const record = await calls.get(legId);
        if (record === undefined || record.state === 'ended' || record.nodeId === nodeId)
          return 'not-found';
        return commands.ask(asNodeId(record.nodeId), action, legId);
      };

    return {
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
      hangUp: command('hangUp'),
    };
  }

  return {
    guesses,
    serve,
    nodeGone(node) {
      hosts?.nodeGone(node);
      tell({ type: 'gone', from: nodeId, node });
    },
  };
}
