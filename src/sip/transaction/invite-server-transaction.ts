/**
 * INVITE server transaction, RFC 3261 §17.2.1 with the Accepted state of RFC 6026 §7.1.
 *
 *                      | INVITE (start)
 *                      v
 *    INVITE again  proceeding  -- TU: 1xx -> send; 100 by ourselves after 200 ms
 *    -> last 1xx    |        |
 *                   |        +-- TU: 2xx -> send --> accepted (INVITE again: absorbed,
 *     TU: 300-699   |                                |         TU: 2xx again -> send,
 *     -> send       v                                |         ACK -> TU)
 *               completed --- timer H -> failed --+  |
 *     (timer G or   |                             |  | timer L
 *     INVITE again: | ACK                         |  |
 *     resend)       v                             v  v
 *               confirmed --- timer I ---------> terminated
 */
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import { createTimerSet } from './timer-set.ts';
import type { TransactionTimers } from './timers.ts';
import type { ServerTransactionInput, Transaction, TransactionOutput } from './transaction.ts';

export type InviteServerState =
  'proceeding' | 'completed' | 'confirmed' | 'accepted' | 'terminated';

type TimerName = 'trying' | 'G' | 'H' | 'I' | 'L';

export interface InviteServerDeps {
  readonly timers: TransactionTimers;
  /** 100 Trying for the INVITE, sent if the TU is silent for 200 ms. */
  readonly trying: SipResponse;
}

export const createInviteServerTransaction = (
  startedAt: number,
  { timers, trying }: InviteServerDeps,
): Transaction<ServerTransactionInput, InviteServerState> => {
  const clock = createTimerSet<TimerName>();
  let state: InviteServerState = 'proceeding';
  let last: SipResponse | undefined;
  let intervalMs = timers.t1Ms;

  clock.set('trying', startedAt + timers.tryingMs);

  const terminate = (): void => {
    state = 'terminated';
    clock.clearAll();
  };
  const send = (message: SipResponse): readonly TransactionOutput[] => [{ type: 'send', message }];

  const onRequest = (now: number, request: SipRequest): readonly TransactionOutput[] => {
    if (request.method === 'ACK') {
      if (state === 'accepted') return [{ type: 'ack', request }];
      if (state === 'completed') {
        state = 'confirmed';
        clock.clearAll();
        clock.set('I', now + timers.iMs);
      }
      return [];
    }
    const resend = (state === 'proceeding' || state === 'completed') && last !== undefined;
    return resend ? send(last ?? trying) : [];
  };

  const onRespond = (now: number, response: SipResponse): readonly TransactionOutput[] => {
    if (state === 'accepted') {
      // 200 OK is retransmitted by the TU, not the transaction. RFC 3261 §13.3.1.4
      return response.status >= 200 && response.status < 300 ? send(response) : [];
    }
    if (state !== 'proceeding') return [];
    last = response;
    clock.clear('trying');
    if (response.status < 200) return send(response);
    if (response.status < 300) {
      state = 'accepted';
      clock.set('L', now + timers.timeoutMs);
      return send(response);
    }
    state = 'completed';
    if (!timers.reliable) clock.set('G', now + intervalMs);
    clock.set('H', now + timers.timeoutMs);
    return send(response);
  };

  const onTimer = (now: number, name: TimerName): readonly TransactionOutput[] => {
    switch (name) {
      case 'trying':
        last = trying;
        return send(trying);
      case 'G':
        intervalMs = Math.min(2 * intervalMs, timers.t2Ms);
        clock.set('G', now + intervalMs);
        return last === undefined ? [] : send(last);
      case 'H':
        terminate();
        return [{ type: 'failed', failure: 'timeout' }];
      case 'I':
      case 'L':
        terminate();
        return [];
    }
  };

  return {
    get state() {
      return state;
    },
    handle: (now, input) => {
      switch (input.type) {
        case 'request':
          return onRequest(now, input.request);
        case 'respond':
          return onRespond(now, input.response);
        case 'transport-error':
          // The transaction stays where it is: a retransmitted INVITE may find the way back. RFC 6026 §8.5
          return [{ type: 'failed', failure: 'transport' }];
        case 'time': {
          const outputs: TransactionOutput[] = [];
          for (let due = clock.takeDue(now); due !== undefined; due = clock.takeDue(now)) {
            outputs.push(...onTimer(now, due));
          }
          return outputs;
        }
      }
    },
    nextTimeoutAt: () => clock.next(),
  };
};
