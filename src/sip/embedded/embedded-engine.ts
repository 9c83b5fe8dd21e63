/** The embedded SIP engine: this process's own user agent, each call joined with its media leg. */
import { randomBytes } from 'node:crypto';
import type { LegId } from '../../call/identifiers.ts';
import type { MediaBridge } from '../../call/ports/media.ts';
import type { CallLeg, SipEngine } from '../../call/ports/sip-engine.ts';
import { createTokens } from '../dialog/tokens.ts';
import type { SrtpPolicy } from '../message/sdp-crypto.ts';
import type { AudioCodec } from '../message/sdp-session.ts';
import { hostText } from '../transaction/flow.ts';
import { createDialDesk } from '../peers/dial-desk.ts';
import type { FloorDoors } from '../bfcp/floor-doors.ts';
import { createCallPlacer } from './call-placer.ts';
import { createEmbeddedLeg } from './embedded-leg.ts';
import { publicAddressOf } from './route-request.ts';
import type { IncomingInvite } from './sip-session-handle.ts';
import { createTargetResolver, systemNameService } from '../peers/target-resolver.ts';
import { createRegistrar, type RegistrarOptions } from '../registrar/registrar.ts';
import { createTrunkDesk, type TrunkOptions } from '../peers/trunk-desk.ts';
import type { SipUserAgentOptions } from './user-agent-options.ts';
import { createSipUserAgent } from './user-agent.ts';

export interface EmbeddedEngineOptions extends Omit<
  SipUserAgentOptions,
  'onInvite' | 'onRegister'
> {
  readonly media: MediaBridge;
  /** In order of preference, for the offers that we make. */
  readonly codecs: readonly AudioCodec[];
  readonly newLegId: () => LegId;
  /** By default off. */
  readonly srtpPolicy?: SrtpPolicy;
  /** Whether pictures are taken where they are offered [no]. */
  readonly video?: boolean;
  /** Where devices speak of their slides; whoever opened them closes them [nowhere]. */
  readonly floorDoors?: FloorDoors | undefined;
  /** For room systems of our own; without it nobody registers. */
  readonly registrar?: RegistrarOptions | undefined;
  /** Without them every call comes by none. */
  readonly trunks?: TrunkOptions | undefined;
}

/**
 * Every INVITE that begins a call becomes a CallLeg; whether and where it is let in is not decided
 * here. Media is opened on the address the INVITE came to, and said to be at `publicAddress` where
 * that is set.
 */
export const createEmbeddedEngine = (options: EmbeddedEngineOptions): SipEngine => {
  const { clock, log, media, codecs, publicAddress } = options;
  const random = options.random ?? randomBytes;
  const tokens = createTokens(random);
  const srtp = { policy: options.srtpPolicy ?? 'off', random };
  const newSessionId = (): string => String(1 + tokens.below(2 ** 31));
  const live = new Set<Promise<void>>();
  let onCall: ((leg: CallLeg) => void) | undefined;

  /** A leg begins; what is returned says that it is over, its port free again. */
  const opened = (): (() => void) => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const closed = promise.then(() => void live.delete(closed));
    live.add(closed);
    return () => {
      resolve(undefined);
    };
  };

  const onInvite = (incoming: IncomingInvite): void => {
    if (onCall === undefined) {
      incoming.refuse(503);
      return;
    }
    const origin = trunkDesk?.receive({
      invite: incoming.invite,
      source: incoming.flow.remote.address,
      challenge: (status, headers) => {
        incoming.refuse(status, { headers });
      },
    });
    // It was challenged: the next INVITE brings credentials.
    if (trunkDesk !== undefined && origin === undefined) return;
    const legId = options.newLegId();
    const leg = createEmbeddedLeg({
      legId,
      incoming,
      media,
      origin,
      roomSystem: registrar?.callerOf(incoming.invite, incoming.flow),
      codecs: origin?.trunk?.codecs ?? codecs,
      mediaAddress: publicAddressOf(
        incoming.flow.local,
        origin?.trunk?.publicAddress ?? publicAddress,
      ),
      sessionId: newSessionId(),
      srtp,
      video: options.video ?? false,
      floorDoors: options.floorDoors,
      clock,
      log: log.child({ legId }),
      onClosed: opened(),
    });
    onCall(leg);
  };
  const registrar = options.registrar && createRegistrar(options.registrar, { clock, log, random });
  const userAgent = createSipUserAgent({
    ...options,
    onInvite,
    ...(registrar && { onRegister: (request, flow) => registrar.receive(request, flow) }),
    publicAddressTowards: (remote) => trunkDesk?.publicAddressTowards(remote),
  });
  const trunkDesk =
    options.trunks &&
    createTrunkDesk(options.trunks, { userAgent, tokens, clock, log, random: options.random });
  const dialDesk = createDialDesk({
    trunkDesk,
    locate: registrar && ((address) => registrar.locate(address)),
    resolver: createTargetResolver(
      options.trunks?.names ?? systemNameService,
      () => tokens.below(2 ** 31) / 2 ** 31,
    ),
    clock,
    srtpPolicy: srtp.policy,
    place: createCallPlacer({
      userAgent,
      media,
      codecs,
      publicAddress,
      srtp,
      video: options.video ?? false,
      floorDoors: options.floorDoors,
      newSessionId,
      clock,
      log,
      opened,
    }),
  });

  return {
    kind: 'embedded',
    get addresses() {
      return userAgent.listening.map((endpoint) => {
        const host = hostText(publicAddressOf(endpoint, publicAddress));
        if (endpoint.transport === 'tls') return `sips:${host}:${endpoint.port}`;
        const transport = endpoint.transport === 'udp' ? '' : `;transport=${endpoint.transport}`;
        return `sip:${host}:${endpoint.port}${transport}`;
      });
    },
    start: async (listener) => {
      onCall = listener;
      await userAgent.start();
      trunkDesk?.start();
    },
    dial: dialDesk.dial,
    trunks: () => trunkDesk?.status() ?? [],
    gauges: () => ({ ...userAgent.gauges(), legs: live.size }),
    close: async () => {
      await trunkDesk?.close();
      await userAgent.close();
      await Promise.all(live);
    },
  };
};
