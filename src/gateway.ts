import { randomInt } from 'node:crypto';
import { createRoomAdmin } from './bridge/room/room-admin.ts';
import { createCallCore } from './call/call-core.ts';
import { type CallId, asNodeId } from './call/identifiers.ts';
import { createEndSweep } from './call/end-sweep.ts';
import { keepRemovals, recallRemovals } from './call/kept-removals.ts';
import { createMeetingActions } from './call/meeting-actions.ts';
import type { CallRecord } from './call/ports/call-records.ts';
import { type ClusterCalls, createCluster } from './cluster/cluster.ts';
import { createTracing } from './trace/tracing.ts';
import { readRetention } from './retention-settings.ts';
import { coreSettings } from './wiring/core-settings.ts';
import { serviceDeskOf } from './wiring/desk-from-config.ts';
import { engineOf, floorDoorsOf } from './wiring/engine-from-config.ts';
import { firstMeeting } from './wiring/first-meeting.ts';
import type { Closing, GatewayDeps } from './wiring/gateway-deps.ts';
import { openCallStore, watchOtherNodes } from './wiring/open-call-store.ts';
import { openCanary } from './wiring/open-canary.ts';
import { openHttp } from './wiring/open-http.ts';
import { openLiveKit, removeStaleParticipants } from './wiring/open-livekit.ts';
import { openMedia, ownPrompts } from './wiring/open-media.ts';
import { dialInOf, openTls, openTrunks } from './wiring/open-sip-settings.ts';
import { openSpeech } from './wiring/open-speech.ts';
import { openOutside } from './wiring/outside.ts';
import { traceSip, traceSound } from './wiring/open-tracing.ts';
import { createSideRooms } from './wiring/side-rooms.ts';

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
  const { retentionFile, retentionDays } = config.calls;
  const retention = await readRetention(retentionFile, retentionDays);

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
  const tracing = createTracing({ clock });
  opened.push(() => {
    tracing.close();
  });
  const sipLog = logger.child({ part: 'sip' });
  const floorDoors = floorDoorsOf(config, sipLog);
  opened.push(() => floorDoors?.close());
  const engine = engineOf({
    config,
    ownPrompts,
    media,
    floorDoors,
    tls,
    trunks,
    clock,
    onSipMessage: traceSip(tracing),
    roomSystems: store.roomSystems,
    nodeId,
    log: sipLog,
  });
  const sideRooms = createSideRooms({ ...livekit, url: config.livekitBrowserUrl ?? livekit.url });
  const cluster = createCluster({
    nodeId,
    bus: store.bus,
    calls: store.calls,
    meetings: store.meetings,
    guessLog: store.guesses,
    events: outside.events,
    sound: media.soundLinks,
    clock,
    logger: logger.child({ part: 'cluster' }),
  });
  outside.tellOthersBy(cluster.tellEvent);
  const kept = { marks: store.marks, clock, logger: logger.child({ part: 'call' }) };
  const actions = createMeetingActions({
    meetings: outside.meetings,
    rooms,
    marks: store.marks,
    callers: () => callers,
  });
  const core = createCallCore({
    nodeId,
    engine: engine.kind,
    directory: outside.directory,
    rooms,
    journal: store.journal,
    numbers: store.numbers,
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
    takeLadder: (sipCallId) => tracing.takeLadder(sipCallId),
    guesses: cluster.guesses,
    others: cluster.others,
    peers: keepRemovals(cluster.peers, kept),
    lines: cluster.lines,
    newRoom: () => sideRooms.newRoom(),
    supportCode: () =>
      randomInt(10 ** 6)
        .toString()
        .padStart(6, '0'),
    actions,
    speech: openSpeech(deps, opened),
  });
  // The core is served to the other nodes before a call can come, so this one is soon replaced.
  let callers: Pick<ClusterCalls, 'meetingChanged' | 'meetingOver'> = core;
  const live = await cluster.serve(core);
  callers = live;
  await recallRemovals(core.heardOfPerson.removed, kept);
  const endSweep = createEndSweep({ due: (time) => store.meetingsToEnd(time), actions, ...kept });
  opened.push(() => endSweep.close());
  watchOtherNodes({ store, rooms, cluster, outside, logger });
  opened.push(() => engine.close());
  await engine.start((leg) => {
    core.handleIncoming(leg);
  });

  traceSound({ tracing, media, core });
  const canary = openCanary({
    deps,
    store,
    core,
    engine,
    rooms,
    events: outside.events,
    metrics: outside.metrics,
    numbers: () => dialInOf(config, trunks).map(({ number }) => number),
  });
  opened.push(() => canary?.close());
  const parts = {
    ...{ deps, store, core, live, engine, media, rooms, sideRooms, outside, trunks, tls },
    canary,
    tracing,
  };
  const http = await openHttp(parts);
  opened.push(() => http.app.close());
  store.keepOnlyFor(retention);

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
      await canary?.close();
      await core.drain(graceMs);
      await closeAll();
    },
  };
};
