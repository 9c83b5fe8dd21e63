/**
 * A command to a call on another node: sent once, answered once, given up after a while.
 *
 * ```
 *   asker                        holder
 *     │ command (requestId) ──────▶ │ does it
 *     │ ◀──────────────── answer    │
 *     │ nothing within 3 s: unreachable. It may have been done all the same.
 * ```
 */
import type { CallAction } from '../call/call-actions.ts';
import type { LegId, NodeId } from '../call/identifiers.ts';
import type { Clock } from '../call/ports/process.ts';
import type { ClusterMessage, MessageOf } from './cluster-message.ts';
import { createPendingAnswers } from './pending-answers.ts';

/** As `CommandOutcome`; `unreachable`: the node that holds the call did not answer in time. */
export type RemoteOutcome = 'done' | 'not-found' | 'wrong-state' | 'unreachable';

export interface RemoteCommands {
  /** Never rejects. */
  ask(node: NodeId, action: CallAction, legId: LegId, argument?: string): Promise<RemoteOutcome>;
  handleCommand(message: MessageOf<'command'>): void;
  handleAnswer(message: MessageOf<'answer'>): void;
  /** Requests under way, for a gauge. */
  readonly pending: number;
}

export interface RemoteCommandsDeps {
  readonly nodeId: NodeId;
  readonly clock: Clock;
  /** Rejects when it was not sent. */
  readonly send: (message: ClusterMessage) => Promise<void>;
  readonly execute: (
    action: CallAction,
    legId: LegId,
    argument: string | undefined,
  ) => MessageOf<'answer'>['outcome'];
}

export function createRemoteCommands(deps: RemoteCommandsDeps): RemoteCommands {
  const { nodeId, clock, send, execute } = deps;
  const pending = createPendingAnswers<MessageOf<'answer'>['outcome']>(clock);

  return {
    async ask(node, action, legId, argument) {
      const outcome = await pending.ask((requestId) =>
        send({ type: 'command', from: nodeId, to: node, requestId, legId, action, argument }),
      );
      return outcome ?? 'unreachable';
    },
    handleCommand({ from, to, requestId, legId, action, argument }) {
      if (to !== nodeId) return;
      const outcome = execute(action, legId, argument);
      // An answer that was not sent is a timeout on the other side.
      send({ type: 'answer', from: nodeId, to: from, requestId, outcome }).catch(() => undefined);
    },
    handleAnswer({ to, requestId, outcome }) {
      if (to === nodeId) pending.settle(requestId, outcome);
    },
    get pending() {
      return pending.size;
    },
  };
}
