/**
 * INVITE client transaction, RFC 3261 §17.1.1 with the Accepted state of RFC 6026 §7.2.
 *
 *                    | INVITE sent (start)
 *        timer A     v
 *      resend  +-> calling --------- timer B, transport error ----------------+
 *              +-----+  | 1xx                                                 |
 *                    |  +------> proceeding (1xx -> TU)                       |
 *                    |            |        |                                  |
 *        300-699 -> ACK, TU <-----+        +--> 2xx -> TU                     |
 *                    v                          v                             |
 *                completed                  accepted (further 2xx -> TU)      |
 *    (300-699 -> ACK | timer D,                 | timer M                     |
 *                    | transport error          v                             |
 *                    +-------------------> terminated <-----------------------+
 */
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import { createTimerSet } from './timer-set.ts';
import type { TransactionTimers } from './timers.ts';
import type { ClientTransactionInput, Transaction, TransactionOutput } from './transaction.ts';

export type InviteClientState = 'calling' | 'proceeding' | 'completed' | 'accepted' | 'terminated';

export interface InviteClientDeps {
  readonly invite: SipRequest;
  readonly timers: TransactionTimers;
  /** The ACK of a final response other than 2xx, built from the INVITE. RFC 3261 §17.1.1.3. */
  readonly ackFor: (invite: SipRequest, response: SipResponse) => SipRequest;
}

/** Starts in `calling`; the INVITE itself was sent at `startedAt` by the layer. */
export const createInviteClientTransaction = (
  startedAt: number,
  { invite, timers, ackFor }: InviteClientDeps,
): Transaction<ClientTransactionInput, InviteClientState> => {
  const clock = createTimerSet<'A' | 'B' | 'D' | 'M'>();
  let state: InviteClientState = 'calling';
  let intervalMs = timers.t1Ms;

  // Timer A is for unreliable transports alone.
  if (!timers.reliable) clock.set('A', startedAt + intervalMs);
  clock.set('B', startedAt + timers.timeoutMs);

  const terminate = (): void => {
    state = 'terminated';
    clock.clearAll();
  };

  const onResponse = (now: number, response: SipResponse): readonly TransactionOutput[] => {
    const pass: TransactionOutput = { type: 'response', response };
    const success = response.status >= 200 && response.status < 300;
    if (state === 'calling' || state === 'proceeding') {
      // A provisional stops both the retransmissions and timer B.
      clock.clear('A', 'B');
      if (response.status < 200) {
        state = 'proceeding';
        return [pass];
      }
      if (success) {
        state = 'accepted';
        clock.set('M', now + timers.timeoutMs);
        return [pass];
      }
      state = 'completed';
      clock.set('D', now + timers.dMs);
      return [{ type: 'send', message: ackFor(invite, response) }, pass];
    }
    // Every 2xx goes to the TU: a fork's, or a retransmission that wants its ACK again. RFC 6026 §8.4
    if (state === 'accepted' && success) return [pass];
    if (state === 'completed' && response.status >= 300) {
      return [{ type: 'send', message: ackFor(invite, response) }];
    }
    return [];
  };

  const onTimer = (now: number, name: 'A' | 'B' | 'D' | 'M'): readonly TransactionOutput[] => {
    switch (name) {
      case 'A':
        intervalMs *= 2;
        clock.set('A', now + intervalMs);
        return [{ type: 'send', message: invite }];
      case 'B':
        terminate();
        return [{ type: 'failed', failure: 'timeout' }];
      case 'D':
      case 'M':
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
          return onResponse(now, input.response);
        case 'transport-error':
          // Once there was a provisional or a 2xx, nothing of ours is under way that could fail.
          if (state !== 'calling' && state !== 'completed') return [];
          terminate();
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
