/**
 * A SIP user agent on real sockets: transports, the transaction layer and the session machines,
 * glued together. All work goes through one queue, so that no machine is entered while it is at
 * work, and one alarm wakes them all. Nothing that a peer sends throws past `received`.
 *
 *   socket -> gate -> transaction layer -> session machine -> event -> user
 *   socket <--------- transaction layer <- session machine <- command - user
 */
import { lookup as dnsLookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { randomBytes } from 'node:crypto';
import { asSipCallId } from '../../call/identifiers.ts';
import type { Clock, Logger } from '../../call/ports.ts';
import { acceptHeader, allowHeader, supportedHeader } from '../dialog/capabilities.ts';
import { createDialog, dialogOfInvite } from '../dialog/dialog.ts';
import { createOutgoingCallMachine } from '../dialog/outgoing-call-machine.ts';
import { createSessionMachine } from '../dialog/session-machine.ts';
import {
  decideAsUas,
  defaultSessionTimerPolicy,
  type SessionTimerPolicy,
} from '../dialog/session-timer.ts';
import type {
  SessionEvent,
  SessionCommand,
  SessionDeps,
  SessionInput,
  SessionOutput,
} from '../dialog/session.ts';
import { createTokens, type RandomBytes } from '../dialog/tokens.ts';
import { createResponse } from '../message/build-message.ts';
import { fromOf, header, headers, sipCallIdOf, toOf } from '../message/message-headers.ts';
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
import { validateRequest } from '../message/validate-request.ts';
import { createDeadlineQueue } from '../transaction/deadline-queue.ts';
import { hostText, type Endpoint, type Flow } from '../transaction/flow.ts';
import { defaultTimerBase, type TimerBase } from '../transaction/timers.ts';
import {
  createTransactionLayer,
  type LayerInput,
  type LayerOutput,
} from '../transaction/transaction-layer.ts';
import { createAlarm } from './alarm.ts';
import { answerChallenge, type DigestCredentials } from './digest-authentication.ts';
import { expandListen, type ListenSpec } from './listen-addresses.ts';
import { createMessageGate, type MessageCounters } from './message-gate.ts';
import {
  flowTo,
  hostToResolve,
  maxUdpRequestBytes,
  publicAddressOf,
  tcpInstead,
} from './route-request.ts';
import {
  createEventMailbox,
  createSessionRegistry,
  dialogKeyOf,
  type SessionEntry,
} from './session-registry.ts';
import {
  createClientInvite,
  createIncomingInvite,
  type ClientInvite,
  type IncomingInvite,
} from './sip-session-handle.ts';
import type { SipTransport, TransportListener } from './sip-transport.ts';
import { createSourceLimiter, type SourceLimits } from './source-limiter.ts';
import { createTcpTransport } from './tcp-transport.ts';
import { createUdpTransport } from './udp-transport.ts';

export interface SipUserAgentOptions {
  /** `0.0.0.0` and `::` open one socket per interface address; port 0 takes a free one. */
  readonly listen: readonly ListenSpec[];
  /** Said in Contact and Via in place of addresses that are not loopback. */
  readonly publicAddress?: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random?: RandomBytes;
  readonly userAgentName?: string;
  /** Each INVITE that begins a call, 100 Trying already sent. Without it all are refused. */
  readonly onInvite?: (incoming: IncomingInvite) => void;
  readonly timerBase?: TimerBase;
  readonly sessionTimer?: SessionTimerPolicy;
  /** Beyond this, new calls are refused with 503. */
  readonly maxSessions?: number;
  readonly sourceLimits?: SourceLimits;
  /** The address of a host name. */
  readonly lookup?: (host: string) => Promise<string>;
  /** Opens a transport in place of the sockets, for tests. */
  readonly openTransport?: (spec: ListenSpec, listener: TransportListener) => Promise<SipTransport>;
}

export interface InviteOptions {
  /** Our offer; undefined leaves the offer to the peer. */
  readonly sdp?: string;
  /** An address such as `"Name" <sip:user@host>`; by default one of ours without a user. */
  readonly from?: string;
  /** By default the target. */
  readonly to?: string;
  readonly headers?: readonly SipHeader[];
  /** Outbound proxies, as addresses such as `<sip:proxy;lr>`. */
  readonly routes?: readonly string[];
  readonly credentials?: DigestCredentials;
  /** How long it may ring; 3 minutes by default. */
  readonly ringTimeoutMs?: number;
}

export interface SipUserAgent {
  /** Opens the sockets; rejects with `sip/listen-failed`, and then none is open. */
  start(): Promise<void>;
  /** Where it listens. Empty before `start`. */
  readonly listening: readonly (Endpoint & { readonly transport: SipTransport['kind'] })[];
  /** Calls `target`, a SIP URI. Throws a RangeError for texts that are not SIP URIs or addresses. */
  invite(target: string, options?: InviteOptions): ClientInvite;
  /** All zero when no session and no transaction is left. */
  gauges(): Readonly<Record<'dialogs' | 'transactions' | 'tcpConnections' | 'timers', number>>;
  counters(): Readonly<MessageCounters>;
  /** Idempotent, never rejects. Live sessions are hung up, but nobody waits for their peers. */
  close(): Promise<void>;
}

const openSocket = (spec: ListenSpec, listener: TransportListener): Promise<SipTransport> =>
  spec.transport === 'udp'
    ? createUdpTransport(spec, listener)
    : createTcpTransport(spec, listener);

const address = (text: string): NameAddr => {
  const parsed = parseNameAddr(text);
  if (parsed === undefined) throw new RangeError('not a SIP address');
  return parsed;
};

export const createSipUserAgent = (options: SipUserAgentOptions): SipUserAgent => {
  const { clock, log, timerBase = defaultTimerBase, maxSessions = 5000 } = options;
  const sessionTimer = options.sessionTimer ?? defaultSessionTimerPolicy;
  const tokens = createTokens(options.random ?? randomBytes);
  const lookup = options.lookup ?? (async (host: string) => (await dnsLookup(host)).address);
  const counters: MessageCounters = {
    received: 0,
    sent: 0,
    malformed: 0,
    flood: 0,
    dropped: 0,
    sendFailed: 0,
  };
  const layer = createTransactionLayer({ newBranch: () => tokens.token(), timerBase });
  const registry = createSessionRegistry();
  const deadlines = createDeadlineQueue<SessionEntry>();
  const resolved = new Map<string, string>();
  /** Requests that went to TCP for their length, and the UDP flow to fall back to. */
  const udpFallbacks = new Map<string, { readonly request: SipRequest; readonly flow: Flow }>();
  let transports: readonly SipTransport[] = [];
  let isClosed = false;

  // ---------------------------------------------------------------- the queue and the alarm

  const work: (() => void)[] = [];
  let isWorking = false;

  const run = (task: () => void): void => {
    work.push(task);
    if (isWorking) return;
    isWorking = true;
    for (let next = work.shift(); next !== undefined; next = work.shift()) {
      try {
        next();
      } catch (error) {
        // A bug of ours must not end the process for all other calls.
        log.error({ err: error }, 'sip task failed');
      }
    }
    isWorking = false;
    const due = [layer.nextTimeoutAt(), deadlines.next()].filter((at) => at !== undefined);
    alarm.set(due.length === 0 || isClosed ? undefined : Math.min(...due));
  };

  const onAlarm = (): void => {
    run(() => {
      const now = clock.now();
      applyLayer(layer.handle(now, { type: 'time' }));
      for (let due = deadlines.takeDue(now); due !== undefined; due = deadlines.takeDue(now)) {
        feed(due, { type: 'time' });
      }
    });
  };
  const alarm = createAlarm(clock, onAlarm);

  // ---------------------------------------------------------------- sending

  const identification: readonly SipHeader[] =
    options.userAgentName === undefined
      ? []
      : [{ name: 'User-Agent', value: options.userAgentName }];
  const signed = (message: SipMessage): SipMessage => {
    const isSilent = message.kind === 'response' && message.status === 100;
    if (identification.length === 0 || isSilent) return message;
    const name = message.kind === 'request' ? 'User-Agent' : 'Server';
    const value = options.userAgentName ?? '';
    return { ...message, headers: [...message.headers, { name, value }] };
  };

  const transmit = (message: SipMessage, flow: Flow, key: string | undefined): void => {
    const transport = transports.find(
      ({ kind, local }) =>
        kind === flow.transport &&
        local.address === flow.local.address &&
        local.port === flow.local.port,
    );
    const onFailed = (): void => {
      counters.sendFailed += 1;
      if (key === undefined) return;
      run(() => {
        applyLayer(layer.handle(clock.now(), { type: 'transport-error', key }));
      });
    };
    if (transport === undefined) {
      onFailed();
      return;
    }
    counters.sent += 1;
    transport.send(serializeMessage(signed(message)), flow, onFailed);
  };

  /** What we call ourselves on this socket. */
  const publicEndpoint = (local: Endpoint): Endpoint => ({
    address: publicAddressOf(local, options.publicAddress),
    port: local.port,
  });

  const contactOn = (flow: Pick<Flow, 'transport' | 'local'>): SipHeader => {
    const { address: host, port } = publicEndpoint(flow.local);
    const transport = flow.transport === 'udp' ? '' : `;transport=${flow.transport}`;
    return { name: 'Contact', value: `<sip:${hostText(host)}:${port}${transport}>` };
  };

  const drive = (input: LayerInput): void => {
    applyLayer(layer.handle(clock.now(), input));
  };

  /** Calls back with the address of the URI's host, at once where it is an address already. */
  const resolve = (uri: SipUri, then: (address: string | undefined) => void): void => {
    const host = hostToResolve(uri);
    const known = host === undefined ? (uri.params.get('maddr') ?? uri.host) : resolved.get(host);
    if (known !== undefined || host === undefined) {
      then(known);
      return;
    }
    lookup(host).then(
      (found) => {
        if (resolved.size >= 256) resolved.clear();
        resolved.set(host, found);
        run(() => {
          then(found);
        });
      },
      () => {
        run(() => {
          then(undefined);
        });
      },
    );
  };

  const flowFor = (entry: SessionEntry, uri: SipUri, at: string | undefined): Flow | undefined =>
    at === undefined
      ? undefined
      : flowTo(transports, uri, at, { flow: entry.flow, isDirect: entry.isDirect });

  const startRequest = (
    entry: SessionEntry,
    output: Extract<SessionOutput, { type: 'request' }>,
  ): void => {
    const { clientId, request, nextHop } = output;
    registry.addClientId(entry, clientId);
    resolve(nextHop, (at) => {
      const flow = flowFor(entry, nextHop, at);
      if (flow === undefined) {
        feed(entry, { type: 'client-failed', clientId, failure: 'transport' });
        return;
      }
      const isLong = serializeMessage(request).length + 100 > maxUdpRequestBytes;
      const tcp = isLong ? tcpInstead(transports, flow) : undefined;
      if (tcp !== undefined) udpFallbacks.set(clientId, { request, flow });
      const chosen = tcp ?? flow;
      const sentBy = publicEndpoint(chosen.local);
      drive({ type: 'request', clientId, request, flow: chosen, sentBy });
    });
  };

  // ---------------------------------------------------------------- sessions

  const forget = (entry: SessionEntry): void => {
    registry.remove(entry);
    deadlines.set(entry, undefined);
  };

  const applySession = (entry: SessionEntry, outputs: readonly SessionOutput[]): void => {
    for (const output of outputs) {
      switch (output.type) {
        case 'respond':
          drive(output);
          break;
        case 'request':
          startRequest(entry, output);
          break;
        case 'cancel':
          drive(output);
          break;
        case 'send-ack': {
          const { request, nextHop } = output;
          resolve(nextHop, (at) => {
            const flow = flowFor(entry, nextHop, at);
            if (flow === undefined) return;
            drive({ type: 'send-ack', request, flow, sentBy: publicEndpoint(flow.local) });
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
  };

  const feed = (entry: SessionEntry, input: SessionInput): void => {
    if (!registry.has(entry)) return;
    try {
      applySession(entry, entry.machine.handle(clock.now(), input));
    } catch (error) {
      // The one call that met the bug ends; its peer notices by its own timers.
      log.error({ err: error }, 'sip session failed');
      forget(entry);
      entry.mailbox.deliver({ type: 'ended', cause: { by: 'network', how: 'transport' } });
      return;
    }
    if (registry.has(entry)) deadlines.set(entry, entry.machine.nextTimeoutAt());
  };

  const newEntry = (
    fields: Pick<SessionEntry, 'machine' | 'dialogKey' | 'flow' | 'isDirect'>,
  ): SessionEntry => ({
    ...fields,
    inviteKey: undefined,
    clientIds: new Set(),
    mailbox: createEventMailbox((error) => {
      log.error({ err: error }, 'sip event listener threw');
    }),
  });

  const portOf = (entry: SessionEntry) => ({
    command: (command: SessionCommand) => {
      run(() => {
        feed(entry, command);
      });
    },
    onEvent: (listen: (event: SessionEvent) => void) => {
      entry.mailbox.listen(listen);
    },
  });

  // ---------------------------------------------------------------- requests from outside

  const refuse = (
    serverKey: string,
    request: SipRequest,
    status: number,
    extra: readonly SipHeader[] = [],
  ): void => {
    const toTag = tokens.token();
    const response = createResponse(request, status, undefined, { toTag, headers: extra });
    drive({ type: 'respond', serverKey, response });
  };

  const onInvite = (request: SipRequest, flow: Flow, serverKey: string): void => {
    const localTag = tokens.token();
    const seed = dialogOfInvite(request, localTag, 1 + tokens.below(10_000));
    if (seed === undefined) {
      refuse(serverKey, request, 400);
      return;
    }
    const timer = decideAsUas(request, sessionTimer);
    if (timer.kind === 'too-small') {
      refuse(serverKey, request, 422, timer.headers);
      return;
    }
    if (isClosed || registry.size >= maxSessions || options.onInvite === undefined) {
      refuse(serverKey, request, 503, [{ name: 'Retry-After', value: '10' }]);
      return;
    }
    drive({ type: 'respond', serverKey, response: createResponse(request, 100) });
    const deps = { tokens, timerBase, sessionTimer, contact: contactOn(flow) };
    const dialog = createDialog(seed);
    const machine = createSessionMachine(
      clock.now(),
      { role: 'uas', invite: request, serverKey },
      { ...deps, dialog },
    );
    const entry = newEntry({
      machine,
      dialogKey: dialogKeyOf(seed.sipCallId, localTag),
      flow,
      isDirect: headers(request, 'Via').length === 1,
    });
    registry.add(entry);
    registry.setInviteKey(entry, serverKey);
    const sdp = sdpBodyOf(request);
    const { sipCallId } = seed;
    const incoming = createIncomingInvite({ sipCallId, invite: request, flow, sdp }, portOf(entry));
    try {
      options.onInvite(incoming);
    } catch (error) {
      log.error({ err: error }, 'invite listener threw');
      incoming.refuse(500);
    }
  };

  const onRequest = (request: SipRequest, flow: Flow, serverKey: string): void => {
    const localTag = toOf(request)?.tag;
    if (localTag !== undefined) {
      const entry = entryOf(request);
      if (entry === undefined) {
        refuse(serverKey, request, 481);
        return;
      }
      if (request.method === 'INVITE') registry.setInviteKey(entry, serverKey);
      feed(entry, { type: 'request', request, serverKey });
      return;
    }
    const refusal = validateRequest(request);
    if (refusal !== undefined) refuse(serverKey, request, refusal.status, refusal.headers);
    else if (request.method === 'INVITE') onInvite(request, flow, serverKey);
    else if (request.method === 'OPTIONS') {
      refuse(serverKey, request, 200, [allowHeader, acceptHeader, supportedHeader]);
    } else refuse(serverKey, request, 481);
  };

  const entryOf = (request: SipRequest): SessionEntry | undefined =>
    registry.byDialog(
      sipCallIdOf(request) ?? '',
      toOf(request)?.tag ?? '',
      fromOf(request)?.tag ?? '',
    );

  const onClientFailed = (output: Extract<LayerOutput, { type: 'client-failed' }>): void => {
    const { clientId, failure } = output;
    const fallback = udpFallbacks.get(clientId);
    udpFallbacks.delete(clientId);
    if (fallback !== undefined && failure === 'transport') {
      // "If … the connection fails, the element SHOULD retry over UDP." RFC 3261 §18.1.1
      const sentBy = publicEndpoint(fallback.flow.local);
      drive({ type: 'request', clientId, ...fallback, sentBy });
      return;
    }
    const entry = registry.byClientId(clientId);
    if (entry !== undefined) feed(entry, { type: 'client-failed', clientId, failure });
  };

  const applyLayer = (outputs: readonly LayerOutput[]): void => {
    for (const output of outputs) {
      switch (output.type) {
        case 'send':
          transmit(output.message, output.flow, output.key);
          break;
        case 'request':
          onRequest(output.request, output.flow, output.serverKey);
          break;
        case 'cancel': {
          const entry = registry.byInviteKey(output.inviteKey);
          if (entry !== undefined) feed(entry, output);
          else refuse(output.serverKey, output.request, 200);
          break;
        }
        case 'ack': {
          const entry = entryOf(output.request);
          if (entry === undefined) counters.dropped += 1;
          else feed(entry, output);
          break;
        }
        case 'response': {
          const { clientId, response } = output;
          const entry = registry.byClientId(clientId);
          udpFallbacks.delete(clientId);
          if (entry !== undefined) feed(entry, output);
          if (header(response, 'CSeq')?.endsWith('INVITE') !== true && response.status >= 200) {
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
      if (message !== undefined) drive({ type: 'received', message, flow });
    });
  };
  const listener: TransportListener = {
    onMessage: received,
    onDropped: () => {
      counters.dropped += 1;
    },
  };

  const start = async (): Promise<void> => {
    const open = options.openTransport ?? openSocket;
    const specs = expandListen(options.listen, networkInterfaces());
    const opened: SipTransport[] = [];
    try {
      for (const spec of specs) opened.push(await open(spec, listener));
    } catch (error) {
      await Promise.all(opened.map((transport) => transport.close()));
      throw error;
    }
    transports = opened;
  };

  const invite = (target: string, inviteOptions: InviteOptions = {}): ClientInvite => {
    const uri = parseUri(target);
    if (uri === undefined || uri.opaque !== undefined) throw new RangeError('not a SIP URI');
    const at = hostToResolve(uri) === undefined ? uri.host : undefined;
    // Before the host is looked up, any of our sockets may speak for us.
    const [first] = transports;
    const flow = at === undefined ? undefined : flowTo(transports, uri, at);
    const own = flow ?? (first && { transport: first.kind, local: first.local });
    const sipCallId = asSipCallId(tokens.token());
    const contact =
      own === undefined ? { name: 'Contact', value: '<sip:invalid>' } : contactOn(own);
    const { credentials } = inviteOptions;
    const deps: SessionDeps = {
      tokens,
      timerBase,
      sessionTimer,
      contact,
      ...(credentials && {
        authorize: (request, challenge) =>
          answerChallenge(request, challenge, credentials, tokens.token()),
      }),
    };
    const machine = createOutgoingCallMachine(
      {
        target: uri,
        from: address(inviteOptions.from ?? contact.value),
        to: address(inviteOptions.to ?? `<${target}>`),
        sipCallId,
        offer: inviteOptions.sdp,
        headers: inviteOptions.headers ?? [],
        routes: (inviteOptions.routes ?? []).map(address),
        ringTimeoutMs: inviteOptions.ringTimeoutMs ?? 180_000,
      },
      deps,
    );
    const entry = newEntry({
      machine,
      dialogKey: dialogKeyOf(sipCallId, machine.localTag),
      flow: undefined,
      isDirect: false,
    });
    registry.add(entry);
    run(() => {
      applySession(entry, machine.start(clock.now()));
      if (registry.has(entry)) deadlines.set(entry, machine.nextTimeoutAt());
    });
    return createClientInvite(sipCallId, portOf(entry));
  };

  const close = async (): Promise<void> => {
    if (isClosed) return;
    for (const entry of registry.all) {
      run(() => {
        feed(entry, { type: 'hang-up' });
      });
    }
    isClosed = true;
    for (const entry of registry.all) forget(entry);
    alarm.set(undefined);
    await Promise.all(transports.map((transport) => transport.close()));
  };

  return {
    start,
    get listening() {
      return transports.map(({ kind, local }) => ({ transport: kind, ...local }));
    },
    invite,
    gauges: () => ({
      dialogs: registry.size,
      transactions: layer.size,
      tcpConnections: transports.reduce((sum, { connections }) => sum + connections, 0),
      timers: alarm.isSet ? 1 : 0,
    }),
    counters: () => ({ ...counters }),
    close,
  };
};
