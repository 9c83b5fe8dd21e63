/** Several gateway nodes that share a store. */
import type { CallAction } from '../call-actions.ts';
import type { CallerSeen } from '../host-act.ts';
import type { CallId, LegId } from '../identifiers.ts';

/**
 * Short messages between the gateway nodes that share a store. Each goes to every node that listens
 * just then, the sender included, in the order of the sender.
 */
export interface NodeBus {
  /** Rejects with a `StoreError` when it was not sent. */
  send(message: string): Promise<void>;
  onMessage(listener: (message: string) => void): void;
  /** Messages may have been missed. */
  onResumed(listener: () => void): void;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

/** The calls of the other nodes, as a host on this one needs them. */
export interface OtherNodes {
  /** Phones at this meeting's door and in it. */
  callers(callId: CallId): readonly CallerSeen[];
  /** Never rejects; `unreachable`: the node that holds the call did not answer in time. */
  command(action: CallAction, legId: LegId, argument?: string): Promise<string>;
  /** On every other node, without an answer. */
  mutePhones(callId: CallId, muted: boolean): void;
}

/** An answer that let nobody in; `source` as `GuessLog.hide` made it. */
export interface Guess {
  readonly at: number;
  readonly source: string | undefined;
}

/** The guesses of all nodes, for those that start later. */
export interface GuessLog {
  /** A source in a form that may leave the process: the same on all nodes, and no number. */
  hide(source: string): string;
  add(guess: Guess): Promise<void>;
  /** Those at or after `from`, oldest first. */
  since(from: number): Promise<readonly Guess[]>;
}
