/** Calls of our own: which way they leave, server after server, until one answers. */
import type { Clock, Logger } from '../../call/ports/process.ts';
import type { MediaBridge } from '../../call/ports/media.ts';
import type { DialOutcome, DialRequest } from '../../call/ports/sip-engine.ts';
import type { Trunk } from '../../trunk/trunk.ts';
import type { LocalSrtp } from '../message/sdp-crypto.ts';
import type { AudioCodec } from '../message/sdp-session.ts';
import { parseUri } from '../message/sip-uri.ts';
import type { Flow } from '../transaction/flow.ts';
import { directDialPlan, trunkDialPlan, type DialPlan } from './dial-plan.ts';
import { dialLeg } from './dialled-leg.ts';
import type { Destination } from './outside-requests.ts';
import { publicAddressOf } from './route-request.ts';
import type { TargetResolver } from './target-resolver.ts';
import type { TrunkDesk } from './trunk-desk.ts';
import type { SipUserAgent } from './user-agent-options.ts';

export interface DialDeskDeps {
  readonly userAgent: Pick<SipUserAgent, 'invite' | 'flowTo'>;
  /** Undefined: there are no trunks. */
  readonly trunkDesk: Pick<TrunkDesk, 'towards'> | undefined;
  readonly resolver: TargetResolver;
  readonly media: MediaBridge;
  readonly codecs: readonly AudioCodec[];
  readonly publicAddress: string | undefined;
  readonly srtp: LocalSrtp;
  readonly newSessionId: () => string;
  readonly clock: Clock;
  readonly log: Logger;
  /** A leg begins; what is returned is called when it has ended and its media is closed. */
  readonly opened: () => () => void;
}

/** Where a call goes, and what stands in its INVITE there. */
interface Way {
  readonly trunk: Trunk | undefined;
  readonly destinations: readonly Destination[];
  readonly planOn: (flow: Flow) => DialPlan | undefined;
}

const unreachable = { outcome: 'failed', how: 'unreachable' } as const;
const cancelled = { outcome: 'failed', how: 'cancelled' } as const;
/** A provider's servers are tried while somebody waits: not all sixteen of them. */
const maxTries = 3;

export const createDialDesk = (deps: DialDeskDeps) => {
  const { userAgent, clock } = deps;

  const wayOf = async (request: DialRequest): Promise<Way | undefined> => {
    if (request.trunk !== undefined) {
      const way = deps.trunkDesk?.towards(request.trunk);
      if (way === undefined) return undefined;
      const plan = trunkDialPlan(request, way.trunk);
      return { trunk: way.trunk, destinations: await way.destinations(), planOn: () => plan };
    }
    const uri = parseUri(request.to);
    return (
      uri && {
        trunk: undefined,
        destinations: await deps.resolver.resolve(uri),
        planOn: (flow) => directDialPlan(request, publicAddressOf(flow.local, deps.publicAddress)),
      }
    );
  };

  const call = (
    request: DialRequest,
    { trunk, planOn }: Way,
    destination: Destination,
    ringLimitMs: number,
    signal: AbortSignal,
  ): Promise<DialOutcome> => {
    const flow = userAgent.flowTo(destination);
    const plan = flow && planOn(flow);
    if (flow === undefined || plan === undefined) return Promise.resolve(unreachable);
    // Keys that travel in the clear protect nothing, and not every exchange knows a=crypto in RTP/AVP.
    const isSecret = flow.transport === 'tls' || deps.srtp.policy === 'require';
    return dialLeg(
      {
        ...deps,
        request,
        plan,
        destination,
        flow,
        codecs: trunk?.codecs ?? deps.codecs,
        mediaAddress: publicAddressOf(flow.local, trunk?.publicAddress ?? deps.publicAddress),
        sessionId: deps.newSessionId(),
        srtp: isSecret ? deps.srtp : { ...deps.srtp, policy: 'off' },
        ringLimitMs,
        log: deps.log.child({ legId: request.legId }),
        onClosed: deps.opened(),
      },
      signal,
    );
  };

  const dial = async (request: DialRequest, signal: AbortSignal): Promise<DialOutcome> => {
    const endsAt = clock.now() + request.ringLimitMs;
    const way = await wayOf(request);
    let outcome: DialOutcome = unreachable;
    for (const destination of way?.destinations.slice(0, maxTries) ?? []) {
      const leftMs = endsAt - clock.now();
      if (way === undefined || leftMs <= 0 || signal.aborted) break;
      outcome = await call(request, way, destination, leftMs, signal);
      // The next server only where this one could do nothing. RFC 3263 §4.3
      if (outcome.outcome === 'answered' || outcome.how !== 'unreachable') break;
    }
    if (!signal.aborted) return outcome;
    if (outcome.outcome === 'answered') outcome.leg.hangUp();
    return cancelled;
  };

  return { dial };
};
