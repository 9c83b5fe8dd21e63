/**
 * A re-INVITE or UPDATE of ours, RFC 3261 §14.1 and RFC 3311, with the glare back-off and the
 * Min-SE of RFC 4028.
 *
 *            start                 2xx (INVITE: ACK)
 *   idle ------------> pending ------------------------> idle, accepted
 *                      |  ^  |   481, 408, no answer
 *        491, or 500   |  |  +-------------------------> idle, dialog-gone
 *   with Retry-After   |  |  |   any other final
 *                      v  |  +-------------------------> idle, refused
 *               backing-off (422: again at once with the Min-SE asked for)
 */
import { cseq, numberOf } from '../message/message-headers.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import type { Dialog } from './dialog.ts';
import type { Tokens } from './tokens.ts';

export type RefreshMethod = 'INVITE' | 'UPDATE';

export interface RefreshPlan {
  readonly method: RefreshMethod;
  /** Our offer; undefined for an UPDATE that only refreshes. */
  readonly offer: string | undefined;
}

export type RefreshOutput =
  | { readonly type: 'request'; readonly clientId: string; readonly request: SipRequest }
  | { readonly type: 'ack'; readonly request: SipRequest }
  | { readonly type: 'accepted'; readonly plan: RefreshPlan; readonly response: SipResponse }
  | { readonly type: 'refused'; readonly plan: RefreshPlan; readonly status: number }
  | { readonly type: 'dialog-gone' };

export interface RefreshRequestMachine {
  /** Sent and not finally answered, or waiting to be sent again. */
  readonly isBusy: boolean;
  /** Sent and not finally answered: a request of the peer is glare. */
  readonly isPending: boolean;
  start(plan: RefreshPlan): readonly RefreshOutput[];
  onResponse(now: number, clientId: string, response: SipResponse): readonly RefreshOutput[];
  onFailed(clientId: string): readonly RefreshOutput[];
  onTime(now: number): readonly RefreshOutput[];
  nextTimeoutAt(): number | undefined;
  stop(): void;
}

export interface RefreshRequestDeps {
  readonly dialog: Dialog;
  readonly tokens: Tokens;
  /** Whether we made the Call-ID: decides who waits longer after glare. RFC 3261 §14.1 */
  readonly ownsCallId: boolean;
  /** The request with Contact, session timer and body headers. */
  readonly build: (plan: RefreshPlan, minSeS: number) => SipRequest;
  readonly minSeS: number;
}

const maxTries = 5;

export const createRefreshRequestMachine = (deps: RefreshRequestDeps): RefreshRequestMachine => {
  const { dialog, tokens } = deps;
  let pending: { readonly clientId: string; readonly plan: RefreshPlan } | undefined;
  let waiting: { readonly at: number; readonly plan: RefreshPlan } | undefined;
  let minSeS = deps.minSeS;
  let tries = 0;
  /** To answer retransmissions of our last re-INVITE's 2xx. */
  let lastInvite: { readonly clientId: string; readonly ack: SipRequest } | undefined;

  const send = (plan: RefreshPlan): readonly RefreshOutput[] => {
    const clientId = tokens.token();
    pending = { clientId, plan };
    waiting = undefined;
    tries += 1;
    return [{ type: 'request', clientId, request: deps.build(plan, minSeS) }];
  };

  const backOffMs = (response: SipResponse): number | undefined => {
    if (tries >= maxTries) return undefined;
    if (response.status === 491) {
      // Units of 10 ms: 2.1 to 4 s for the owner of the Call-ID, 0 to 2 s for the other. §14.1
      return deps.ownsCallId ? 2100 + 10 * tokens.below(191) : 10 * tokens.below(201);
    }
    const retryAfterS = response.status === 500 ? numberOf(response, 'Retry-After') : undefined;
    return retryAfterS === undefined ? undefined : 1000 * Math.min(retryAfterS, 60);
  };

  const onFinal = (
    now: number,
    { clientId, plan }: { readonly clientId: string; readonly plan: RefreshPlan },
    response: SipResponse,
  ): readonly RefreshOutput[] => {
    const { status } = response;
    pending = undefined;
    if (status < 300) {
      const accepted: RefreshOutput = { type: 'accepted', plan, response };
      if (plan.method === 'UPDATE') return [accepted];
      // The new target first: the ACK goes to it.
      dialog.refreshTarget(response);
      const ack = dialog.ack(cseq(response)?.seq ?? 0);
      lastInvite = { clientId, ack };
      return [{ type: 'ack', request: ack }, accepted];
    }
    if (status === 422 && tries < maxTries) {
      minSeS = Math.max(minSeS, numberOf(response, 'Min-SE') ?? 0);
      return send(plan);
    }
    if (status === 481 || status === 408) return [{ type: 'dialog-gone' }];
    const waitMs = backOffMs(response);
    if (waitMs === undefined) return [{ type: 'refused', plan, status }];
    waiting = { at: now + waitMs, plan };
    return [];
  };

  return {
    get isBusy() {
      return pending !== undefined || waiting !== undefined;
    },
    get isPending() {
      return pending !== undefined;
    },
    start: (plan) => {
      tries = 0;
      return send(plan);
    },
    onResponse: (now, clientId, response) => {
      if (clientId === lastInvite?.clientId && response.status >= 200 && response.status < 300) {
        return [{ type: 'ack', request: lastInvite.ack }];
      }
      if (clientId !== pending?.clientId || response.status < 200) return [];
      return onFinal(now, pending, response);
    },
    onFailed: (clientId) => {
      if (clientId !== pending?.clientId) return [];
      pending = undefined;
      return [{ type: 'dialog-gone' }];
    },
    onTime: (now) =>
      waiting !== undefined && now >= waiting.at && pending === undefined ? send(waiting.plan) : [],
    nextTimeoutAt: () => waiting?.at,
    stop: () => {
      pending = undefined;
      waiting = undefined;
    },
  };
};
