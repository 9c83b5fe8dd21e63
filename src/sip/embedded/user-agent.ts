/**
 * A SIP user agent on real sockets: transports, the transaction layer and the session machines,
 * glued together. All work goes through one queue, so that no machine is entered while it is at
 * work, and one alarm wakes them all. Nothing that a peer sends throws past `received`.
 *
 *   socket -> gate -> transaction layer -> session machine -> event -> user
 *   socket <--------- transaction layer <- session machine <- command - user
 */
import { randomBytes } from 'node:crypto';
import { lookup as dnsLookup } from 'node:dns/promises';
import { asSipCallId } from '../../call/identifiers.ts';
import { acceptHeader, supportedHeader } from '../dialog/capabilities.ts';
import { createDialog, dialogOfInvite } from '../dialog/dialog.ts';
import { createOutgoingCallMachine } from '../dialog/outgoing-call-machine.ts';
import { createSessionMachine } from '../dialog/session-machine.ts';
import { decideAsUas, defaultSessionTimerPolicy } from '../dialog/session-timer.ts';
import type { SessionInput, SessionOutput } from '../dialog/session.ts';
import { createTokens } from '../dialog/tokens.ts';
import { createResponse } from '../message/build-message.ts';
import { cseq, fromOf, header, headers, sipCallIdOf, toOf } from '../message/message-headers.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import type { ParsedMessage } from '../message/parse-message.ts';
import { sdpBodyOf } from '../message/sdp-body.ts';
import { serializeMessage } from '../message/serialize-message.ts';
import type {
  NameAddr,
  SipHeader,
  SipMessage,
  SipRequest,
  SipUri,
} from '../message/sip-message.ts';
import { parseUri } from '../message/sip-uri.ts';
import {
  gatewayAbilities,
  registrarAbilities,
  validateRequest,
} from '../message/validate-request.ts';
import { createDeadlineQueue } from '../transaction/deadline-queue.ts';
import type { Flow } from '../transaction/flow.ts';
import { defaultTimerBase } from '../transaction/timers.ts';
import {
  createTransactionLayer,
  type LayerInput,
  type LayerOutput,
} from '../transaction/transaction-layer.ts';
import { createAlarm } from '../transaction/alarm.ts';
import { contactWithUser } from './contact-user.ts';
import { answerChallenge } from '../peers/digest-authentication.ts';
import { createHostResolver } from './host-resolver.ts';
import { createMessageCounters, createMessageGate } from './message-gate.ts';
import { createOutsideRequests } from './outside-requests.ts';
import { flowTo, hostToResolve, maxUdpRequestBytes, tcpInstead } from './route-request.ts';
import {
  createSessionEntry,
  createSessionRegistry,
  dialogKeyOf,
  type SessionEntry,
} from './session-registry.ts';
import {
  createClientInvite,
  createIncomingInvite,
  type ClientInvite,
  type SessionPort,
} from './sip-session-handle.ts';
import { createSourceLimiter } from './source-limiter.ts';
import { createTransportSet } from './transport-set.ts';
import type { InviteOptions, SipUserAgent, SipUserAgentOptions } from './user-agent-options.ts';
import { createWorkQueue } from './work-queue.ts';

export type { InviteOptions, SipUserAgent, SipUserAgentOptions } from './user-agent-options.ts';

/** Room for the Via that the transaction layer puts on top. */
const viaBytes = 100;
const defaultRingTimeoutMs = 180_000;

const addressIn = (text: string): NameAddr => {
  const parsed = parseNameAddr(text);
  if (parsed === undefined) throw new RangeError('not a SIP address');
  return parsed;
};

/** RFC 3261 §12.1.1: our Contact is then a SIPS URI too. */
const asksForSips = (invite: SipRequest): boolean =>
  [invite.requestUri, header(invite, 'Record-Route') ?? header(invite, 'Contact') ?? ''].some(
    (text) => /^(?:[^<]*<)?sips:/i.test(text),
  );

/** Keys for a call that began over TLS, sent where others can read them. */
const isDowngrade = (entry: SessionEntry, request: SipRequest, flow: Flow): boolean =>
  entry.flow?.transport === 'tls' && flow.transport !== 'tls' && sdpBodyOf(request) !== undefined;

const lookupHost = async (host: string): Promise<string> => (await dnsLookup(host)).address;

export const createSipUserAgent = (options: SipUserAgentOptions): SipUserAgent => {
  const { clock, log, timerBase = defaultTimerBase, maxSessions = 5000 } = options;
  const sessionTimer = options.sessionTimer ?? defaultSessionTimerPolicy;
  const tokens = createTokens(options.random ?? randomBytes);
  const counters = createMessageCounters();
  const layer = createTransactionLayer({ newBranch: () => tokens.token(), timerBase });
  const abilities = options.onRegister === undefined ? gatewayAbilities : registrarAbilities;
  const registry = createSessionRegistry();
  const deadlines = createDeadlineQueue<SessionEntry>();
  /** Requests that went to TCP for their length, and the UDP flow to fall back to. */
  const udpFallbacks = new Map<string, { readonly request: SipRequest; readonly flow: Flow }>();
  let isClosed = false;

  const alarm = createAlarm(clock, () => {
    run(onTime);
  });
  const queue = createWorkQueue({
    onThrow: (error) => {
      // A bug of ours must not end the process and all other calls.
      log.error({ err: error }, 'sip task failed');
    },
    onIdle: () => {
      const due = [layer.nextTimeoutAt(), deadlines.next()].filter((at) => at !== undefined);
      alarm.set(due.length === 0 || isClosed ? undefined : Math.min(...due));
    },
  });
  const run = (task: () => void): void => {
    queue.run(task);
  };
  const resolver = createHostResolver(options.lookup ?? lookupHost, run);

  const onTime = (): void => {
    drive({ type: 'time' });
    const now = clock.now();
    for (let due = deadlines.takeDue(now); due !== undefined; due = deadlines.takeDue(now)) {
      feed(due, { type: 'time' });
    }
  };

  // ---------------------------------------------------------------- the network

  const gate = createMessageGate({
    limiter: createSourceLimiter(options.sourceLimits),
    counters,
    log,
    newTag: () => tokens.token(),
    respond: (response, flow) => {
      transmit(response, flow, undefined);
    },
  });
  const received = (parsed: ParsedMessage, flow: Flow): void => {
    run(() => {
      const message = gate(clock.now(), parsed, flow);
      if (message === undefined) return;
      options.onMessage?.('in', message, flow);
      drive({ type: 'received', message, flow });
    });
  };
  const transports = createTransportSet({
    listener: {
      onMessage: received,
      onDropped: () => {
        counters.dropped += 1;
      },
    },
    publicAddress: options.publicAddress,
    publicAddressTowards: options.publicAddressTowards,
    userAgentName: options.userAgentName,
    openTransport: options.openTransport,
    tls: options.tls,
  });

  const transmit = (message: SipMessage, flow: Flow, key: string | undefined): void => {
    counters.sent += 1;
    options.onMessage?.('out', message, flow);
    transports.send(message, flow, () => {
      counters.sendFailed += 1;
      if (key === undefined) return;
      run(() => {
        drive({ type: 'transport-error', key });
      });
    });
  };

  // ---------------------------------------------------------------- the transaction layer

  const drive = (input: LayerInput): void => {
    for (const output of layer.handle(clock.now(), input)) onLayerOutput(output);
  };

  const onLayerOutput = (output: LayerOutput): void => {
    switch (output.type) {
      case 'send':
        transmit(output.message, output.flow, output.key);
        break;
      case 'request':
        onRequest(output.request, output.flow, output.serverKey);
        break;
      case 'cancel': {
        const entry = registry.byInviteKey(output.inviteKey);
        // Without a session its INVITE was refused, and there is nothing left to cancel.
        if (entry !== undefined) feed(entry, output);
        else respond(output.serverKey, output.request, 200);
        break;
      }
      case 'ack': {
        const entry = entryOf(output.request);
        if (entry !== undefined) feed(entry, output);
        else counters.dropped += 1;
        break;
      }
      case 'response': {
        const { clientId, response } = output;
        const entry = registry.byClientId(clientId);
        udpFallbacks.delete(clientId);
        if (outside.settle(clientId, response)) break;
        if (entry !== undefined) feed(entry, output);
        // An INVITE's 2xx may come again and want its ACK again.
        if (response.status >= 200 && cseq(response)?.method !== 'INVITE') {
          registry.removeClientId(clientId);
        }
        break;
      }
      case 'client-failed':
        onClientFailed(output);
        break;
      case 'server-failed':
      case 'dropped':
        counters.dropped += 1;
        break;
    }
  };

  const onClientFailed = (output: Extract<LayerOutput, { type: 'client-failed' }>): void => {
    const { clientId, failure } = output;
    const fallback = udpFallbacks.get(clientId);
    udpFallbacks.delete(clientId);
    if (fallback !== undefined && failure === 'transport') {
      // TCP was refused: the long request goes by UDP after all. RFC 3261 §18.1.1
      const sentBy = transports.publicEndpoint(fallback.flow.local, fallback.flow.remote);
      drive({ type: 'request', clientId, ...fallback, sentBy });
      return;
    }
    if (outside.settle(clientId, undefined)) return;
    const entry = registry.byClientId(clientId);
    registry.removeClientId(clientId);
    if (entry !== undefined) feed(entry, output);
  };

  const outside = createOutsideRequests({
    tokens,
    transports,
    log,
    later: (task) => {
      run(task);
    },
    send: (clientId, request, flow) => {
      const sentBy = transports.publicEndpoint(flow.local, flow.remote);
      drive({ type: 'request', clientId, request, flow, sentBy });
    },
  });

  // ---------------------------------------------------------------- sessions

  const forget = (entry: SessionEntry): void => {
    registry.remove(entry);
    deadlines.set(entry, undefined);
  };

  const feed = (entry: SessionEntry, input: SessionInput): void => {
    if (!registry.has(entry)) return;
    try {
      apply(entry, entry.machine.handle(clock.now(), input));
    } catch (error) {
      // The one call that met the bug ends here; its peer notices by its own timers.
      log.error({ err: error }, 'sip session failed');
      forget(entry);
      entry.mailbox.deliver({ type: 'ended', cause: { by: 'network', how: 'transport' } });
    }
  };

  const apply = (entry: SessionEntry, outputs: readonly SessionOutput[]): void => {
    for (const output of outputs) {
      switch (output.type) {
        case 'respond':
        case 'cancel':
          drive(output);
          break;
        case 'request':
          startRequest(entry, output);
          break;
        case 'send-ack': {
          const { request, nextHop } = output;
          routeTo(entry, nextHop, (flow) => {
            if (flow === undefined) return;
            const sentBy = transports.publicEndpoint(flow.local, flow.remote);
            drive({ type: 'send-ack', request, flow, sentBy });
          });
          break;
        }
        case 'event':
          entry.mailbox.deliver(output.event);
          break;
        case 'closed':
          forget(entry);
          break;
      }
    }
    if (registry.has(entry)) deadlines.set(entry, entry.machine.nextTimeoutAt());
  };

  const routeTo = (
    entry: SessionEntry,
    nextHop: SipUri,
    then: (flow: Flow | undefined) => void,
  ): void => {
    resolver.resolve(nextHop, (address) => {
      then(address === undefined ? undefined : flowTo(transports.all, nextHop, address, entry));
    });
  };

  const startRequest = (
    entry: SessionEntry,
    { clientId, request, nextHop }: Extract<SessionOutput, { type: 'request' }>,
  ): void => {
    registry.addClientId(entry, clientId);
    const send = (flow: Flow | undefined): void => {
      if (flow === undefined) {
        feed(entry, { type: 'client-failed', clientId, failure: 'transport' });
        return;
      }
      const isLong = serializeMessage(request).length + viaBytes > maxUdpRequestBytes;
      const tcp = isLong ? tcpInstead(transports.all, flow) : undefined;
      if (tcp !== undefined) udpFallbacks.set(clientId, { request, flow });
      const chosen = tcp ?? flow;
      const sentBy = transports.publicEndpoint(chosen.local, chosen.remote);
      drive({ type: 'request', clientId, request, flow: chosen, sentBy });
    };
    // The first INVITE goes where its user says; what follows in the dialog goes where that says.
    if (toOf(request)?.tag === undefined && entry.flow !== undefined) send(entry.flow);
    else routeTo(entry, nextHop, send);
  };

  const add = (fields: Pick<SessionEntry, 'machine' | 'dialogKey' | 'flow' | 'isDirect'>) => {
    const entry = createSessionEntry(fields, (error) => {
      log.error({ err: error }, 'sip event listener threw');
    });
    registry.add(entry);
    const port: SessionPort = {
      command: (command) => {
        run(() => {
          feed(entry, command);
        });
      },
      onEvent: (listen) => {
        entry.mailbox.listen(listen);
      },
    };
    return { entry, port };
  };

  // ---------------------------------------------------------------- requests from outside

  const respond = (
    serverKey: string,
    request: SipRequest,
    status: number,
    extra: readonly SipHeader[] = [],
  ): void => {
    const toTag = tokens.token();
    const response = createResponse(request, status, undefined, { toTag, headers: extra });
    drive({ type: 'respond', serverKey, response });
  };

  const entryOf = (request: SipRequest): SessionEntry | undefined =>
    registry.byDialog(
      sipCallIdOf(request) ?? '',
      toOf(request)?.tag ?? '',
      fromOf(request)?.tag ?? '',
    );

  const onRequest = (request: SipRequest, flow: Flow, serverKey: string): void => {
    if (toOf(request)?.tag !== undefined) {
      const entry = entryOf(request);
      if (entry === undefined) {
        respond(serverKey, request, 481);
        return;
      }
      if (isDowngrade(entry, request, flow)) {
        respond(serverKey, request, 403);
        return;
      }
      if (request.method === 'INVITE') registry.setInviteKey(entry, serverKey);
      feed(entry, { type: 'request', request, serverKey });
      return;
    }
    const refusal = validateRequest(request, abilities);
    if (refusal !== undefined) {
      respond(serverKey, request, refusal.status, refusal.headers);
    } else if (request.method === 'INVITE') {
      onInvite(request, flow, serverKey);
    } else if (request.method === 'REGISTER') {
      onRegister(request, flow, serverKey);
    } else if (request.method === 'OPTIONS') {
      const allow = { name: 'Allow', value: abilities.methods.join(', ') };
      respond(serverKey, request, 200, [allow, acceptHeader, supportedHeader]);
    } else {
      respond(serverKey, request, 481);
    }
  };

  const onRegister = (request: SipRequest, flow: Flow, serverKey: string): void => {
    void options.onRegister?.(request, flow).then(({ status, headers: extra }) => {
      run(() => {
        if (!isClosed) respond(serverKey, request, status, extra);
      });
    });
  };

  const onInvite = (request: SipRequest, flow: Flow, serverKey: string): void => {
    const localTag = tokens.token();
    const seed = dialogOfInvite(request, localTag, 1 + tokens.below(10_000));
    if (seed === undefined) {
      respond(serverKey, request, 400);
      return;
    }
    const timer = decideAsUas(request, sessionTimer);
    if (timer.kind === 'too-small') {
      respond(serverKey, request, 422, timer.headers);
      return;
    }
    if (isClosed || registry.size >= maxSessions || options.onInvite === undefined) {
      respond(serverKey, request, 503, [{ name: 'Retry-After', value: '10' }]);
      return;
    }
    drive({ type: 'respond', serverKey, response: createResponse(request, 100) });
    const machine = createSessionMachine(
      clock.now(),
      { role: 'uas', invite: request, serverKey },
      {
        tokens,
        timerBase,
        sessionTimer,
        contact: transports.contactOn(flow, asksForSips(request)),
        dialog: createDialog(seed),
      },
    );
    const { entry, port } = add({
      machine,
      dialogKey: dialogKeyOf(seed.sipCallId, localTag),
      flow,
      isDirect: headers(request, 'Via').length === 1,
    });
    registry.setInviteKey(entry, serverKey);
    const { sipCallId } = seed;
    const sdp = sdpBodyOf(request);
    const incoming = createIncomingInvite({ sipCallId, invite: request, flow, sdp }, port);
    try {
      options.onInvite(incoming);
    } catch (error) {
      log.error({ err: error }, 'invite listener threw');
      incoming.refuse(500);
    }
  };

  // ---------------------------------------------------------------- calls of our own

  const contactTowards = (target: SipUri, chosen: Flow | undefined): SipHeader => {
    const isAddress = hostToResolve(target) === undefined;
    const flow = chosen ?? (isAddress ? flowTo(transports.all, target, target.host) : undefined);
    // Before a name is looked up, any of our sockets may speak for us.
    const [first] = transports.all;
    const own = flow ?? (first && { transport: first.kind, local: first.local });
    return own === undefined
      ? { name: 'Contact', value: '<sip:anonymous.invalid>' }
      : transports.contactOn(own, target.scheme === 'sips');
  };

  const invite = (target: string, inviteOptions: InviteOptions = {}): ClientInvite => {
    const uri = parseUri(target);
    if (uri === undefined || uri.opaque !== undefined) throw new RangeError('not a SIP URI');
    const { credentials, from, to, sdp, ringTimeoutMs, destination, contactUser } = inviteOptions;
    const flow = destination && outside.flowTo(destination);
    if (destination !== undefined && flow === undefined)
      throw new RangeError('no socket of ours leads there');
    const sipCallId = asSipCallId(tokens.token());
    const socket = contactTowards(uri, flow);
    const contact = contactUser === undefined ? socket : contactWithUser(socket, contactUser);
    const machine = createOutgoingCallMachine(
      {
        target: uri,
        from: addressIn(from ?? contact.value),
        to: addressIn(to ?? `<${target}>`),
        sipCallId,
        offer: sdp,
        headers: inviteOptions.headers ?? [],
        routes: (inviteOptions.routes ?? []).map(addressIn),
        ringTimeoutMs: ringTimeoutMs ?? defaultRingTimeoutMs,
      },
      {
        tokens,
        timerBase,
        sessionTimer,
        contact,
        ...(credentials && {
          authorize: (request, challenge) =>
            answerChallenge(request, challenge, credentials, tokens.token()),
        }),
      },
    );
    const dialogKey = dialogKeyOf(sipCallId, machine.localTag);
    const { entry, port } = add({ machine, dialogKey, flow, isDirect: false });
    run(() => {
      apply(entry, machine.start(clock.now()));
    });
    return createClientInvite(sipCallId, port);
  };

  const close = async (): Promise<void> => {
    if (isClosed) return;
    run(() => {
      for (const entry of registry.all) feed(entry, { type: 'hang-up' });
      for (const entry of registry.all) forget(entry);
    });
    isClosed = true;
    alarm.set(undefined);
    await transports.close();
  };

  return {
    start: () => transports.open(options.listen),
    get listening() {
      return transports.all.map(({ kind, local }) => ({ transport: kind, ...local }));
    },
    invite,
    request: outside.start,
    flowTo: outside.flowTo,
    keepAlive: outside.keepAlive,
    gauges: () => ({
      dialogs: registry.size,
      transactions: layer.size,
      tcpConnections: transports.all.reduce((sum, { connections }) => sum + connections, 0),
      timers: alarm.isSet ? 1 : 0,
    }),
    counters: () => ({ ...counters }),
    close,
  };
};
