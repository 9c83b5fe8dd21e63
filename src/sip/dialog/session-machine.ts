/**
 * A session inside its dialog, RFC 3261 §12 to §15: the incoming INVITE (the first and every
 * re-INVITE), BYE, UPDATE, INFO, OPTIONS, PRACK, session timers. An outgoing call hands over to
 * this machine with its 2xx (`outgoing-call-machine.ts`).
 *
 *   incoming              refuse, CANCEL, BYE, hang-up, no PRACK
 *   INVITE --> early ------------------------------------------------------> closed
 *                | answer (200, resent until ACK)                              ^
 *                v               BYE of the peer                               |
 *   outgoing --> established --------------------------------------------------+
 *   2xx          | hang-up, no ACK in 64*T1, session expired, dialog gone      |
 *                v                                                             |
 *              closing --- final response to our BYE, or none in 64*T1, -------+
 *                          or the peer's BYE
 *
 * `closing` before the ACK of our 200 sends no BYE until the ACK, or 64*T1, came: RFC 3261 §15.
 */
import { createResponse } from '../message/build-message.ts';
import { contentType, cseq, header, headers } from '../message/message-headers.ts';
import { sdpBodyOf } from '../message/sdp-body.ts';
import { validateRequest } from '../message/validate-request.ts';
import type { SipHeader, SipRequest, SipResponse } from '../message/sip-message.ts';
import { createTimerSet } from '../transaction/timer-set.ts';
import { acceptHeader, allowHeader, sdpContentType, supportedHeader } from './capabilities.ts';
import type { Dialog } from './dialog.ts';
import { infoDigit } from './info-digit.ts';
import {
  createRefreshRequestMachine,
  type RefreshOutput,
  type RefreshPlan,
} from './refresh-request-machine.ts';
import type {
  RefuseOptions,
  SessionDeps,
  SessionEndCause,
  SessionEvent,
  SessionInput,
  SessionMachine,
  SessionOutput,
} from './session.ts';
import {
  decideAsUas,
  sessionDeadlines,
  timerFromResponse,
  timerHeadersAsUac,
  type SessionTimer,
} from './session-timer.ts';
import {
  createUasInviteMachine,
  type UasInviteMachine,
  type UasInviteOutput,
} from './uas-invite-machine.ts';

export type SessionStart =
  /** An INVITE that begins a call; `accepted` by its checks. */
  | { readonly role: 'uas'; readonly invite: SipRequest; readonly serverKey: string }
  /** A 2xx to our INVITE, already acknowledged. */
  | {
      readonly role: 'uac';
      readonly invite: SipRequest;
      readonly response: SipResponse;
      /** Our last offer or answer. */
      readonly localSdp: string;
    };

/** An offer of the peer's that our user has not answered. */
type OpenOffer =
  | { readonly by: 'INVITE'; readonly headers: readonly SipHeader[]; readonly timer: TimerUpdate }
  | {
      readonly by: 'UPDATE';
      readonly request: SipRequest;
      readonly serverKey: string;
      readonly headers: readonly SipHeader[];
      readonly timer: TimerUpdate;
    };
/** `undefined` inside: the session has no timer from now on. */
interface TimerUpdate {
  readonly timer: SessionTimer | undefined;
}

export const createSessionMachine = (
  startedAt: number,
  start: SessionStart,
  deps: SessionDeps & { readonly dialog: Dialog },
): SessionMachine => {
  const { dialog, tokens, timerBase, contact } = deps;
  const clock = createTimerSet<'refresh' | 'expire' | 'bye'>();
  let outputs: SessionOutput[] = [];
  let phase: 'early' | 'established' | 'closing' | 'closed' =
    start.role === 'uas' ? 'early' : 'established';
  let isEnded = false;
  let isFirstInvite = start.role === 'uas';
  let invite: UasInviteMachine | undefined;
  /** The 2xx of `invite` carries our offer: its ACK carries the answer. */
  let answerDueInAck = false;
  let openOffer: OpenOffer | undefined;
  let waitingOffer: string | undefined;
  let byeOnAck = false;
  let byeClientId: string | undefined;
  let byeRequest: SipRequest | undefined;
  let infoClientIds: ReadonlySet<string> = new Set();
  let localSdp = start.role === 'uac' ? start.localSdp : '';
  let sessionTimer: SessionTimer | undefined;
  const peerAllows = new Set(
    headers(start.role === 'uas' ? start.invite : start.response, 'Allow').map((method) =>
      method.toUpperCase(),
    ),
  );

  const refresh = createRefreshRequestMachine({
    dialog,
    tokens,
    ownsCallId: start.role === 'uac',
    minSeS: deps.sessionTimer.minSeS,
    build: (plan, minSeS) => {
      const refresher = sessionTimer?.refresher === 'remote' ? 'uas' : 'uac';
      const intervalS = Math.max(
        sessionTimer?.intervalS ?? deps.sessionTimer.sessionExpiresS,
        minSeS,
      );
      return dialog.request(plan.method, {
        headers: [
          contact,
          allowHeader,
          supportedHeader,
          ...timerHeadersAsUac(intervalS, minSeS, refresher),
          ...(plan.offer === undefined ? [] : [sdpContentType]),
        ],
        ...(plan.offer === undefined ? {} : { body: plan.offer }),
      });
    },
  });

  // ---------------------------------------------------------------- saying

  const tell = (event: SessionEvent): void => {
    if (!isEnded) outputs.push({ type: 'event', event });
  };
  const end = (cause: SessionEndCause): void => {
    tell({ type: 'ended', cause });
    isEnded = true;
  };
  const close = (): void => {
    if (phase === 'closed') return;
    phase = 'closed';
    clock.clearAll();
    refresh.stop();
    outputs.push({ type: 'closed' });
  };
  const responseTo = (
    request: SipRequest,
    status: number,
    extra: readonly SipHeader[] = [],
    sdp?: string,
    reason?: string,
  ): SipResponse => {
    const isTargetRefresh = request.method === 'INVITE' || request.method === 'UPDATE';
    const needsContact = isTargetRefresh && status > 100 && status < 300;
    return createResponse(request, status, reason, {
      ...(status === 100 ? {} : { toTag: dialog.localTag }),
      headers: [
        ...(needsContact ? [contact, allowHeader, supportedHeader] : []),
        ...extra,
        ...(sdp === undefined ? [] : [sdpContentType]),
      ],
      ...(sdp === undefined ? {} : { body: sdp }),
    });
  };
  const respond = (
    { request, serverKey }: { readonly request: SipRequest; readonly serverKey: string },
    status: number,
    extra: readonly SipHeader[] = [],
    sdp?: string,
  ): void => {
    outputs.push({ type: 'respond', serverKey, response: responseTo(request, status, extra, sdp) });
  };
  const send = (clientId: string, request: SipRequest): void => {
    outputs.push({ type: 'request', clientId, request, nextHop: dialog.nextHop() });
  };
  /** "A randomly chosen value of between 0 and 10 seconds." RFC 3261 §14.2 */
  const retryAfter = (): SipHeader => ({ name: 'Retry-After', value: String(tokens.below(11)) });

  const sendBye = (): void => {
    if (byeClientId !== undefined || phase === 'closed') return;
    phase = 'closing';
    clock.clearAll();
    refresh.stop();
    byeClientId = tokens.token();
    byeRequest = dialog.request('BYE');
    send(byeClientId, byeRequest);
  };

  const applyTimer = (now: number, update: TimerUpdate): void => {
    sessionTimer = update.timer;
    clock.clear('refresh', 'expire');
    if (sessionTimer === undefined) return;
    const { refreshAt, expireAt } = sessionDeadlines(now, sessionTimer);
    if (refreshAt !== undefined) clock.set('refresh', refreshAt);
    clock.set('expire', expireAt);
  };

  // ---------------------------------------------------------------- incoming INVITE

  const settleInvite = (results: readonly UasInviteOutput[]): void => {
    for (const result of results) {
      if (invite === undefined) return;
      switch (result.type) {
        case 'respond':
          outputs.push({ type: 'respond', serverKey: invite.serverKey, response: result.response });
          // The reliable 180 was never acknowledged: the machine refused the call. RFC 3262 §3
          if (invite.state === 'refused' && result.response.status === 504 && isFirstInvite) {
            end({ by: 'network', how: 'no-ack', sipStatus: 504 });
            close();
          }
          break;
        case 'acked':
          if (isFirstInvite) tell({ type: 'confirmed' });
          isFirstInvite = false;
          if (byeOnAck) sendBye();
          break;
        case 'unacknowledged':
          // "If there is no ACK after 64*T1 … the session SHOULD be terminated" by a BYE. §13.3.1.4
          end({ by: 'network', how: 'no-ack' });
          sendBye();
          break;
        case 'pracked':
          break;
      }
    }
  };

  const newInvite = (request: SipRequest, serverKey: string): UasInviteMachine =>
    createUasInviteMachine({
      invite: request,
      serverKey,
      timerBase,
      respond: (status, extra) => responseTo(request, status, extra),
      firstRSeq: 1 + tokens.below(2 ** 30),
    });

  const acceptInvite = (now: number, sdp: string, offer: OpenOffer): void => {
    if (invite === undefined) return;
    openOffer = undefined;
    localSdp = sdp;
    answerDueInAck = sdpBodyOf(invite.invite) === undefined;
    const response = responseTo(invite.invite, 200, offer.headers, sdp);
    applyTimer(now, offer.timer);
    if (phase === 'early') phase = 'established';
    else dialog.refreshTarget(invite.invite);
    settleInvite(invite.handle(now, { type: 'answer', response }));
  };

  const refuseInvite = (now: number, status: number, options: RefuseOptions = {}): void => {
    if (invite === undefined) return;
    openOffer = undefined;
    const { reason, headers: extra } = options;
    const response = responseTo(invite.invite, status, extra, undefined, reason);
    settleInvite(invite.handle(now, { type: 'refuse', response }));
  };

  const onReinvite = (received: {
    readonly request: SipRequest;
    readonly serverKey: string;
  }): void => {
    // An INVITE before the final answer to the one before. RFC 3261 §14.2
    if (invite?.isOpen === true || openOffer !== undefined) {
      respond(received, 500, [retryAfter()]);
      return;
    }
    // Ours is on its way, or an answer of theirs is due in the ACK: glare. RFC 3261 §14.2
    if (refresh.isPending || invite?.state === 'accepted') {
      respond(received, 491);
      return;
    }
    const decision = decideAsUas(received.request, deps.sessionTimer);
    if (decision.kind === 'too-small') {
      respond(received, 422, decision.headers);
      return;
    }
    invite = newInvite(received.request, received.serverKey);
    openOffer = {
      by: 'INVITE',
      headers: decision.kind === 'timer' ? decision.headers : [],
      timer: { timer: decision.kind === 'timer' ? decision.timer : undefined },
    };
    tell({ type: 'offer', sdp: sdpBodyOf(received.request) });
  };

  // ---------------------------------------------------------------- requests in the dialog

  const onUpdate = (
    now: number,
    received: { readonly request: SipRequest; readonly serverKey: string },
  ): void => {
    const decision = decideAsUas(received.request, deps.sessionTimer);
    if (decision.kind === 'too-small') {
      respond(received, 422, decision.headers);
      return;
    }
    const extra = decision.kind === 'timer' ? decision.headers : [];
    const timer = { timer: decision.kind === 'timer' ? decision.timer : undefined };
    const offer = sdpBodyOf(received.request);
    if (offer === undefined) {
      dialog.refreshTarget(received.request);
      if (phase === 'established') applyTimer(now, timer);
      respond(received, 200, extra);
      return;
    }
    // RFC 3311 §5.2: an offer of theirs is not answered yet, or one of ours.
    if (phase === 'early' || openOffer !== undefined || invite?.isOpen === true) {
      respond(received, 500, [retryAfter()]);
    } else if (refresh.isPending || (invite?.state === 'accepted' && answerDueInAck)) {
      respond(received, 491);
    } else {
      openOffer = { by: 'UPDATE', ...received, headers: extra, timer };
      tell({ type: 'offer', sdp: offer });
    }
  };

  const onBye = (
    now: number,
    received: { readonly request: SipRequest; readonly serverKey: string },
  ): void => {
    respond(received, 200);
    // "MUST generate a 487 to any pending requests." RFC 3261 §15.1.2
    if (openOffer?.by === 'UPDATE') respond(openOffer, 487);
    refuseInvite(now, 487);
    end({ by: 'remote', how: 'bye' });
    close();
  };

  const onInfo = (received: { readonly request: SipRequest; readonly serverKey: string }): void => {
    const mediaType = contentType(received.request)?.mediaType ?? '';
    respond(received, 200);
    const digit = infoDigit(mediaType, received.request.body);
    if (digit !== undefined) tell({ type: 'digit', digit });
  };

  const onPrack = (
    now: number,
    received: { readonly request: SipRequest; readonly serverKey: string },
  ): void => {
    const results = invite?.handle(now, { type: 'prack', request: received.request }) ?? [];
    const matched = results.some((result) => result.type === 'pracked' && result.matched);
    respond(received, matched ? 200 : 481);
    settleInvite(results);
  };

  const onRequest = (
    now: number,
    received: { readonly request: SipRequest; readonly serverKey: string },
  ): void => {
    const { request } = received;
    if (!dialog.acceptSeq(request)) {
      respond(received, 500);
      return;
    }
    if (request.method === 'BYE') {
      onBye(now, received);
      return;
    }
    if (phase === 'closing' || phase === 'closed') {
      respond(received, 481);
      return;
    }
    // We take part in no INFO package, and an empty Recv-Info says so. RFC 6086 §4.2.2
    if (request.method === 'INFO' && header(request, 'Info-Package') !== undefined) {
      respond(received, 469, [{ name: 'Recv-Info', value: '' }]);
      return;
    }
    const refusal = validateRequest(request);
    if (refusal !== undefined) {
      respond(received, refusal.status, refusal.headers);
      return;
    }
    switch (request.method) {
      case 'INVITE':
        onReinvite(received);
        break;
      case 'UPDATE':
        onUpdate(now, received);
        break;
      case 'INFO':
        onInfo(received);
        break;
      case 'PRACK':
        onPrack(now, received);
        break;
      case 'OPTIONS':
        respond(received, 200, [allowHeader, acceptHeader, supportedHeader]);
        break;
      default:
        respond(received, 405, [allowHeader]);
    }
  };

  const onAck = (now: number, request: SipRequest): void => {
    if (invite === undefined || cseq(request)?.seq !== cseq(invite.invite)?.seq) return;
    if (invite.state !== 'accepted') return;
    if (answerDueInAck) tell({ type: 'answer', sdp: sdpBodyOf(request) });
    answerDueInAck = false;
    settleInvite(invite.handle(now, { type: 'ack' }));
  };

  const onCancel = (
    now: number,
    input: { readonly request: SipRequest; readonly serverKey: string; readonly inviteKey: string },
  ): void => {
    respond(input, 200);
    // "The CANCEL has no effect" once a final response is sent. RFC 3261 §9.2
    if (invite?.serverKey !== input.inviteKey) return;
    if (invite.state !== 'proceeding' && invite.state !== 'ringing-reliably') return;
    refuseInvite(now, 487);
    if (!isFirstInvite) return;
    end({ by: 'remote', how: 'cancel' });
    close();
  };

  // ---------------------------------------------------------------- requests of our own

  const settleRefresh = (now: number, results: readonly RefreshOutput[]): void => {
    for (const result of results) {
      switch (result.type) {
        case 'request':
          send(result.clientId, result.request);
          break;
        case 'ack':
          outputs.push({ type: 'send-ack', request: result.request, nextHop: dialog.nextHop() });
          break;
        case 'accepted': {
          dialog.refreshTarget(result.response);
          applyTimer(now, { timer: timerFromResponse(result.response) });
          if (result.plan.offer !== undefined) {
            localSdp = result.plan.offer;
            tell({ type: 'answer', sdp: sdpBodyOf(result.response) });
          }
          break;
        }
        case 'refused':
          // A refresh that is refused leaves the session to its expiry. RFC 4028 §7.3
          if (result.plan.offer !== undefined) {
            tell({ type: 'offer-refused', status: result.status });
          }
          break;
        case 'dialog-gone':
          // RFC 3261 §12.2.1.2: 481, 408 or no answer ends the dialog.
          end({ by: 'network', how: 'transport' });
          sendBye();
          break;
      }
    }
  };

  const canOffer = (): boolean =>
    phase === 'established' &&
    !refresh.isBusy &&
    openOffer === undefined &&
    (invite === undefined || invite.state === 'confirmed' || invite.state === 'refused');

  const offerWhenPossible = (now: number): void => {
    if (waitingOffer === undefined || !canOffer()) return;
    const offer = waitingOffer;
    waitingOffer = undefined;
    settleRefresh(now, refresh.start({ method: 'INVITE', offer }));
  };

  const onResponse = (now: number, clientId: string, response: SipResponse): void => {
    if (clientId === byeClientId) {
      if (response.status < 200) return;
      const authorization =
        (response.status === 401 || response.status === 407) && byeRequest !== undefined
          ? deps.authorize?.(byeRequest, response)
          : undefined;
      if (authorization === undefined || header(response, 'CSeq') === undefined) {
        close();
        return;
      }
      byeClientId = tokens.token();
      byeRequest = undefined;
      send(byeClientId, dialog.request('BYE', { headers: [authorization] }));
      return;
    }
    if (infoClientIds.has(clientId)) {
      if (response.status === 481 || response.status === 408) {
        settleRefresh(now, [{ type: 'dialog-gone' }]);
      }
      return;
    }
    settleRefresh(now, refresh.onResponse(now, clientId, response));
  };

  const hangUp = (now: number): void => {
    if (phase === 'closing' || phase === 'closed') return;
    const unanswered = invite?.state === 'proceeding' || invite?.state === 'ringing-reliably';
    if (isFirstInvite && unanswered) {
      refuseInvite(now, 480);
      end({ by: 'local', how: 'refused' });
      close();
      return;
    }
    end({ by: 'local', how: 'bye' });
    // A re-INVITE of theirs that is open gets its answer first.
    if (openOffer?.by === 'UPDATE') respond(openOffer, 487);
    if (openOffer?.by === 'INVITE') refuseInvite(now, 487);
    if (!isFirstInvite || invite?.state !== 'accepted') {
      sendBye();
      return;
    }
    phase = 'closing';
    byeOnAck = true;
    clock.clearAll();
  };

  const onTime = (now: number): void => {
    if (invite !== undefined) settleInvite(invite.handle(now, { type: 'time' }));
    settleRefresh(now, refresh.onTime(now));
    for (let due = clock.takeDue(now); due !== undefined; due = clock.takeDue(now)) {
      if (due === 'expire') {
        end({ by: 'network', how: 'session-expired' });
        sendBye();
      } else if (due === 'refresh' && canOffer()) {
        const plan: RefreshPlan = peerAllows.has('UPDATE')
          ? { method: 'UPDATE', offer: undefined }
          : { method: 'INVITE', offer: localSdp };
        settleRefresh(now, refresh.start(plan));
      } else if (due === 'refresh') {
        // Something else is going on, and it may refresh the session as well.
        clock.set('refresh', now + 1000);
      }
    }
  };

  const onInput = (now: number, input: SessionInput): void => {
    switch (input.type) {
      case 'request':
        onRequest(now, input);
        break;
      case 'ack':
        onAck(now, input.request);
        break;
      case 'cancel':
        onCancel(now, input);
        break;
      case 'response':
        onResponse(now, input.clientId, input.response);
        break;
      case 'client-failed':
        if (input.clientId === byeClientId) close();
        else settleRefresh(now, refresh.onFailed(input.clientId));
        break;
      case 'ring':
        if (phase === 'early' && invite !== undefined) {
          const status = input.status ?? 180;
          settleInvite(invite.handle(now, { type: 'provisional', status }));
        }
        break;
      case 'answer':
        if (phase === 'early' && invite?.isOpen === true && openOffer !== undefined) {
          acceptInvite(now, input.sdp, openOffer);
        }
        break;
      case 'refuse':
        if (phase !== 'early') break;
        refuseInvite(now, input.status, input.options);
        end({ by: 'local', how: 'refused' });
        close();
        break;
      case 'accept-offer':
        if (phase !== 'established' || openOffer === undefined) break;
        if (openOffer.by === 'INVITE') {
          acceptInvite(now, input.sdp, openOffer);
        } else {
          dialog.refreshTarget(openOffer.request);
          applyTimer(now, openOffer.timer);
          respond(openOffer, 200, openOffer.headers, input.sdp);
          localSdp = input.sdp;
          openOffer = undefined;
        }
        break;
      case 'reject-offer':
        if (phase !== 'established' || openOffer === undefined) break;
        if (openOffer.by === 'INVITE') {
          refuseInvite(now, input.status, input.options);
        } else {
          respond(openOffer, input.status, input.options?.headers);
          openOffer = undefined;
        }
        break;
      case 'offer':
        if (phase === 'established') waitingOffer = input.sdp;
        break;
      case 'send-info': {
        if (phase !== 'established') break;
        const clientId = tokens.token();
        infoClientIds = new Set([...infoClientIds, clientId].slice(-8));
        const contentTypeHeader = { name: 'Content-Type', value: input.mediaType };
        send(clientId, dialog.request('INFO', { headers: [contentTypeHeader], body: input.body }));
        break;
      }
      case 'hang-up':
        hangUp(now);
        break;
      case 'time':
        onTime(now);
        break;
    }
    offerWhenPossible(now);
  };

  if (start.role === 'uas') {
    invite = newInvite(start.invite, start.serverKey);
    const decision = decideAsUas(start.invite, deps.sessionTimer);
    openOffer = {
      by: 'INVITE',
      headers: decision.kind === 'timer' ? decision.headers : [],
      timer: { timer: decision.kind === 'timer' ? decision.timer : undefined },
    };
  } else {
    applyTimer(startedAt, { timer: timerFromResponse(start.response) });
  }

  return {
    handle: (now, input) => {
      onInput(now, input);
      const told = outputs;
      outputs = [];
      return told;
    },
    isPeer: (remoteTag) => remoteTag === dialog.remoteTag,
    nextTimeoutAt: () => {
      if (phase === 'closed') return undefined;
      const times = [clock.next(), invite?.nextTimeoutAt(), refresh.nextTimeoutAt()];
      const due = times.filter((time) => time !== undefined);
      return due.length === 0 ? undefined : Math.min(...due);
    },
  };
};
