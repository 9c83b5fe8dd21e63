/** Places a planned call of ours on the user agent, with what the settings say of sound. */
import type { MediaBridge } from '../../call/ports/media.ts';
import type { Clock, Logger } from '../../call/ports/process.ts';
import type { LocalSrtp } from '../message/sdp-crypto.ts';
import type { AudioCodec } from '../message/sdp-session.ts';
import type { DialDeskDeps } from '../peers/dial-desk.ts';
import { dialFailure } from '../peers/dial-failure.ts';
import type { FloorDoors } from '../bfcp/floor-doors.ts';
import { dialLeg } from './dialled-leg.ts';
import { publicAddressOf } from './route-request.ts';
import type { SipUserAgent } from './user-agent-options.ts';

export interface CallPlacerDeps {
  readonly userAgent: Pick<SipUserAgent, 'invite' | 'flowTo'>;
  readonly media: MediaBridge;
  readonly codecs: readonly AudioCodec[];
  readonly publicAddress: string | undefined;
  readonly srtp: LocalSrtp;
  /** Whether room systems are offered pictures, and everybody may add some. */
  readonly video: boolean;
  /** Where devices speak of their slides. */
  readonly floorDoors: FloorDoors | undefined;
  readonly newSessionId: () => string;
  readonly clock: Clock;
  readonly log: Logger;
  /** A leg begins; what is returned is called when it has ended and its media is closed. */
  readonly opened: () => () => void;
}

export const createCallPlacer =
  (deps: CallPlacerDeps): DialDeskDeps['place'] =>
  ({ request, trunk, isRoomSystem, destination, ringLimitMs, planFrom, demandsSrtp }, signal) => {
    const flow = deps.userAgent.flowTo(destination);
    const plan = flow && planFrom(publicAddressOf(flow.local, deps.publicAddress));
    if (flow === undefined || plan === undefined)
      return Promise.resolve(dialFailure('unreachable'));
    // Keys that travel in the clear protect nothing, and not every exchange knows a=crypto in RTP/AVP.
    const isSecret = flow.transport === 'tls' || deps.srtp.policy === 'require';
    const offered = demandsSrtp ? 'require' : deps.srtp.policy;
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
        srtp: { ...deps.srtp, policy: isSecret ? offered : 'off' },
        offersVideo: deps.video && isRoomSystem,
        takesVideo: deps.video,
        ringLimitMs,
        log: deps.log.child({ legId: request.legId }),
        onClosed: deps.opened(),
      },
      signal,
    );
  };
