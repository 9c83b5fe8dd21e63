/** The SIP engine on drachtio-server and FreeSWITCH: several of each, put together as one. */
import { randomBytes } from 'node:crypto';
import type { LegId } from '../../call/identifiers.ts';
import type { Clock, Logger } from '../../call/ports/process.ts';
import type { CallLeg, SipEngine } from '../../call/ports/sip-engine.ts';
import { createTokens } from '../dialog/tokens.ts';
import { createDialDesk } from '../peers/dial-desk.ts';
import { createTargetResolver, systemNameService } from '../peers/target-resolver.ts';
import { createTrunkDesk, type CallOrigin, type TrunkOptions } from '../peers/trunk-desk.ts';
import { createRegistrar, type RegistrarOptions } from '../registrar/registrar.ts';
import { requireTags } from '../message/message-headers.ts';
import { sdpBodyOf } from '../message/sdp-body.ts';
import type { SipRequest } from '../message/sip-message.ts';
import { saysVideo } from '../message/video-tag.ts';
import type { SipMessageListener } from '../transaction/message-listener.ts';
import { createCallPlacer } from './call-placer.ts';
import {
  createDrachtioConnection,
  type CallSignalling,
  type DrachtioConnection,
  type DrachtioServer,
} from './drachtio-connection.ts';
import { createDrachtioLeg } from './drachtio-leg.ts';
import type { SrfRequest, SrfResponse } from './drachtio-types.ts';
import { pingFreeSwitches } from './freeswitch-ping.ts';
import { createFreeSwitchPool, isHealthy, type FreeSwitchPool } from './freeswitch-pool.ts';
import { createFreeSwitch, type FreeSwitchServer } from './freeswitch.ts';
import { createIncomingInvite } from './incoming-invite.ts';
import { invitationOf, wayOf } from './invitation.ts';
import { createInviteDoor } from './invite-door.ts';
import { createLegSounds, type LegSoundOptions } from './leg-sounds.ts';
import { createLiveLegs } from './live-legs.ts';
import { outsideOnly } from './outside-only.ts';
import { createOutsideAgent } from './outside-agent.ts';
import { createRegisterDesk } from './register-desk.ts';
import { within } from './within.ts';

export interface DrachtioEngineOptions extends LegSoundOptions {
  /** Those we connect to, and where others connect to us. */
  readonly drachtio: readonly DrachtioServer[];
  readonly drachtioSecret: string;
  readonly freeSwitch: readonly FreeSwitchServer[];
  /** Tells the pool what it is to be from now on, at once and later; returns how that is ended. */
  readonly followFreeSwitch?: ((apply: FreeSwitchPool['follow']) => () => void) | undefined;
  readonly freeSwitchSecret: string;
  /** Where FreeSWITCH calls back, and its ports from here on, one a FreeSWITCH [any]. */
  readonly listenAddress: string;
  readonly firstListenPort?: number;
  /** `listenAddress` as FreeSWITCH sees it [the same]. */
  readonly advertisedAddress?: string | undefined;
  /** Without them every call comes by none. */
  readonly trunks?: TrunkOptions | undefined;
  /** For room systems of our own; without it nobody registers. */
  readonly registrar?: RegistrarOptions | undefined;
  readonly newLegId: () => LegId;
  readonly clock: Clock;
  readonly log: Logger;
  /** The messages with callers and callees, trunks and their registrars; none with FreeSWITCH. */
  readonly onMessage?: SipMessageListener | undefined;
}

export interface DrachtioEngine extends SipEngine {
  /** FreeSWITCH servers, to be added, drained and removed while calls go on. */
  readonly pool: FreeSwitchPool;
}

/** So long `start` waits for the first of each; whoever comes later is taken in then. */
const startTimeoutMs = 5_000;

export const createDrachtioEngine = (options: DrachtioEngineOptions): DrachtioEngine => {
  const { clock, log } = options;
  const tokens = createTokens(randomBytes);
  const legs = createLiveLegs();
  let connections: readonly DrachtioConnection[] = [];
  let onCall: ((leg: CallLeg) => void) | undefined;
  let stopPinging: (() => void) | undefined;
  let stopFollowing: (() => void) | undefined;
  let isClosed = false;
  let slots = 0;

  const pool = createFreeSwitchPool((server, onIdle) => {
    const listenPort =
      options.firstListenPort === undefined ? 0 : options.firstListenPort + slots++;
    return createFreeSwitch({
      server,
      secret: options.freeSwitchSecret,
      listenAddress: options.listenAddress,
      listenPort,
      advertisedAddress: options.advertisedAddress,
      clock,
      log,
      onIdle,
    });
  });

  /** We connect to a drachtio-server; otherwise each connects to us, when there is a call. */
  const isInbound = options.drachtio.some(({ style }) => style === 'inbound');
  const connected = () => connections.find((connection) => connection.connections > 0);

  const trunkDesk =
    options.trunks &&
    createTrunkDesk(options.trunks, {
      userAgent: createOutsideAgent({ connected, tokens }),
      tokens,
      clock,
      log,
    });

  // ---------------------------------------------------------------- calls

  const registrar =
    options.registrar && createRegistrar(options.registrar, { clock, log, random: randomBytes });
  const registerDesk = registrar && createRegisterDesk<DrachtioConnection>(registrar, log);
  const sounds = createLegSounds(options, pool);

  const dialDesk = createDialDesk({
    trunkDesk,
    locate: registrar && ((address) => registrar.locate(address)),
    resolver: createTargetResolver(
      options.trunks?.names ?? systemNameService,
      () => tokens.below(2 ** 31) / 2 ** 31,
    ),
    clock,
    srtpPolicy: options.srtpPolicy ?? 'allow',
    place: createCallPlacer({
      signalling: (destination) => {
        const known = registerDesk?.serverTowards(destination)?.forOwnCall();
        return isClosed ? undefined : (known ?? connected()?.forOwnCall());
      },
      soundFor: (call, signalling, legLog) => {
        const { legId } = call.request;
        const { transport, address: remoteAddress } = call.destination;
        return sounds.forCallee({ ...call, legId, transport, remoteAddress }, signalling, legLog);
      },
      legs,
      tokens,
      clock,
      log,
    }),
  });

  const beginCall = (
    invite: SipRequest,
    request: SrfRequest,
    response: SrfResponse,
    signalling: CallSignalling,
    origin: CallOrigin | undefined,
  ): void => {
    const legId = options.newLegId();
    const roomSystem = registrar?.callerOf(invite, wayOf(request));
    const invitation = invitationOf(legId, invite, request, origin, roomSystem);
    const legLog = log.child({ legId });
    const device = { offer: sdpBodyOf(invite), isVideoSystem: saysVideo(invite) };
    const leg = legs.begin(signalling.link, (onClosed) =>
      createDrachtioLeg({
        invitation,
        opening: createIncomingInvite({
          request,
          response,
          needsPrack: requireTags(invite).has('100rel'),
          signalling,
          clock,
          log: legLog,
        }),
        offer: device.offer,
        sound: sounds.forCaller(invitation, device, origin?.trunk, signalling, legLog),
        clock,
        log: legLog,
        onClosed: () => {
          signalling.end();
          onClosed();
        },
      }),
    );
    onCall?.(leg);
  };

  const onInvite = createInviteDoor({
    isOpen: () => onCall !== undefined && !isClosed,
    trunkDesk,
    begin: beginCall,
  });

  // ---------------------------------------------------------------- health

  const sum = (figures: readonly number[]): number => figures.reduce((a, b) => a + b, 0);

  return {
    kind: 'drachtio',
    pool,
    get addresses() {
      return connections.flatMap(({ addresses }) => addresses);
    },
    start: async (listener) => {
      onCall = listener;
      for (const server of options.freeSwitch) pool.add(server);
      stopFollowing = options.followFreeSwitch?.(pool.follow);
      connections = options.drachtio.map((server) => {
        const connection = createDrachtioConnection({
          server,
          secret: options.drachtioSecret,
          publicAddress: options.publicAddress,
          clock,
          log,
          onInvite,
          onRegister:
            registerDesk &&
            ((request, response, signalling) => {
              registerDesk.receive(request, response, connection, () => {
                signalling.end();
              });
            }),
          onLost: legs.lose,
          onMessage: options.onMessage && outsideOnly(options.onMessage, pool),
        });
        return connection;
      });
      const firstOf = (all: readonly { readonly ready: Promise<void> }[]): Promise<unknown> =>
        all.length === 0
          ? Promise.resolve()
          : within(clock, startTimeoutMs, Promise.race(all.map(({ ready }) => ready)));
      await Promise.all([firstOf(isInbound ? connections : []), firstOf(pool.members)]);
      stopPinging = pingFreeSwitches({ pool, connected, clock });
      trunkDesk?.start();
    },
    parts: () => ({
      ...(isInbound && { drachtio: connected() !== undefined }),
      freeswitch: pool.states().some((state) => isHealthy(state) && !state.draining),
    }),
    dial: dialDesk.dial,
    trunks: () => trunkDesk?.status() ?? [],
    gauges: () => ({
      legs: legs.size,
      dialogs: sum(connections.map(({ dialogs }) => dialogs)),
      endpoints: sum(pool.members.map(({ endpoints }) => endpoints)),
      eventSockets: sum(pool.members.map(({ eventSockets }) => eventSockets)),
      listeners: sum(connections.map(({ listeners }) => listeners)),
    }),
    close: async () => {
      isClosed = true;
      stopPinging?.();
      stopFollowing?.();
      const deregistered = trunkDesk?.close();
      await within(clock, startTimeoutMs, legs.hangUp());
      await deregistered;
      await Promise.all(connections.map((connection) => connection.close()));
      await pool.close();
    },
  };
};
