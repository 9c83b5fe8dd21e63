/**
 * Calls to room systems that another node is to make: the connection that one registered over, or the
 * hole in its NAT, is that node's alone.
 */
import type { DialOutAnswer, DialOutRequest } from '../call/dial-out.ts';
import type { CallId, NodeId } from '../call/identifiers.ts';
import type { Clock } from '../call/ports/process.ts';
import type { ClusterMessage, MessageOf } from './cluster-message.ts';
import { createPendingAnswers } from './pending-answers.ts';

export interface RemoteDialOuts {
  /** Undefined where that node said nothing in time. Never rejects. */
  at(node: NodeId, callId: CallId, request: DialOutRequest): Promise<DialOutAnswer | undefined>;
  /** How this node makes those that the others ask for; until then it says nothing to them. */
  serve(dialOut: (callId: CallId, request: DialOutRequest) => Promise<DialOutAnswer>): void;
}

export interface DialOutMessages extends RemoteDialOuts {
  handleRequest(message: MessageOf<'dial-out'>): void;
  handleAnswer(message: MessageOf<'dial-out-answer'>): void;
}

export interface RemoteDialOutsDeps {
  readonly nodeId: NodeId;
  readonly clock: Clock;
  /** Rejects when it was not sent. */
  readonly send: (message: ClusterMessage) => Promise<void>;
}

export const createRemoteDialOuts = ({
  nodeId,
  clock,
  send,
}: RemoteDialOutsDeps): DialOutMessages => {
  const pending = createPendingAnswers<DialOutAnswer>(clock);
  let dial: Parameters<RemoteDialOuts['serve']>[0] | undefined;
  return {
    at: (node, callId, request) =>
      pending.ask((requestId) =>
        send({ type: 'dial-out', from: nodeId, to: node, requestId, callId, request }),
      ),
    serve: (dialOut) => {
      dial = dialOut;
    },
    handleRequest: ({ from, to, requestId, callId, request }) => {
      if (to !== nodeId || dial === undefined) return;
      const { name, language, trunk } = request;
      dial(callId, { to: request.to, name, language, trunk })
        .then((answer) =>
          send({ type: 'dial-out-answer', from: nodeId, to: from, requestId, answer }),
        )
        // An answer that was not sent is a timeout on the other side.
        .catch(() => undefined);
    },
    handleAnswer: ({ to, requestId, answer }) => {
      if (to === nodeId) pending.settle(requestId, answer);
    },
  };
};
