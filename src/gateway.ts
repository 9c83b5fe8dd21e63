import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { loadPrompts } from './bridge/audio/prompt-library.ts';
import { createMediaBridge } from './bridge/client.ts';
import { ensureLocalLiveKit } from './bridge/room/local-server.ts';
import { createRoomAdmin } from './bridge/room/room-admin.ts';
import { createCallCore, type CallCore } from './call/call-core.ts';
import { identityPrefix } from './call/participant.ts';
import { defaultCallSettings } from './call/call-settings.ts';
import { createDialOut } from './call/dial-out.ts';
import type { SideRooms } from './http/ports.ts';
import { createSideRooms } from './side-rooms.ts';
import { createMeetingActions } from './call/meeting-actions.ts';
import { asNodeId, asRoomName, type CallId, type NodeId } from './call/identifiers.ts';
import type { CallRecord } from './call/ports/call-records.ts';
import type { MediaBridge } from './call/ports/media.ts';
import type { Clock, Logger } from './call/ports/process.ts';
import type { RoomAdmin } from './call/ports/room-admin.ts';
import type { SipEngine } from './call/ports/sip-engine.ts';
import { createCluster, type Cluster, type ClusterCalls } from './cluster/cluster.ts';
import { callersPresent, removeCallers } from './cluster/dead-node.ts';
import { environmentVariable, type Config } from './config.ts';
import { serviceDeskOf } from './desk-from-config.ts';
import type { DataFolder } from './data-folder.ts';
import { engineOf, newLegId } from './engine-from-config.ts';
import { firstMeeting } from './first-meeting.ts';
import { firstAccountName, makeFirstAccount } from './http/access/first-account.ts';
import { createPasswords, type Passwords } from './http/access/password.ts';
import { createHttpApp } from './http/http-app.ts';
import type { DialOutPort, HealthChecks } from './http/ports.ts';
import { generateCallId } from './meeting/call-id.ts';
import { openOutside, type Outside } from './outside.ts';
import {
  daysLeft,
  openTlsCredentials,
  type TlsCredentials,
} from './sip/embedded/tls-credentials.ts';
import { openStore, type Store } from './store/store.ts';
import { openTrunkSettings, type TrunkSettings } from './trunk-settings.ts';

/** A whole gateway: adapters wired to the core. Nothing is decided here. */
export interface Gateway {
  readonly sipAddresses: readonly string[];
  readonly httpUrl: string;
  readonly livekit: { readonly url: string; readonly local: boolean };
  /** The newcomer's first meeting; undefined where meetings exist already. */
  readonly firstMeeting: CallId | undefined;
  onCallChange(listener: (record: CallRecord) => void): void;
  /** Reads the trunk settings again. Never rejects. */
  reloadTrunks(): Promise<void>;
  /** No new calls; live ones may go on for `graceMs`. Then everything is closed, last opened first. */
  stop(graceMs: number): Promise<void>;
}

export interface GatewayDeps {
  readonly config: Config;
  readonly folder: DataFolder;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What the start is busy with, for the person at the terminal. */
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

const ownPrompts = fileURLToPath(new URL('../prompts', import.meta.url));
/** The rate of the mix: G.711's own. */
const promptRateHz = 8000;
const dayMs = 86_400_000;

type Closing = () => Promise<void> | void;

/** Starts everything, or rejects with what was opened closed again. */
export const startGateway = async (deps: GatewayDeps): Promise<Gateway> => {
  const opened: Closing[] = [];
  const closeAll = async () => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    return await openGateway(deps, opened, closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
};

const openGateway = async (
  deps: GatewayDeps,
  opened: Closing[],
  closeAll: () => Promise<void>,
): Promise<Gateway> => {
  const { config, folder, clock, logger } = deps;
  const nodeId = asNodeId(folder.nodeId);

  const livekit = await openLiveKit(deps, opened);
  const rooms = createRoomAdmin(livekit);
  const { store, closed } = await openCallStore(deps, opened);
  const outside = openOutside({ config, store, clock, logger });
  opened.push(() => outside.close());
  outside.callsClosed(closed);
  await removeStaleParticipants(rooms, nodeId, logger);

  const media = await openMedia(deps, livekit, opened);
  const trunks = await openTrunks(deps, opened);
  const tls = await openTls(deps, opened);
  const engine = engineOf({
    config,
    ownPrompts,
    media,
    tls,
    trunks,
    clock,
    log: logger.child({ part: 'sip' }),
  });
  const sideRooms = createSideRooms({ ...livekit, url: config.livekitBrowserUrl ?? livekit.url });
  const cluster = createCluster({
    nodeId,
    bus: store.bus,
    calls: store.calls,
    meetings: store.meetings,
    guessLog: store.guesses,
    events: outside.events,
    clock,
    logger: logger.child({ part: 'cluster' }),
  });
  outside.tellOthersBy(cluster.tellEvent);
  const core = createCallCore({
    nodeId,
    engine: engine.kind,
    directory: outside.directory,
    rooms,
    journal: store.journal,
    clock,
    logger: logger.child({ part: 'call' }),
    settings: coreSettings(config, trunks),
    desk: serviceDeskOf({
      config,
      engine,
      meetings: outside.directory,
      rooms,
      nodeId,
      sideRooms,
      clock,
      logger,
    }),
    guesses: cluster.guesses,
    others: cluster.others,
    peers: cluster.peers,
    newRoom: () => sideRooms.newRoom(),
    supportCode: () =>
      randomInt(10 ** 6)
        .toString()
        .padStart(6, '0'),
    actions: createMeetingActions({ meetings: outside.meetings, rooms, callers: () => callers }),
  });
  // The core is served to the other nodes before a call can come, so this one is soon replaced.
  let callers: Pick<ClusterCalls, 'meetingChanged' | 'meetingOver'> = core;
  const live = await cluster.serve(core);
  callers = live;
  watchOtherNodes({ store, rooms, cluster, outside, logger });
  opened.push(() => engine.close());
  await engine.start((leg) => {
    core.handleIncoming(leg);
  });

  const parts = { deps, store, core, live, engine, media, rooms, sideRooms, outside, trunks, tls };
  const http = await openHttp(parts);
  opened.push(() => http.app.close());
  const purge = setInterval(() => {
    store.purge(clock.now() - config.calls.retentionDays * dayMs).catch((error: unknown) => {
      logger.error({ err: error }, 'old records could not be deleted');
    });
  }, dayMs / 24);
  opened.push(() => {
    clearInterval(purge);
  });

  return {
    sipAddresses: engine.addresses,
    httpUrl: http.url,
    livekit: { url: livekit.url, local: livekit.local },
    firstMeeting: config.firstMeeting
      ? await firstMeeting(outside.meetings, config.calls.timeZone)
      : undefined,
    onCallChange(listener) {
      core.onChange(({ record }) => {
        listener(record);
      });
    },
    reloadTrunks: () => trunks?.reload() ?? Promise.resolve(),
    async stop(graceMs) {
      await core.drain(graceMs);
      await closeAll();
    },
  };
};

interface LiveKitAccess {
  readonly url: string;
  readonly apiKey: string;
  readonly apiSecret: string;
  readonly local: boolean;
}

const openLiveKit = async (deps: GatewayDeps, opened: Closing[]): Promise<LiveKitAccess> => {
  const { config, folder, logger, progress, signal } = deps;
  if (config.livekit !== undefined) return { ...config.livekit, local: false };
  const server = await ensureLocalLiveKit({
    dataDir: folder.path,
    progress,
    log: logger.child({ part: 'livekit-server' }),
    signal,
  });
  opened.push(() => server.close());
  return { ...server, local: true };
};

/** `closed`: the calls that an earlier life of this node left open. */
const openCallStore = async (
  deps: GatewayDeps,
  opened: Closing[],
): Promise<{ store: Store; closed: readonly CallRecord[] }> => {
  const { config, folder, clock, logger, progress } = deps;
  const store = await openStore({
    folder: folder.path,
    nodeId: folder.nodeId,
    databaseUrl: config.databaseUrl,
    pinSecret: folder.pinSecret,
    makeCallId: () => generateCallId(randomInt),
    clock,
    logger: logger.child({ part: 'store' }),
  });
  opened.push(() => store.close());
  const closed = await store.recover(clock.now());
  if (closed.length > 0) progress(`closed ${closed.length} calls that an earlier life left open`);
  return { store, closed };
};

/** What an earlier life of this node left in the rooms. A meeting server that is down is met later, by each call. */
const removeStaleParticipants = async (rooms: RoomAdmin, nodeId: NodeId, logger: Logger) => {
  try {
    const removed = await rooms.removeStale(identityPrefix(nodeId), () => false);
    if (removed > 0) logger.info({ removed }, 'stale participants removed');
  } catch (error) {
    logger.warn({ err: error }, 'stale participants could not be removed');
  }
};

interface NodeWatchParts {
  readonly store: Store;
  readonly rooms: RoomAdmin;
  readonly cluster: Cluster;
  readonly outside: Outside;
  readonly logger: Logger;
}

/** What a dead node of the same store left open is closed here, its participants removed. */
const watchOtherNodes = ({ store, rooms, cluster, outside, logger }: NodeWatchParts) => {
  store.watchNodes({
    callersPresent: (node) => callersPresent(rooms, node),
    onDead({ nodeId, calls }) {
      const dead = asNodeId(nodeId);
      cluster.nodeGone(dead);
      outside.callsClosed(calls);
      void removeCallers(rooms, dead, calls, logger);
    },
  });
};

const openMedia = async (
  { config, folder, logger }: GatewayDeps,
  livekit: LiveKitAccess,
  opened: Closing[],
): Promise<MediaBridge> => {
  const { library, problems } = await loadPrompts(config.promptsDir ?? ownPrompts, promptRateHz);
  if (problems.length > 0) throw new Error(`prompts can't be used:\n${problems.join('\n')}`);
  const media = await createMediaBridge({
    workers: config.media.workers ?? Math.max(1, availableParallelism() - 1),
    rtpPorts: config.media.rtpPorts,
    prompts: library,
    livekit,
    nodeId: asNodeId(folder.nodeId),
    settings: { mediaTimeoutMs: config.media.mediaTimeoutMs },
    log: logger.child({ part: 'media' }),
  });
  opened.push(() => media.close());
  return media;
};

const openTls = async (
  { config, logger }: GatewayDeps,
  opened: Closing[],
): Promise<TlsCredentials | undefined> => {
  if (config.sip.tls === undefined) return undefined;
  const credentials = await openTlsCredentials(config.sip.tls, logger.child({ part: 'sip' }));
  opened.push(() => {
    credentials.close();
  });
  return credentials;
};

const openTrunks = async (
  { config, clock, logger }: GatewayDeps,
  opened: Closing[],
): Promise<TrunkSettings | undefined> => {
  if (config.sip.trunksFile === undefined) return undefined;
  const settings = await openTrunkSettings({
    file: config.sip.trunksFile,
    variable: environmentVariable,
    clock,
    logger: logger.child({ part: 'trunk' }),
  });
  opened.push(() => {
    settings.close();
  });
  return settings;
};

/** All numbers that people can call, each once. */
const dialInOf = (config: Config, trunks: TrunkSettings | undefined): Config['sip']['numbers'] => {
  const all = [
    ...config.sip.numbers,
    ...(trunks?.current.trunks ?? []).flatMap(({ numbers }) => numbers),
  ];
  return all.filter(({ number }, at) => all.findIndex((each) => each.number === number) === at);
};

const coreSettings = (
  config: Config,
  trunks: TrunkSettings | undefined,
): Parameters<typeof createCallCore>[0]['settings'] => ({
  screening: {
    trunkTerms: trunks && ((name) => trunks.current.trunks.find((each) => each.name === name)),
    allow: config.sip.allow,
    numbers: config.sip.numbers,
    domains: config.sip.domains,
    maxCalls: config.calls.maxCalls,
    test: config.test,
  },
  timeZone: config.calls.timeZone,
  goBackMs: config.calls.goBackMs,
  hostGraceMs: config.calls.hostGraceMs,
  call: {
    ...defaultCallSettings,
    ivr: {
      ...defaultCallSettings.ivr,
      firstDigitTimeoutMs: config.calls.firstDigitTimeoutMs,
      interDigitTimeoutMs: config.calls.interDigitTimeoutMs,
    },
    admissionWords: config.calls.admissionWords,
    keys: config.calls.keys,
    hasServiceDesk: config.serviceDesk !== undefined,
    testCallId: config.test.callId,
    maxCallMs: config.calls.maxCallMs,
    ringMs: config.calls.ringMs,
  },
});

interface HttpParts {
  readonly deps: GatewayDeps;
  readonly store: Store;
  readonly core: CallCore;
  readonly live: ClusterCalls;
  readonly engine: SipEngine;
  readonly media: MediaBridge;
  readonly rooms: RoomAdmin;
  readonly sideRooms: SideRooms;
  readonly outside: Outside;
  readonly trunks: TrunkSettings | undefined;
  readonly tls: TlsCredentials | undefined;
}

/** A number may be called so many times an hour, and a meeting take half of all such calls. */
const perNumberAndHour = 4;

const dialOutOf = ({ deps, core, engine, store, trunks }: HttpParts): DialOutPort => {
  const { config, clock, logger } = deps;
  return createDialOut({
    settings: {
      ...config.dialOut,
      perNumberAndHour,
      perMeetingAndHour: Math.ceil(config.dialOut.perHour / 2),
    },
    core,
    dial: engine.dial?.bind(engine),
    hasTrunk: (name) => trunks?.current.trunks.some((trunk) => trunk.name === name) ?? false,
    meetings: store.meetings,
    newLegId,
    clock,
    logger: logger.child({ part: 'dial-out' }),
  });
};

/** What calls need. A part that is down makes the node unready: no new calls should come here. */
const healthChecks = ({ store, core, engine, media, rooms }: HttpParts): HealthChecks => ({
  store: () => store.ready(),
  journal: () => store.journal.writable(),
  sip: () => engine.addresses.length > 0 && !core.draining,
  // A worker that hangs does not answer, and that is down.
  media: async () => ((await media.gauges())['workers'] ?? 0) > 0,
  // Any room's state will do: no answer is a rejection, and that means down.
  livekit: async () => {
    await rooms.roomState(asRoomName('ringbro-health'));
    return true;
  },
  ...Object.fromEntries(
    Object.keys(engine.parts?.() ?? {}).map((name) => [
      name,
      () => engine.parts?.()[name] === true,
    ]),
  ),
});

const openFirstAccount = async (
  { folder, clock, progress, config }: GatewayDeps,
  store: Store,
  passwords: Passwords,
): Promise<void> => {
  const { accounts } = store.access;
  const made = await makeFirstAccount(accounts, passwords, clock, () => folder.operatorPassword());
  if (made && config.http.operatorPassword === undefined)
    progress(
      `made the account ${firstAccountName}; its password is in ${folder.path}/operator-password`,
    );
};

const openHttp = async (parts: HttpParts): Promise<{ app: FastifyInstance; url: string }> => {
  const { deps, store, core, live, engine, media, rooms, outside, trunks, tls } = parts;
  const { config, folder, clock, logger } = deps;
  const checks = healthChecks(parts);
  outside.watch({ core, engine, media, checks });
  const passwords = createPasswords();
  await openFirstAccount(deps, store, passwords);
  const app = createHttpApp({
    meetings: outside.meetings,
    access: store.access,
    clock,
    events: outside.events,
    nodeId: folder.nodeId,
    passwords,
    signInService: config.http.signInService,
    trustProxy: config.http.trustProxy,
    webhooks: outside.webhooks,
    metrics: outside.metrics.read,
    invitees: store.invitees,
    calls: store.calls,
    live,
    rooms,
    sideRooms: parts.sideRooms,
    apiKey: folder.apiKey,
    publicUrl: config.http.publicUrl ?? `http://${config.http.address}:${config.http.port}`,
    get dialIn() {
      return dialInOf(config, trunks);
    },
    ...(trunks && { trunks: () => engine.trunks?.() ?? [] }),
    ...(tls && { certificateDaysLeft: () => daysLeft(tls.material, Date.now()) }),
    dialOut: dialOutOf(parts),
    videoDomain: config.sip.domains[0],
    helpNumber: undefined,
    timeZone: config.calls.timeZone,
    health: checks,
    logger: logger.child({ part: 'http' }),
  });
  const url = await app.listen({ host: config.http.address, port: config.http.port });
  return { app, url };
};
