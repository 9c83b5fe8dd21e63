/**
 * An outgoing call: our first INVITE until a dialog is confirmed, RFC 3261 §13.2, with forking,
 * CANCEL (§9.1), reliable provisional responses (RFC 3262 §4) and one round of authentication.
 *
 *               401, 407 (again with credentials), 422 (again with Min-SE)
 *                +--------+
 *                v        |
 *   start --> calling ----+---- 3xx-6xx, no answer --------------------> closed
 *                |  hang-up before a provisional: CANCEL waits for it      ^
 *                +--------------> cancelling -- final, or 64*T1 -----------+
 *                |                    | 2xx crossed our CANCEL: ACK, BYE
 *                | first 2xx (its offer answered, if our INVITE had none)  |
 *                v                                                         |
 *            answered: the session machine has the call; a retransmitted --+
 *                2xx gets its ACK again, another fork's 2xx ACK and BYE
 */
import { createRequest, createResponse } from '../message/build-message.ts';
import { numberOf, requireTags, toOf } from '../message/message-headers.ts';
import { sdpBodyOf } from '../message/sdp-body.ts';
import type { SipCallId } from '../../call/identifiers.ts';
import type {
  NameAddr,
  SipHeader,
  SipRequest,
  SipResponse,
  SipUri,
} from '../message/sip-message.ts';
import { createTimerSet } from '../transaction/timer-set.ts';
import { allowHeader, sdpContentType, supportedHeader } from './capabilities.ts';
import { createDialog, dialogOfResponse, type Dialog } from './dialog.ts';
import { createSessionMachine } from './session-machine.ts';
import { timerHeadersAsUac } from './session-timer.ts';
import type {
  SessionDeps,
  SessionEndCause,
  SessionEvent,
  SessionInput,
  SessionMachine,
  SessionOutput,
} from './session.ts';

export interface OutgoingCallPlan {
  readonly target: SipUri;
  readonly from: NameAddr;
  readonly to: NameAddr;
  readonly sipCallId: SipCallId;
  /** Our offer; undefined leaves the offer to the peer. */
  readonly offer: string | undefined;
  readonly headers: readonly SipHeader[];
  readonly routes: readonly NameAddr[];
  /** How long it may ring. */
  readonly ringTimeoutMs: number;
}

/** A dialog that a response of our INVITE made. */
interface Fork {
  readonly dialog: Dialog;
  lastRSeq: number | undefined;
  ack: SipRequest | undefined;
}

export interface OutgoingCallMachine extends SessionMachine {
  readonly localTag: string;
  /** The INVITE. Once. */
  start(now: number): readonly SessionOutput[];
}

export const createOutgoingCallMachine = (
  plan: OutgoingCallPlan,
  deps: SessionDeps,
): OutgoingCallMachine => {
  const { tokens, timerBase, contact } = deps;
  const localTag = tokens.token();
  const clock = createTimerSet<'ring' | 'cancelled'>();
  const forks = new Map<string, Fork>();
  let outputs: SessionOutput[] = [];
  let state: 'calling' | 'cancelling' | 'answered' | 'closed' = 'calling';
  let seq = 1 + tokens.below(10_000);
  let clientId = '';
  let invite: SipRequest | undefined;
  let hasProvisional = false;
  let isCancelSent = false;
  let isEnded = false;
  let hasSession = false;
  let tries = 0;
  let minSeS = deps.sessionTimer.minSeS;
  let endCause: SessionEndCause | undefined;
  let winner: { readonly tag: string; readonly response: SipResponse } | undefined;
  let session: SessionMachine | undefined;

  const tell = (event: SessionEvent): void => {
    if (isEnded) return;
    isEnded = event.type === 'ended';
    outputs.push({ type: 'event', event });
  };
  const close = (cause: SessionEndCause): void => {
    if (state === 'closed') return;
    state = 'closed';
    clock.clearAll();
    tell({ type: 'ended', cause: endCause ?? cause });
    outputs.push({ type: 'closed' });
  };

  const sendInvite = (extra: readonly SipHeader[]): void => {
    clientId = tokens.token();
    hasProvisional = false;
    tries += 1;
    const { sessionExpiresS } = deps.sessionTimer;
    invite = createRequest({
      method: 'INVITE',
      requestUri: plan.target,
      routes: plan.routes,
      from: { ...plan.from, params: new Map([...plan.from.params, ['tag', localTag]]) },
      to: plan.to,
      sipCallId: plan.sipCallId,
      cseq: seq,
      headers: [
        contact,
        allowHeader,
        supportedHeader,
        ...timerHeadersAsUac(Math.max(sessionExpiresS, minSeS), minSeS),
        ...plan.headers,
        ...extra,
        ...(plan.offer === undefined ? [] : [sdpContentType]),
      ],
      ...(plan.offer === undefined ? {} : { body: plan.offer }),
    });
    const nextHop = plan.routes[0]?.uri ?? plan.target;
    outputs.push({ type: 'request', clientId, request: invite, nextHop });
  };

  /** The dialog of a response with a To tag, made on its first one. */
  const forkOf = (response: SipResponse): Fork | undefined => {
    const tag = toOf(response)?.tag ?? '';
    const known = forks.get(tag);
    if (known !== undefined || invite === undefined) return known;
    const seed = dialogOfResponse(invite, response);
    // A flood of invented forks must not fill memory.
    if (seed === undefined || forks.size >= 16) return undefined;
    const fork: Fork = { dialog: createDialog(seed), lastRSeq: undefined, ack: undefined };
    forks.set(tag, fork);
    return fork;
  };

  const acknowledge = (fork: Fork, sdp?: string): void => {
    fork.ack ??= fork.dialog.ack(
      seq,
      sdp === undefined ? {} : { headers: [sdpContentType], body: sdp },
    );
    outputs.push({ type: 'send-ack', request: fork.ack, nextHop: fork.dialog.nextHop() });
  };
  const sendInDialog = (fork: Fork, method: string, headers: readonly SipHeader[] = []): void => {
    const request = fork.dialog.request(method, { headers });
    const nextHop = fork.dialog.nextHop();
    outputs.push({ type: 'request', clientId: tokens.token(), request, nextHop });
  };

  const relay = (results: readonly SessionOutput[]): void => {
    for (const result of results) {
      if (result.type === 'event') {
        tell(result.event);
      } else if (result.type === 'closed') {
        hasSession = false;
        close({ by: 'network', how: 'transport' });
      } else {
        outputs.push(result);
      }
    }
  };

  const startSession = (now: number, localSdp: string): void => {
    const fork = winner === undefined ? undefined : forks.get(winner.tag);
    if (winner === undefined || fork === undefined || invite === undefined) return;
    const { response } = winner;
    session = createSessionMachine(
      now,
      { role: 'uac', response, localSdp },
      { ...deps, dialog: fork.dialog },
    );
    hasSession = true;
    tell({ type: 'confirmed' });
  };

  const on2xx = (now: number, response: SipResponse): void => {
    const tag = toOf(response)?.tag ?? '';
    const fork = forkOf(response);
    if (fork === undefined) return;
    if (winner?.tag === tag) {
      // The peer did not get our ACK: the same one again. RFC 3261 §13.2.2.4
      if (fork.ack !== undefined) acknowledge(fork);
      return;
    }
    if (winner !== undefined || state !== 'calling') {
      // Another fork answered too, or the answer crossed our CANCEL: ACK, then BYE.
      const isRepeated = fork.ack !== undefined;
      acknowledge(fork);
      if (!isRepeated) sendInDialog(fork, 'BYE');
      if (state === 'cancelling') close({ by: 'local', how: 'cancel' });
      return;
    }
    winner = { tag, response };
    fork.dialog.refreshTarget(response);
    state = 'answered';
    clock.clear('ring');
    const sdp = sdpBodyOf(response);
    tell({ type: 'answered', sdp });
    // An offer in the 2xx is answered in the ACK, which waits for our user. RFC 3261 §13.2.1
    if (plan.offer === undefined && sdp !== undefined) return;
    acknowledge(fork);
    startSession(now, plan.offer ?? '');
  };

  const onProvisional = (response: SipResponse): void => {
    hasProvisional = true;
    if (state === 'cancelling') {
      cancelNow();
      return;
    }
    if (response.status === 100) return;
    const rseq = numberOf(response, 'RSeq');
    if (requireTags(response).has('100rel') && rseq !== undefined) {
      const fork = forkOf(response);
      // Only in order, and a retransmission is not acknowledged anew. RFC 3262 §4
      if (fork === undefined) return;
      if (fork.lastRSeq !== undefined && rseq !== fork.lastRSeq + 1) return;
      fork.lastRSeq = rseq;
      sendInDialog(fork, 'PRACK', [{ name: 'RAck', value: `${rseq} ${seq} INVITE` }]);
    }
    tell({ type: 'provisional', status: response.status, sdp: sdpBodyOf(response) });
  };

  const onRefusal = (response: SipResponse): void => {
    const { status } = response;
    if (state === 'calling' && tries < 3 && invite !== undefined) {
      if (status === 401 || status === 407) {
        const authorization = deps.authorize?.(invite, response);
        if (authorization !== undefined) {
          seq += 1;
          sendInvite([authorization]);
          return;
        }
      }
      if (status === 422 && (numberOf(response, 'Min-SE') ?? 0) > minSeS) {
        minSeS = numberOf(response, 'Min-SE') ?? minSeS;
        seq += 1;
        sendInvite([]);
        return;
      }
    }
    close({ by: 'network', how: 'rejected', sipStatus: status });
  };

  const cancelNow = (): void => {
    if (isCancelSent) return;
    isCancelSent = true;
    outputs.push({ type: 'cancel', clientId });
  };

  const cancel = (now: number, cause: SessionEndCause): void => {
    if (state !== 'calling') return;
    state = 'cancelling';
    endCause = cause;
    tell({ type: 'ended', cause });
    clock.clear('ring');
    // "If there is no final response after 64*T1, consider the INVITE cancelled." RFC 3261 §9.1
    clock.set('cancelled', now + 64 * timerBase.t1Ms);
    if (hasProvisional) cancelNow();
  };

  /** The 2xx carried an offer, and nobody wants to answer it. */
  const abandonAnswer = (): void => {
    const fork = winner === undefined ? undefined : forks.get(winner.tag);
    if (fork === undefined) return;
    acknowledge(fork);
    sendInDialog(fork, 'BYE');
    close({ by: 'local', how: 'bye' });
  };

  /** Before the answer there is nothing to change and nothing to end: not now. RFC 3261 §15, RFC 3311 §5.2 */
  const onEarlyRequest = (request: SipRequest, serverKey: string): void => {
    const headers = [{ name: 'Retry-After', value: String(1 + tokens.below(10)) }];
    const response = createResponse(request, 500, undefined, { toTag: localTag, headers });
    outputs.push({ type: 'respond', serverKey, response });
  };

  const onOwnInput = (now: number, input: SessionInput): void => {
    switch (input.type) {
      case 'response':
        if (input.clientId !== clientId) break;
        if (input.response.status < 200) onProvisional(input.response);
        else if (input.response.status < 300) on2xx(now, input.response);
        else onRefusal(input.response);
        break;
      case 'client-failed':
        if (input.clientId !== clientId || state === 'answered') break;
        close(
          input.failure === 'timeout'
            ? { by: 'network', how: 'no-answer', sipStatus: 408 }
            : { by: 'network', how: 'transport' },
        );
        break;
      case 'accept-offer':
      case 'answer': {
        const fork = winner === undefined ? undefined : forks.get(winner.tag);
        if (fork === undefined || session !== undefined) break;
        acknowledge(fork, input.sdp);
        startSession(now, input.sdp);
        break;
      }
      case 'hang-up':
        if (state === 'answered') abandonAnswer();
        else cancel(now, { by: 'local', how: 'cancel' });
        break;
      case 'request':
        onEarlyRequest(input.request, input.serverKey);
        break;
      case 'time':
        for (let due = clock.takeDue(now); due !== undefined; due = clock.takeDue(now)) {
          if (due === 'ring') cancel(now, { by: 'network', how: 'no-answer' });
          else close({ by: 'local', how: 'cancel' });
        }
        break;
      case 'ack':
      case 'cancel':
      case 'ring':
      case 'refuse':
      case 'reject-offer':
      case 'offer':
      case 'send-info':
        break;
    }
  };

  const take = (): readonly SessionOutput[] => {
    const told = outputs;
    outputs = [];
    return told;
  };

  return {
    localTag,
    isPeer: (remoteTag) => winner === undefined || winner.tag === remoteTag,
    start: (now) => {
      clock.set('ring', now + plan.ringTimeoutMs);
      sendInvite([]);
      return take();
    },
    handle: (now, input) => {
      const isOfInvite =
        (input.type === 'response' || input.type === 'client-failed') &&
        input.clientId === clientId;
      if (session !== undefined && hasSession && !isOfInvite) relay(session.handle(now, input));
      else onOwnInput(now, input);
      return take();
    },
    nextTimeoutAt: () => (hasSession ? session?.nextTimeoutAt() : clock.next()),
  };
};
