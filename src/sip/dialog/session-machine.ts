/**
 * A session inside its dialog, RFC 3261 §12 to §15: it hands INVITEs and offers of the peer to
 * `incoming-offers.ts`, sends its own by `refresh-request-machine.ts`, and ends with one BYE.
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
import { isDroppedLine } from '../message/dropped-line.ts';
import { contentType, header, headers } from '../message/message-headers.ts';
import { sdpBodyOf } from '../message/sdp-body.ts';
import { refreshedSdp } from '../message/sdp-refresh.ts';
import { validateRequest } from '../message/validate-request.ts';
import type { SipRequest, SipResponse } from '../message/sip-message.ts';
import { acceptHeader, allowHeader, sdpContentType, supportedHeader } from './capabilities.ts';
import type { Dialog } from './dialog.ts';
import { createIncomingOffers, type IncomingOutcome } from './incoming-offers.ts';
import { infoDigit } from './info-digit.ts';
import { asksForKeyFrame } from './picture-fast-update.ts';
import {
  createRefreshRequestMachine,
  type RefreshOutput,
  type RefreshPlan,
} from './refresh-request-machine.ts';
import { createSessionOutbox, type ReceivedRequest } from './session-outbox.ts';
import {
  createSessionClock,
  decideAsUas,
  timerFromResponse,
  timerHeadersAsUac,
  type SessionTimerPolicy,
} from './session-timer.ts';
import type { SessionDeps, SessionInput, SessionMachine } from './session.ts';

export type SessionStart =
  /** An INVITE that begins a call and has passed its checks, its session timer's too. */
  | { readonly role: 'uas'; readonly invite: SipRequest; readonly serverKey: string }
  /** A 2xx to our INVITE, already acknowledged. */
  | {
      readonly role: 'uac';
      readonly response: SipResponse;
      /** Our last offer or answer. */
      readonly localSdp: string;
    };

type SessionPhase = 'early' | 'established' | 'closing' | 'closed';

export const createSessionMachine = (
  startedAt: number,
  start: SessionStart,
  deps: SessionDeps & { readonly dialog: Dialog },
): SessionMachine => {
  const { dialog, tokens } = deps;
  const outbox = createSessionOutbox(dialog, deps.contact);
  const offers = createIncomingOffers(outbox, deps);
  const sessionClock = createSessionClock();
  const refresh = createRefreshRequestMachine({
    dialog,
    tokens,
    ownsCallId: start.role === 'uac',
    minSeS: deps.sessionTimer.minSeS,
    build: (plan, minSeS) => buildRefresh(plan, minSeS),
  });
  const peersFirst = start.role === 'uas' ? start.invite : start.response;
  const peerAllowsUpdate = headers(peersFirst, 'Allow').some((name) => /^update$/i.test(name));
  let phase: SessionPhase = start.role === 'uas' ? 'early' : 'established';
  let isConfirmed = start.role === 'uac';
  let isByeDueOnAck = false;
  let bye: { readonly clientId: string; readonly request: SipRequest } | undefined;
  let isByeAuthorized = false;
  let localSdp = start.role === 'uac' ? start.localSdp : '';
  let waitingOffer: string | undefined;

  const buildRefresh = (plan: RefreshPlan, minSeS: number): SipRequest => {
    const agreed = sessionClock.timer;
    const policy: SessionTimerPolicy = deps.sessionTimer;
    const intervalS = Math.max(agreed?.intervalS ?? policy.sessionExpiresS, minSeS);
    // The role of refresher stays where it is. RFC 4028 §7.4
    const refresher = agreed?.refresher === 'remote' ? 'uas' : 'uac';
    return dialog.request(plan.method, {
      headers: [
        deps.contact,
        allowHeader,
        supportedHeader,
        ...timerHeadersAsUac(intervalS, minSeS, refresher),
        ...(plan.offer === undefined ? [] : [sdpContentType]),
      ],
      body: plan.offer ?? '',
    });
  };

  // ---------------------------------------------------------------- ending

  const close = (): void => {
    phase = 'closed';
    sessionClock.stop();
    refresh.stop();
    outbox.close();
  };

  const sendBye = (): void => {
    if (bye !== undefined || phase === 'closed') return;
    phase = 'closing';
    sessionClock.stop();
    refresh.stop();
    bye = { clientId: tokens.token(), request: dialog.request('BYE') };
    outbox.sendRequest(bye.clientId, bye.request);
  };

  const onByeResponse = (request: SipRequest, response: SipResponse): void => {
    if (response.status < 200) return;
    const isChallenge = response.status === 401 || response.status === 407;
    const authorization =
      isChallenge && !isByeAuthorized ? deps.authorize?.(request, response) : undefined;
    if (authorization === undefined) {
      close();
      return;
    }
    isByeAuthorized = true;
    const again = dialog.request('BYE', { headers: [authorization] });
    bye = { clientId: tokens.token(), request: again };
    outbox.sendRequest(bye.clientId, again);
  };

  const hangUp = (now: number): void => {
    if (phase === 'closing' || phase === 'closed') return;
    if (!isConfirmed && offers.isInviteOpen) {
      offers.reject(now, 480);
      outbox.end({ by: 'local', how: 'refused' });
      close();
      return;
    }
    outbox.end({ by: 'local', how: 'bye' });
    // An offer of theirs that is open gets its answer first.
    offers.reject(now, 487);
    if (isConfirmed || !offers.isAwaitingAck) {
      sendBye();
      return;
    }
    phase = 'closing';
    isByeDueOnAck = true;
    sessionClock.stop();
  };

  // ---------------------------------------------------------------- the peer's requests

  const settleOffers = (outcomes: readonly IncomingOutcome[]): void => {
    for (const outcome of outcomes) {
      switch (outcome) {
        case 'acked':
          if (!isConfirmed) outbox.tell({ type: 'confirmed' });
          isConfirmed = true;
          if (isByeDueOnAck) sendBye();
          break;
        case 'unacknowledged':
          outbox.end({ by: 'network', how: 'no-ack' });
          sendBye();
          break;
        case 'unpracked':
          outbox.end({ by: 'network', how: 'no-ack' });
          if (isConfirmed) sendBye();
          else close();
          break;
      }
    }
  };

  const acceptOffer = (now: number, sdp: string): void => {
    const accepted = offers.accept(now, sdp);
    if (accepted === undefined) return;
    localSdp = sdp;
    if (phase === 'early') phase = 'established';
    else dialog.refreshTarget(accepted.request);
    sessionClock.agree(now, accepted.timer);
    settleOffers(accepted.outcomes);
  };

  /** An INVITE, or an UPDATE: a target refresh that may bring an offer and a session timer. */
  const onTargetRefresh = (now: number, received: ReceivedRequest): void => {
    const { request } = received;
    const timer = decideAsUas(request, deps.sessionTimer);
    if (timer.kind === 'too-small') {
      outbox.respond(received, 422, timer);
      return;
    }
    const sdp = sdpBodyOf(request);
    if (request.method === 'UPDATE' && sdp === undefined) {
      dialog.refreshTarget(request);
      if (phase === 'established') {
        sessionClock.agree(now, timer.kind === 'timer' ? timer.timer : undefined);
      }
      outbox.respond(received, 200, timer.kind === 'timer' ? timer : {});
      return;
    }
    if (offers.receive({ ...received, timer }, refresh.isPending)) {
      outbox.tell({ type: 'offer', sdp });
    }
  };

  const onInfo = (received: ReceivedRequest): void => {
    const { request } = received;
    // We take part in no INFO package, and an empty Recv-Info says so. RFC 6086 §4.2.2
    if (header(request, 'Info-Package') !== undefined) {
      outbox.respond(received, 469, { headers: [{ name: 'Recv-Info', value: '' }] });
      return;
    }
    outbox.respond(received, 200);
    const mediaType = contentType(request)?.mediaType ?? '';
    if (asksForKeyFrame(mediaType, request.body)) outbox.tell({ type: 'picture-fast-update' });
    const digit = infoDigit(mediaType, request.body);
    if (digit !== undefined) outbox.tell({ type: 'digit', digit });
  };

  const onBye = (now: number, received: ReceivedRequest): void => {
    outbox.respond(received, 200);
    // "MUST generate a 487 to any pending requests." RFC 3261 §15.1.2
    offers.reject(now, 487);
    outbox.end(
      isDroppedLine(headers(received.request, 'Reason'))
        ? { by: 'network', how: 'line-dropped' }
        : { by: 'remote', how: 'bye' },
    );
    close();
  };

  const onRequest = (now: number, received: ReceivedRequest): void => {
    const { request } = received;
    if (!dialog.acceptSeq(request)) {
      outbox.respond(received, 500);
      return;
    }
    if (request.method === 'BYE') {
      onBye(now, received);
      return;
    }
    if (phase === 'closing' || phase === 'closed') {
      outbox.respond(received, 481);
      return;
    }
    const isPackage = request.method === 'INFO' && header(request, 'Info-Package') !== undefined;
    const refusal = isPackage ? undefined : validateRequest(request);
    if (refusal !== undefined) {
      outbox.respond(received, refusal.status, refusal);
      return;
    }
    switch (request.method) {
      case 'INVITE':
      case 'UPDATE':
        onTargetRefresh(now, received);
        break;
      case 'INFO':
        onInfo(received);
        break;
      case 'PRACK':
        settleOffers(offers.onPrack(now, received));
        break;
      case 'OPTIONS':
        outbox.respond(received, 200, { headers: [allowHeader, acceptHeader, supportedHeader] });
        break;
      default:
        outbox.respond(received, 405, { headers: [allowHeader] });
    }
  };

  // ---------------------------------------------------------------- requests of our own

  const settleRefresh = (now: number, results: readonly RefreshOutput[]): void => {
    for (const result of results) {
      switch (result.type) {
        case 'request':
          outbox.sendRequest(result.clientId, result.request);
          break;
        case 'ack':
          outbox.sendAck(result.request);
          break;
        case 'accepted':
          dialog.refreshTarget(result.response);
          sessionClock.agree(now, timerFromResponse(result.response));
          if (result.plan.offer === undefined) break;
          localSdp = result.plan.offer;
          outbox.tell({ type: 'answer', sdp: sdpBodyOf(result.response) });
          break;
        case 'refused':
          // A refresh that is refused leaves the session to its expiry. RFC 4028 §7.3
          if (result.plan.offer !== undefined) {
            outbox.tell({ type: 'offer-refused', status: result.status });
          }
          break;
        case 'dialog-gone':
          // RFC 3261 §12.2.1.2: 481, 408 or no answer ends the dialog.
          outbox.end({ by: 'network', how: 'transport' });
          sendBye();
          break;
      }
    }
  };

  const canOffer = (): boolean => phase === 'established' && !refresh.isBusy && offers.isQuiet;

  const offerWhenPossible = (now: number): void => {
    if (waitingOffer === undefined || !canOffer()) return;
    const offer = waitingOffer;
    waitingOffer = undefined;
    settleRefresh(now, refresh.start({ method: 'INVITE', offer }));
  };

  const describeAnew = (): string => {
    const sdp = refreshedSdp(localSdp);
    if (sdp !== localSdp) outbox.tell({ type: 'described-anew', sdp });
    localSdp = sdp;
    return sdp;
  };

  const refreshSession = (now: number): void => {
    if (!canOffer()) {
      // Something else is going on, and it may refresh the session as well.
      sessionClock.putOffRefresh(now + 1000);
      return;
    }
    const plan: RefreshPlan = peerAllowsUpdate
      ? { method: 'UPDATE', offer: undefined }
      : { method: 'INVITE', offer: describeAnew() };
    settleRefresh(now, refresh.start(plan));
  };

  const onTime = (now: number): void => {
    settleOffers(offers.onTime(now));
    settleRefresh(now, refresh.onTime(now));
    for (let due = sessionClock.take(now); due !== undefined; due = sessionClock.take(now)) {
      if (due === 'refresh') {
        refreshSession(now);
      } else {
        outbox.end({ by: 'network', how: 'session-expired' });
        sendBye();
      }
    }
  };

  const onInput = (now: number, input: SessionInput): void => {
    switch (input.type) {
      case 'request':
        onRequest(now, input);
        break;
      case 'ack':
        settleOffers(offers.onAck(now, input.request));
        break;
      case 'cancel':
        if (!offers.onCancel(now, input) || isConfirmed) break;
        outbox.end({ by: 'remote', how: 'cancel' });
        close();
        break;
      case 'response':
        if (input.clientId === bye?.clientId) onByeResponse(bye.request, input.response);
        else settleRefresh(now, refresh.onResponse(now, input.clientId, input.response));
        break;
      case 'client-failed':
        if (input.clientId === bye?.clientId) close();
        else settleRefresh(now, refresh.onFailed(input.clientId));
        break;
      case 'ring':
        if (phase === 'early') settleOffers(offers.ring(now, input.status ?? 180));
        break;
      case 'answer':
        if (phase === 'early') acceptOffer(now, input.sdp);
        break;
      case 'refuse':
        if (phase !== 'early') break;
        offers.reject(now, input.status, input.options);
        outbox.end({ by: 'local', how: 'refused' });
        close();
        break;
      case 'accept-offer':
        if (phase === 'established') acceptOffer(now, input.sdp);
        break;
      case 'reject-offer':
        if (phase === 'established') offers.reject(now, input.status, input.options);
        break;
      case 'offer':
        waitingOffer = input.sdp;
        break;
      case 'send-info':
        if (phase !== 'established') break;
        outbox.sendRequest(
          tokens.token(),
          dialog.request('INFO', {
            headers: [{ name: 'Content-Type', value: input.mediaType }],
            body: input.body,
          }),
        );
        break;
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
    const timer = decideAsUas(start.invite, deps.sessionTimer);
    offers.receive(
      {
        request: start.invite,
        serverKey: start.serverKey,
        timer: timer.kind === 'too-small' ? { kind: 'none' } : timer,
      },
      false,
    );
  } else {
    sessionClock.agree(startedAt, timerFromResponse(start.response));
  }

  return {
    handle: (now, input) => {
      onInput(now, input);
      return outbox.take();
    },
    isPeer: (remoteTag) => remoteTag === dialog.remoteTag,
    nextTimeoutAt: () => {
      if (phase === 'closed') return undefined;
      const times = [
        offers.nextTimeoutAt(),
        refresh.nextTimeoutAt(),
        sessionClock.nextTimeoutAt(),
      ].filter((at) => at !== undefined);
      return times.length === 0 ? undefined : Math.min(...times);
    },
  };
};
