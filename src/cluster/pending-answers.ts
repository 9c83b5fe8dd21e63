/** Questions to other nodes: each asked once, answered once, given up after a while. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../call/ports/process.ts';

export interface PendingAnswers<Answer> {
  /**
   * @param send says the question, with this id; rejects when it was not sent
   * @returns undefined where no answer came in time: it may have been heeded all the same. Never rejects.
   */
  ask(send: (requestId: string) => Promise<void>): Promise<Answer | undefined>;
  /** Nobody may wait any more. */
  settle(requestId: string, answer: Answer): void;
  /** How many there are. */
  readonly size: number;
}

export const answerTimeoutMs = 3_000;

export const createPendingAnswers = <Answer>(clock: Clock): PendingAnswers<Answer> => {
  const waiting = new Map<string, (answer: Answer | undefined) => void>();
  return {
    ask: (send) => {
      const requestId = randomUUID();
      const { promise, resolve } = Promise.withResolvers<Answer | undefined>();
      const settle = (answer: Answer | undefined): void => {
        cancel();
        waiting.delete(requestId);
        resolve(answer);
      };
      const cancel = clock.at(clock.now() + answerTimeoutMs, () => {
        settle(undefined);
      });
      waiting.set(requestId, settle);
      send(requestId).catch(() => {
        settle(undefined);
      });
      return promise;
    },
    settle: (requestId, answer) => waiting.get(requestId)?.(answer),
    get size() {
      return waiting.size;
    },
  };
};
