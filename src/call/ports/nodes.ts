/** Several gateway nodes that share a store. */

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
