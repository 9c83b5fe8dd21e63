/**
 * Non-INVITE client transaction, RFC 3261 §17.1.2.
 *
 *                | request sent (start)
 *   timer E      v
 *   resend +-> trying ------ timer F, transport error --> terminated
 *          +-----+ | 1xx -> TU                                ^
 *   timer E        v                                          |
 *   resend +-> proceeding -- timer F, transport error --------+
 *          +-----+ |                                          |
 *                  | 200-699 -> TU (from trying as well)      |
 *                  v                                          |
 *              completed -------- timer K --------------------+
 */
import type { SipRequest } from '../message/sip-message.ts';
import { createTimerSet } from './timer-set.ts';
import type { TransactionTimers } from './timers.ts';
import type { ClientTransactionInput, Transaction, TransactionOutput } from './transaction.ts';

export type NonInviteClientState = 'trying' | 'proceeding' | 'completed' | 'terminated';

/** Starts in `trying`; the request itself was sent at `startedAt` by the layer. */
export const createNonInviteClientTransaction = (
  startedAt: number,
  { request, timers }: { readonly request: SipRequest; readonly timers: TransactionTimers },
): Transaction<ClientTransactionInput, NonInviteClientState> => {
  const clock = createTimerSet<'E' | 'F' | 'K'>();
  let state: NonInviteClientState = 'trying';
  let intervalMs = timers.t1Ms;

  if (!timers.reliable) clock.set('E', startedAt + intervalMs);
  clock.set('F', startedAt + timers.timeoutMs);

  const terminate = (): void => {
    state = 'terminated';
    clock.clearAll();
  };

  const onTimer = (now: number, name: 'E' | 'F' | 'K'): readonly TransactionOutput[] => {
    switch (name) {
      case 'E':
        // After a provisional the request is still resent, every T2: only a final response ends it.
        intervalMs = state === 'proceeding' ? timers.t2Ms : Math.min(2 * intervalMs, timers.t2Ms);
        clock.set('E', now + intervalMs);
        return [{ type: 'send', message: request }];
      case 'F':
        terminate();
        return [{ type: 'failed', failure: 'timeout' }];
      case 'K':
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
        case 'response':
          if (state !== 'trying' && state !== 'proceeding') return [];
          if (input.response.status < 200) {
            state = 'proceeding';
          } else {
            state = 'completed';
            clock.clearAll();
            clock.set('K', now + timers.kMs);
          }
          return [{ type: 'response', response: input.response }];
        case 'transport-error': {
          const told = state === 'trying' || state === 'proceeding';
          terminate();
          return told ? [{ type: 'failed', failure: 'transport' }] : [];
        }
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
