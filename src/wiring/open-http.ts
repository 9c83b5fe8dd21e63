import type { FastifyInstance } from 'fastify';
import type { CallCore } from '../call/call-core.ts';
import type { Canary } from '../canary/canary.ts';
import { createDialOut } from '../call/dial-out.ts';
import { asNodeId, asRoomName } from '../call/identifiers.ts';
import type { MediaBridge } from '../call/ports/media.ts';
import type { Clock } from '../call/ports/process.ts';
import type { RoomAdmin } from '../call/ports/room-admin.ts';
import type { SipEngine } from '../call/ports/sip-engine.ts';
import type { ClusterCalls } from '../cluster/cluster.ts';
import { firstAccountName, makeFirstAccount } from '../http/access/first-account.ts';
import { type Passwords, createPasswords } from '../http/access/password.ts';
import { createHttpApp } from '../http/http-app.ts';
import type { DialOutPort, HealthChecks, SideRooms } from '../http/ports.ts';
import { type TlsCredentials, daysLeft } from '../sip/embedded/tls-credentials.ts';
import type { Store } from '../store/store.ts';
import type { Tracing } from '../trace/tracing.ts';
import { newLegId, sipDomainsOf } from './engine-from-config.ts';
import type { GatewayDeps } from './gateway-deps.ts';
import { dialInOf } from './open-sip-settings.ts';
import type { Outside } from './outside.ts';
import type { TrunkSettings } from './trunk-settings.ts';

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
  readonly canary: Canary | undefined;
  readonly tracing: Tracing;
}

/** A number may be called so many times an hour, and a meeting take half of all such calls. */
const perNumberAndHour = 4;

const knownRoomSystems = ({ roomSystems }: Store, clock: Clock) => ({
  has: (address: string) => roomSystems.has(address),
  whereIs: async (address: string) => (await roomSystems.bindings(clock.now(), address))[0],
});

const dialOutOf = ({ deps, core, live, engine, store, trunks }: HttpParts): DialOutPort => {
  const { config, clock, logger } = deps;
  const dialOut = createDialOut({
    settings: {
      ...config.dialOut,
      perNumberAndHour,
      perMeetingAndHour: Math.ceil(config.dialOut.perHour / 2),
    },
    core,
    dial: engine.dial?.bind(engine),
    hasTrunk: (name) => trunks?.current.trunks.some((trunk) => trunk.name === name) ?? false,
    roomSystems: knownRoomSystems(store, clock),
    nodeId: asNodeId(deps.folder.nodeId),
    elsewhere: (...asked) => live.dialOuts.at(...asked),
    meetings: store.meetings,
    marks: store.marks,
    hide: (number) => store.guesses.hide(number),
    newLegId,
    clock,
    logger: logger.child({ part: 'dial-out' }),
  });
  live.dialOuts.serve((callId, request) => dialOut(callId, request, 'here'));
  return dialOut;
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

export const openHttp = async (
  parts: HttpParts,
): Promise<{ app: FastifyInstance; url: string }> => {
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
    sessionIdleMs: config.http.sessionIdleMs,
    webhooks: outside.webhooks,
    metrics: outside.metrics.read,
    canary: parts.canary,
    tracing: parts.tracing,
    ...(media.levels && { levels: () => media.levels?.() ?? Promise.resolve(new Map()) }),
    invitees: store.invitees,
    numbers: store.numbers,
    holds: store.holds,
    persons: store.persons,
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
    roomSystems: { book: store.roomSystems, domains: sipDomainsOf(config) },
    videoDomain: config.sip.domains[0],
    helpNumber: undefined,
    timeZone: config.calls.timeZone,
    health: checks,
    logger: logger.child({ part: 'http' }),
  });
  const url = await app.listen({ host: config.http.address, port: config.http.port });
  return { app, url };
};
