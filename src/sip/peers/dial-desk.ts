/** Calls of our own: which way they leave, server after server, until one answers. */
import type { Clock } from '../../call/ports/process.ts';
import type { Binding } from '../../call/ports/room-systems.ts';
import type { DialOutcome, DialRequest } from '../../call/ports/sip-engine.ts';
import type { Trunk } from '../../trunk/trunk.ts';
import type { SrtpPolicy } from '../message/sdp-crypto.ts';
import { parseUri } from '../message/sip-uri.ts';
import { unfitDial } from './dial-failure.ts';
import { directDialPlan, trunkDialPlan, type DialPlan } from './dial-plan.ts';
import type { Destination } from './outside-request.ts';
import type { TargetResolver } from './target-resolver.ts';
import type { TrunkDesk } from './trunk-desk.ts';

/** One try, at one server. */
export interface PlannedCall {
  readonly request: DialRequest;
  readonly trunk: Trunk | undefined;
  /** It is called where it registered: a device with a screen. */
  readonly isRoomSystem: boolean;
  readonly destination: Destination;
  readonly ringLimitMs: number;
  /** Its offer is RTP/SAVP, where the settings would have RTP/AVP with keys beside. */
  readonly demandsSrtp: boolean;
  /** What stands in its INVITE, given the address that we leave by; undefined: nothing can. */
  readonly planFrom: (ownHost: string) => DialPlan | undefined;
}

export interface DialDeskDeps {
  /** Undefined: there are no trunks. */
  readonly trunkDesk: Pick<TrunkDesk, 'towards'> | undefined;
  /** Where a room system of ours is; undefined: it is none, or not registered. Never rejects. */
  readonly locate?: ((address: string) => Promise<Binding | undefined>) | undefined;
  readonly resolver: TargetResolver;
  readonly clock: Clock;
  readonly srtpPolicy: SrtpPolicy;
  /** Never rejects. */
  readonly place: (call: PlannedCall, signal: AbortSignal) => Promise<DialOutcome>;
}

export interface DialDesk {
  /** `SipEngine.dial` */
  readonly dial: (request: DialRequest, signal: AbortSignal) => Promise<DialOutcome>;
}

interface Way extends Pick<PlannedCall, 'trunk' | 'isRoomSystem' | 'planFrom'> {
  readonly destinations: readonly Destination[];
}

const unreachable = { outcome: 'failed', how: 'unreachable' } as const;
const cancelled = { outcome: 'failed', how: 'cancelled' } as const;
/**
 * To a room system that registered: its Contact is what the request is for (RFC 3261 §16.5), and it
 * goes where the REGISTER came from, also through a NAT.
 */
const boundWay = (
  request: DialRequest,
  { contact, transport, remoteAddress, remotePort }: Binding,
): Way => ({
  trunk: undefined,
  isRoomSystem: true,
  destinations: [{ transport, address: remoteAddress, port: remotePort, isRegistered: true }],
  planFrom: (ownHost) => directDialPlan({ ...request, to: contact }, ownHost),
});

/** A provider's servers are tried while somebody waits: not all sixteen of them. */
const maxTries = 3;

/**
 * Whoever knows nothing of RFC 8643 may refuse keys in RTP/AVP, and take the same in RTP/SAVP. What it
 * had answered already did not fit for another reason.
 */
const mayTakeSavp = (outcome: DialOutcome): boolean =>
  outcome.outcome === 'failed' && outcome.sipStatus === 488 && outcome !== unfitDial;

export const createDialDesk = (deps: DialDeskDeps): DialDesk => {
  const { trunkDesk, resolver, clock, place } = deps;

  const wayOf = async (request: DialRequest): Promise<Way | undefined> => {
    if (request.trunk !== undefined) {
      const way = trunkDesk?.towards(request.trunk);
      if (way === undefined) return undefined;
      const plan = trunkDialPlan(request, way.trunk);
      const destinations = await way.destinations();
      return { trunk: way.trunk, isRoomSystem: false, destinations, planFrom: () => plan };
    }
    const uri = parseUri(request.to);
    const binding = uri?.user && (await deps.locate?.(`${uri.user.toLowerCase()}@${uri.host}`));
    if (binding) return boundWay(request, binding);
    return (
      uri && {
        trunk: undefined,
        isRoomSystem: false,
        destinations: await resolver.resolve(uri),
        planFrom: (ownHost) => directDialPlan(request, ownHost),
      }
    );
  };

  /** As in the offers of calls of ours: keys over TLS alone. */
  const offersBoth = ({ transport }: Destination): boolean =>
    deps.srtpPolicy === 'allow' && transport === 'tls';

  const placeAt = async (
    call: Omit<PlannedCall, 'ringLimitMs' | 'demandsSrtp'>,
    endsAt: number,
    signal: AbortSignal,
  ): Promise<DialOutcome> => {
    const leftMs = (): number => endsAt - clock.now();
    const first = await place({ ...call, ringLimitMs: leftMs(), demandsSrtp: false }, signal);
    const isOver = leftMs() <= 0 || signal.aborted;
    if (isOver || !offersBoth(call.destination) || !mayTakeSavp(first)) return first;
    return place({ ...call, ringLimitMs: leftMs(), demandsSrtp: true }, signal);
  };

  return {
    dial: async (request, signal) => {
      const endsAt = clock.now() + request.ringLimitMs;
      const way = await wayOf(request);
      let outcome: DialOutcome = unreachable;
      for (const destination of way?.destinations.slice(0, maxTries) ?? []) {
        if (way === undefined || endsAt <= clock.now() || signal.aborted) break;
        const { trunk, isRoomSystem, planFrom } = way;
        const call = { request, trunk, isRoomSystem, planFrom, destination };
        outcome = await placeAt(call, endsAt, signal);
        // The next server only where this one could do nothing. RFC 3263 §4.3
        if (outcome.outcome === 'answered' || outcome.how !== 'unreachable') break;
      }
      if (!signal.aborted) return outcome;
      if (outcome.outcome === 'answered') outcome.leg.hangUp();
      return cancelled;
    },
  };
};
