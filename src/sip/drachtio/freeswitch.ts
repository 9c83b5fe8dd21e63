/**
 * The connection to one FreeSWITCH: made, watched, and made again with back-off.
 *
 *   connecting -- event socket, profile found --> ready -- socket lost, no answer --> waiting
 *       |                                                                               |
 *       +-- refused, timed out, wrong secret ------------------------> waiting -- back-off --> connecting
 */
import type { Clock, Logger } from '../../call/ports/process.ts';
import type { SrfDialog, UacOptions } from './drachtio-types.ts';
import { openFreeSwitchLink, type FreeSwitchLink, type SignalCall } from './freeswitch-link.ts';
import type { FreeSwitchState } from './freeswitch-pool.ts';
import { createMediaEndpoint, type MediaEndpoint } from './media-endpoint.ts';
import { within } from './within.ts';

export interface FreeSwitchServer {
  readonly host: string;
  /** Of its event socket. */
  readonly port: number;
}

/** Makes a dialog with FreeSWITCH through the drachtio-server of the call. `onOver`: BYE came, for this reason. */
export type CreateUac = (
  uri: string,
  options: UacOptions,
  onOver: (reason: string | undefined) => void,
) => Promise<SrfDialog>;

export interface FreeSwitch {
  /** host:port of its event socket. */
  readonly name: string;
  readonly host: string;
  /** Live channels of this gateway. */
  readonly endpoints: number;
  /** Connections that FreeSWITCH has made to us, one a channel. */
  readonly eventSockets: number;
  /** Its SIP address once it is known. */
  readonly sipUri: string | undefined;
  load(): Omit<FreeSwitchState, 'name' | 'draining'>;
  setReachable(reachable: boolean): void;
  /**
   * A channel that has answered `offer`, or made one where it is undefined. Rejects with the status
   * of its refusal, or where FreeSWITCH does not call back in time; nothing is left behind then.
   */
  createEndpoint(
    createUac: CreateUac,
    offer: string | undefined,
    headers?: Readonly<Record<string, string>>,
  ): Promise<MediaEndpoint>;
  /** Resolves when it is ready for calls for the first time. */
  readonly ready: Promise<void>;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface FreeSwitchOptions {
  readonly server: FreeSwitchServer;
  readonly secret: string;
  /** Where FreeSWITCH calls back for each channel. */
  readonly listenAddress: string;
  /** [0: any] */
  readonly listenPort?: number;
  /** The same, as FreeSWITCH sees it [the listen address]. */
  readonly advertisedAddress?: string | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** The last channel is gone. */
  readonly onIdle: () => void;
}

const healthIntervalMs = 3_000;
const healthTimeoutMs = 2_000;
/** fsmrf gives up after 4 s; what it forgets altogether is given up here. */
const endpointTimeoutMs = 6_000;
const backOffMs = { first: 250, factor: 1.7, most: 5_000 } as const;

/** BYE. Where the dialog or its drachtio-server is gone already, so is what there was to end. */
const hangUp = async (dialog: SrfDialog): Promise<void> => {
  await dialog.destroy().catch(() => undefined);
};

export const createFreeSwitch = (options: FreeSwitchOptions): FreeSwitch => {
  const { server, clock } = options;
  const name = `${server.host}:${server.port}`;
  const log = options.log.child({ freeSwitch: name });
  const firstReady = Promise.withResolvers<undefined>();
  let link: FreeSwitchLink | undefined;
  let linkLost = Promise.withResolvers<undefined>();
  let isClosed = false;
  let isReachable = true;
  let otherSessions = 0;
  let maxSessions = 0;
  let endpoints = 0;
  let failures = 0;
  let cancelTimer: (() => void) | undefined;

  const after = (ms: number, then: () => void): void => {
    cancelTimer?.();
    cancelTimer = clock.at(clock.now() + ms, then);
  };

  const connect = async (): Promise<void> => {
    try {
      const opened = await openFreeSwitchLink({ ...options, log });
      if (hasClosed() || !(await readLoad(opened))) {
        opened.close();
        throw new Error('freeswitch does not answer');
      }
      link = opened;
      linkLost = Promise.withResolvers<undefined>();
      opened.onLost(() => {
        lose(opened);
      });
      failures = 0;
      log.info({}, 'freeswitch connected');
      firstReady.resolve(undefined);
      after(healthIntervalMs, watch);
    } catch (error) {
      if (hasClosed()) return;
      if (failures === 0) log.warn({ err: error }, 'freeswitch cannot be reached');
      retry();
    }
  };
  const hasClosed = (): boolean => isClosed;

  const retry = (): void => {
    const ms = Math.min(backOffMs.most, backOffMs.first * backOffMs.factor ** failures);
    failures += 1;
    after(ms, () => void connect());
  };

  const lose = (lost: FreeSwitchLink): void => {
    if (link !== lost || isClosed) return;
    log.warn({}, 'freeswitch lost');
    link = undefined;
    linkLost.resolve(undefined);
    lost.close();
    retry();
  };

  const readLoad = async (asked: FreeSwitchLink): Promise<boolean> => {
    const status = await within(clock, healthTimeoutMs, asked.api('status'));
    otherSessions = Number(/(\d+) session\(s\) - peak/.exec(status ?? '')?.[1] ?? 0) - endpoints;
    maxSessions = Number(/(\d+) session\(s\) max/.exec(status ?? '')?.[1] ?? 0);
    return status !== undefined;
  };

  /** A FreeSWITCH that hangs keeps its socket open: it has to answer. */
  const watch = (): void => {
    const watched = link;
    if (watched === undefined) return;
    void readLoad(watched).then((answered) => {
      if (!answered) lose(watched);
      else if (link === watched) after(healthIntervalMs, watch);
    });
  };

  const createEndpoint: FreeSwitch['createEndpoint'] = async (createUac, offer, headers = {}) => {
    const used = link;
    const { promise: serverLost } = linkLost;
    if (used === undefined) throw new Error('freeswitch is not connected');
    endpoints += 1;
    const over = Promise.withResolvers<string | undefined>();
    const made: { dialog?: SrfDialog; abandoned?: true } = {};
    const signal: SignalCall = async (uri, uacOptions) => {
      const dialog = await createUac(uri, { ...uacOptions, localSdp: offer }, over.resolve);
      made.dialog = dialog;
      if (made.abandoned) await hangUp(dialog);
      return { destroy: () => void hangUp(dialog) };
    };
    const giveUp = (): void => {
      made.abandoned = true;
      if (made.dialog !== undefined) void hangUp(made.dialog);
      oneLess();
    };
    let refusal: unknown;
    const endpoint = await within(
      clock,
      endpointTimeoutMs,
      used.createEndpoint(signal, offer, headers).catch((error: unknown) => {
        refusal = error;
        return undefined;
      }),
    );
    if (endpoint === undefined || made.dialog === undefined) {
      giveUp();
      throw refusal instanceof Error ? refusal : new Error('freeswitch did not call back');
    }
    return createMediaEndpoint({
      endpoint,
      dialog: made.dialog,
      dialogOver: over.promise,
      serverLost,
      kill: (uuid) => void used.api(`uuid_kill ${uuid}`),
      clock,
      onReleased: oneLess,
    });
  };

  const oneLess = (): void => {
    endpoints -= 1;
    if (endpoints === 0) options.onIdle();
  };

  void connect();
  return {
    name,
    host: server.host,
    get endpoints() {
      return endpoints;
    },
    get eventSockets() {
      return link?.eventSockets ?? 0;
    },
    get sipUri() {
      const address = link?.sipAddress;
      return address === undefined ? undefined : `sip:drachtio@${address}`;
    },
    load: () => ({
      connected: link !== undefined,
      reachable: isReachable,
      sessions: Math.max(0, otherSessions) + endpoints,
      maxSessions,
    }),
    setReachable: (reachable) => {
      if (reachable !== isReachable) log.warn({ reachable }, 'freeswitch answers OPTIONS or not');
      isReachable = reachable;
    },
    createEndpoint,
    ready: firstReady.promise,
    close: () => {
      isClosed = true;
      cancelTimer?.();
      link?.close();
      link = undefined;
      return Promise.resolve();
    },
  };
};
