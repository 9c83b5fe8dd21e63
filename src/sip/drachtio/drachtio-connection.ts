/**
 * The way to drachtio-server. Inbound: we connect to one and stay connected, with back-off. Outbound:
 * we listen and each server connects for its calls. Calls hold on to the connection they came on.
 */
import type { Socket } from 'node:net';
import createSrf from 'drachtio-srf';
import type { Clock, Logger } from '../../call/ports/process.ts';
import { gatewayAbilities, registrarAbilities } from '../message/validate-request.ts';
import type { SipMessageListener } from '../transaction/message-listener.ts';
import { contactUris, plainContact } from './contact-uris.ts';
import type {
  Srf,
  SrfDialog,
  SrfReceivedResponse,
  SrfRequest,
  SrfResponse,
} from './drachtio-types.ts';
import type { CreateUac } from './freeswitch.ts';
import {
  createUacThrough,
  ownSignalling,
  requestThrough,
  toError,
  type OutsidePlan,
  type OwnSignalling,
} from './own-requests.ts';
import { passingMessage } from './passing-message.ts';
import { startRouteServer, type HostAndPort } from './route-server.ts';
import { faultName, guardAgent } from './socket-guard.ts';
import { within } from './within.ts';

export interface DrachtioServer {
  readonly style: 'inbound' | 'outbound';
  /** Inbound: of the server's admin port. Outbound: where we listen. */
  readonly host: string;
  readonly port: number;
  /** Outbound: where servers ask over HTTP whom to connect to; undefined: somebody else tells them. */
  readonly routeAt?: HostAndPort | undefined;
}

/** What one call signals through. */
export interface CallSignalling {
  /** The same object for all calls of one connection. */
  readonly link: object;
  /**
   * 200 OK. `attach` is called with the dialog before anything can happen to it. Rejects where the
   * 200 could not be sent.
   */
  createUas(sdp: string, attach: (dialog: SrfDialog) => void): Promise<void>;
  readonly createUac: CreateUac;
  /** The call needs its connection no more: an outbound one is closed. */
  end(): void;
}

export interface DrachtioConnection {
  /** SIP URIs that the servers listen on, as they say. */
  readonly addresses: readonly string[];
  readonly connections: number;
  /** Dialogs that drachtio-srf knows of. */
  readonly dialogs: number;
  /** Listeners of calls on what outlives them. */
  readonly listeners: number;
  /** Resolves when a server is connected for the first time. */
  readonly ready: Promise<void>;
  /** OPTIONS: whether it was answered 200. Undefined where no server is connected. */
  ping(uri: string): Promise<boolean | undefined>;
  /** A request outside any dialog. Its final response; undefined where none came, or none could. */
  request(plan: OutsidePlan): Promise<SrfReceivedResponse | undefined>;
  /** For a call of ours; undefined where no server is connected. */
  forOwnCall(): OwnSignalling | undefined;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface DrachtioConnectionOptions {
  readonly server: DrachtioServer;
  readonly secret: string;
  /** Ours as callers see it [as drachtio-server does]. */
  readonly publicAddress?: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onInvite: (
    request: SrfRequest,
    response: SrfResponse,
    signalling: CallSignalling,
  ) => void;
  /** [not asked for] */
  readonly onRegister?: DrachtioConnectionOptions['onInvite'] | undefined;
  /** The connection that these calls came on is gone. */
  readonly onLost: (link: object) => void;
  /** Those with FreeSWITCH among them. */
  readonly onMessage?: SipMessageListener | undefined;
}

const reconnectMaxMs = 5_000;
const pingTimeoutMs = 3_000;

const countListeners = (srf: Srf): number =>
  srf.eventNames().reduce((sum, event) => sum + srf.listenerCount(event), 0);

export const createDrachtioConnection = (
  options: DrachtioConnectionOptions,
): DrachtioConnection => {
  const { server, secret, clock } = options;
  const log = options.log.child({ drachtio: `${server.host}:${server.port}` });
  const srf = new createSrf();
  const ready = Promise.withResolvers<undefined>();
  const sockets = new Set<Socket>();
  let addresses: readonly string[] = [];
  let isClosed = false;
  let isLossTold = false;
  const signallingOf = (request: SrfRequest, response: SrfResponse): CallSignalling => ({
    link: request.socket,
    createUas: (localSdp, attach) =>
      new Promise((resolve, reject) => {
        const headers = plainContact(request, addresses, options.publicAddress);
        srf.createUAS(request, response, { localSdp, headers }, (error, dialog) => {
          if (dialog === undefined) {
            reject(toError(error));
            return;
          }
          // Not after the promise: the ACK or BYE may stand in the same piece of the stream.
          attach(dialog);
          resolve();
        });
      }),
    createUac: createUacThrough(srf, request.socket),
    end: () => {
      if (server.style === 'outbound') srf.endSession(request);
    },
  });

  srf.on('connect', (error: unknown, contacts: unknown) => {
    if (error) {
      log.error({ err: error }, 'drachtio refuses the secret');
      return;
    }
    if (typeof contacts === 'string') addresses = contactUris(contacts);
    if (server.style === 'inbound') log.info({}, 'drachtio connected');
    isLossTold = false;
    ready.resolve(undefined);
  });
  srf.on('error', (error) => {
    if (!isLossTold) log.warn({ err: error }, 'drachtio cannot be reached');
    isLossTold = true;
  });
  const handTo =
    (listener: DrachtioConnectionOptions['onInvite']) =>
    (request: SrfRequest, response: SrfResponse): void => {
      listener(request, response, signallingOf(request, response));
    };
  srf.invite(handTo(options.onInvite));
  if (options.onRegister) srf.register(handTo(options.onRegister));
  const allowed = (options.onRegister ? registrarAbilities : gatewayAbilities).methods.join(', ');
  srf.options((_request, response) => {
    response.send(200, undefined, { headers: { Allow: allowed, Accept: 'application/sdp' } });
  });
  // A request for a dialog that is over, such as a BYE that crossed ours. RFC 3261 §12.2.2
  srf.use((request, response, next) => {
    if (/;\s*tag=/i.test(request.get('To') ?? '') && request.method !== 'ACK') {
      response.send(481, undefined, {});
    } else next();
  });

  if (server.style === 'outbound') srf.listen({ host: server.host, port: server.port, secret });
  else {
    srf.connect({
      host: server.host,
      port: server.port,
      secret,
      enablePing: true,
      reconnect: { retryMaxDelay: reconnectMaxMs },
    });
  }
  const routes =
    server.routeAt &&
    startRouteServer(server.routeAt, server, (error) => {
      log.error({ err: error }, 'drachtio-servers cannot ask where calls go');
    });
  const { client: agent } = srf.app;
  guardAgent(
    agent,
    (error, where) => {
      log.error({ fault: faultName(error), where }, 'bad data from drachtio');
    },
    (frame) => {
      const { onMessage } = options;
      const passing = onMessage && passingMessage(frame, addresses);
      if (passing) onMessage(passing.direction, passing.message, passing.flow);
    },
  );
  for (const event of ['connect', 'connection'] as const) {
    agent.wp.prependListener(event, (socket) => {
      if (isClosed) socket.destroy();
      else sockets.add(socket);
    });
  }
  agent.wp.prependListener('close', (socket) => {
    if (!sockets.delete(socket)) return;
    if (!isClosed && server.style === 'inbound') log.warn({}, 'drachtio lost');
    // The library forgets the connection in its own listener: after that, calls are told.
    setImmediate(() => {
      options.onLost(socket);
    });
  });

  const ownListeners = countListeners(srf);

  const request = async (plan: OutsidePlan): Promise<SrfReceivedResponse | undefined> => {
    const [socket] = sockets;
    if (socket === undefined) return undefined;
    return within(clock, plan.timeoutMs, requestThrough(srf, socket, plan));
  };

  const ping = async (uri: string): Promise<boolean | undefined> => {
    if (sockets.size === 0) return undefined;
    const answer = await request({ method: 'OPTIONS', requestUri: uri, timeoutMs: pingTimeoutMs });
    return answer?.status === 200;
  };

  return {
    get addresses() {
      return addresses;
    },
    get connections() {
      return sockets.size;
    },
    get dialogs() {
      return srf._dialogs.size;
    },
    get listeners() {
      return countListeners(srf) - ownListeners;
    },
    ready: ready.promise,
    ping,
    request,
    forOwnCall: () => {
      const [socket] = sockets;
      return socket && ownSignalling(srf, socket);
    },
    close: async () => {
      isClosed = true;
      agent.wp.closing = true;
      clearTimeout(agent.wp.reconnectVars?.retryTimer ?? undefined);
      for (const socket of sockets) socket.destroy();
      if (server.style === 'outbound') agent.close();
      await routes?.close();
    },
  };
};
