/**
 * One end of a BFCP conversation: what is asked of the other end is said again until it is answered,
 * and what it asks twice is answered twice. RFC 8855 §8
 *
 *   ask ──▶ waiting (500 ms, 1 s, 2 s) ──answer──▶ next in the queue
 *              └── 4 s more and none ──▶ lost
 *
 * Over TCP nothing of this is needed: what is told has transaction ID 0 and no answer. §8.2
 */
import { buildBfcp } from './build-bfcp.ts';
import { primitives } from './bfcp-message.ts';
import type { BfcpAttribute, BfcpMessage } from './bfcp-message.ts';

export interface BfcpTransactions {
  /** Whether this request is new; one that came before is answered as before. */
  take(now: number, message: BfcpMessage): boolean;
  /** Sends the answer to the request, and keeps it. */
  answer(
    now: number,
    to: Omit<BfcpMessage, 'attributes'>,
    primitive: number,
    attributes: readonly BfcpAttribute[],
  ): void;
  /** Tells the other end; over UDP until it acknowledges. */
  tell(now: number, primitive: number, attributes: readonly BfcpAttribute[]): void;
  nextTimeoutAt(): number | undefined;
  timeout(now: number): void;
  /** Another transport, or another device: nothing of before counts. */
  reset(): void;
}

export interface BfcpTransactionsDeps {
  readonly isReliable: boolean;
  readonly conferenceId: number;
  readonly userId: number;
  readonly send: (bytes: Buffer) => void;
  /** The other end does not answer any more. */
  readonly onLost: () => void;
}

/** T1 §16.1: doubled each time; the fourth wait is the last. */
const firstWaitMs = 500;
const waits = 4;
/** T2 §16.1 */
const keptMs = 10_000;
/** What waits behind the one that is asked: more would be old news. */
const maxQueued = 8;

const acks: ReadonlyMap<number, number> = new Map([
  [primitives.floorRequestStatus, primitives.floorRequestStatusAck],
  [primitives.floorStatus, primitives.floorStatusAck],
]);

interface Asked {
  readonly primitive: number;
  readonly transactionId: number;
  readonly bytes: Buffer;
  tries: number;
  dueAt: number;
}

export const createBfcpTransactions = (deps: BfcpTransactionsDeps): BfcpTransactions => {
  const { conferenceId, userId, isReliable } = deps;
  /** As the other end speaks it: some say 1 over UDP too. */
  let version = isReliable ? 1 : 2;
  let lastId = 0;
  let asked: Asked | undefined;
  let queue: { readonly primitive: number; readonly attributes: readonly BfcpAttribute[] }[] = [];
  let answered:
    | { readonly request: number; readonly id: number; readonly at: number; readonly bytes: Buffer }
    | undefined;

  const askNext = (now: number): void => {
    const next = queue.shift();
    if (next === undefined) return;
    lastId = (lastId % 0xffff) + 1;
    const bytes = buildBfcp({
      ...{ version, conferenceId, userId },
      isResponse: false,
      transactionId: lastId,
      ...next,
    });
    asked = { primitive: next.primitive, transactionId: lastId, bytes, tries: 1, dueAt: 0 };
    asked.dueAt = now + firstWaitMs;
    deps.send(bytes);
  };

  const takeAck = (now: number, message: BfcpMessage): void => {
    const isMeant = asked !== undefined && message.transactionId === asked.transactionId;
    // An Error is an answer as well.
    const isAck =
      message.primitive === primitives.error ||
      message.primitive === acks.get(asked?.primitive ?? 0);
    if (!isMeant || !isAck) return;
    asked = undefined;
    askNext(now);
  };

  return {
    take: (now, message) => {
      ({ version } = message);
      const isAnswer =
        message.isResponse ||
        message.primitive === primitives.error ||
        [...acks.values()].includes(message.primitive);
      if (isAnswer) {
        takeAck(now, message);
        return false;
      }
      const { primitive: request, transactionId: id } = message;
      const isRepeated =
        !isReliable &&
        answered?.request === request &&
        answered.id === id &&
        now - answered.at < keptMs;
      if (isRepeated && answered !== undefined) deps.send(answered.bytes);
      return !isRepeated;
    },
    answer: (now, to, primitive, attributes) => {
      const bytes = buildBfcp({
        version,
        isResponse: !isReliable,
        primitive,
        conferenceId,
        transactionId: to.transactionId,
        userId: to.userId,
        attributes,
      });
      answered = { request: to.primitive, id: to.transactionId, at: now, bytes };
      deps.send(bytes);
    },
    tell: (now, primitive, attributes) => {
      if (isReliable) {
        const head = { version, isResponse: false, conferenceId, userId, transactionId: 0 };
        deps.send(buildBfcp({ ...head, primitive, attributes }));
        return;
      }
      queue = [...queue, { primitive, attributes }].slice(-maxQueued);
      if (asked === undefined) askNext(now);
    },
    nextTimeoutAt: () => asked?.dueAt,
    timeout: (now) => {
      if (asked === undefined || now < asked.dueAt) return;
      if (asked.tries === waits) {
        asked = undefined;
        queue = [];
        deps.onLost();
        return;
      }
      asked.dueAt = now + firstWaitMs * 2 ** asked.tries;
      asked.tries += 1;
      deps.send(asked.bytes);
    },
    reset: () => {
      asked = answered = undefined;
      queue = [];
      version = isReliable ? 1 : 2;
    },
  };
};
