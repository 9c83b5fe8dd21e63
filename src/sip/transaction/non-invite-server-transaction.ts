/**
 * Non-INVITE server transaction, RFC 3261 §17.2.2.
 *
 *                  | request (start)
 *                  v
 *   (request    trying
 *   again:         | TU: 1xx -> send
 *   absorbed)      v
 *   (request    proceeding ---- transport error -> failed --> terminated
 *   again:         |                                              ^
 *   last 1xx)      | TU: 200-699 -> send (from trying as well)    |
 *                  v                                              |
 *   (request    completed ---- timer J, transport error ----------+
 *   again: resend)
 */
import type { SipResponse } from '../message/sip-message.ts';
import { createTimerSet } from './timer-set.ts';
import type { TransactionTimers } from './timers.ts';
import type { ServerTransactionInput, Transaction } from './transaction.ts';

export type NonInviteServerState = 'trying' | 'proceeding' | 'completed' | 'terminated';

export const createNonInviteServerTransaction = (
  startedAt: number,
  { timers }: { readonly timers: TransactionTimers },
): Transaction<ServerTransactionInput, NonInviteServerState> => {
  const clock = createTimerSet<'J' | 'unanswered'>();
  let state: NonInviteServerState = 'trying';
  let last: SipResponse | undefined;

  // Not in the RFC: a TU that never answers must not keep a transaction for ever. The client has
  // given up by timer F.
  clock.set('unanswered', startedAt + 2 * timers.timeoutMs);

  const terminate = (): void => {
    state = 'terminated';
    clock.clearAll();
  };

  return {
    get state() {
      return state;
    },
    handle: (now, input) => {
      switch (input.type) {
        case 'request':
          return last === undefined ? [] : [{ type: 'send', message: last }];
        case 'respond':
          if (state === 'completed' || state === 'terminated') return [];
          last = input.response;
          if (last.status < 200) {
            state = 'proceeding';
          } else {
            state = 'completed';
            clock.clear('unanswered');
            clock.set('J', now + timers.jMs);
          }
          return [{ type: 'send', message: last }];
        case 'transport-error':
          terminate();
          return [{ type: 'failed', failure: 'transport' }];
        case 'time':
          if (clock.takeDue(now) !== undefined) terminate();
          return [];
      }
    },
    nextTimeoutAt: () => clock.next(),
  };
};
