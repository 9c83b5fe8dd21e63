/** One call of the farm: INVITE, ACK, BYE, and its line. */
import { randomBytes } from 'node:crypto';
import type { DtlsIdentity } from '../../src/bridge/rtp/dtls-identity.ts';
import { withSuites } from '../../src/caller/offered-suites.ts';
import type { SipUserAgent } from '../../src/sip/embedded/user-agent.ts';
import { applyAnswer, createOffer } from '../../src/sip/message/sdp-offer.ts';
import { openFarmLine, type FarmLine } from './farm-line.ts';
import type { LineSecurity, PlaceOutcome } from './farm-protocol.ts';
import type { LineClock } from './line-clock.ts';
import { monotonicMs } from './monotonic.ts';
import { voiceLaw, type Voice } from './voice.ts';

export interface FarmCall {
  readonly line: FarmLine;
  readonly outcome: PlaceOutcome;
  /** The far end hung up, or the call was never answered. */
  isOver(): boolean;
  /** Resolves when the call is over, by our BYE or theirs. */
  hangUp(): Promise<void>;
}

export interface PlaceDeps {
  readonly agent: SipUserAgent;
  readonly clock: LineClock;
  readonly localAddress: string;
  readonly target: string;
  /** Each caller has one of its own: some gateways know their callers by it. */
  readonly callerNumber: string;
  readonly voice: Voice;
  readonly hangUpAfterMs: number | undefined;
  readonly security: LineSecurity | undefined;
  /** For keys by DTLS. */
  readonly identity: DtlsIdentity | undefined;
}

const offerOf = (localAddress: string, rtpPort: number, deps: PlaceDeps): string => {
  const { security, identity } = deps;
  const { offer } = createOffer({
    address: localAddress,
    rtpPort,
    rtcpPort: rtpPort + 1,
    codecs: [voiceLaw],
    sessionId: '1',
    sessionVersion: 1,
    srtp: security && {
      policy: 'require',
      random: randomBytes,
      fingerprint: identity?.fingerprint,
      offersDtlsAlone: security.keys === 'dtls',
    },
  });
  return security?.keys === 'sdes' ? withSuites(offer, [security.suite]) : offer;
};

/** Resolves when the call is answered, its ACK sent, or over. */
export const placeCall = async (deps: PlaceDeps): Promise<FarmCall> => {
  const { agent, clock, localAddress, target, voice, hangUpAfterMs } = deps;
  const line = await openFarmLine(clock, voice, localAddress, deps.identity);
  const offer = offerOf(localAddress, line.port, deps);
  const placed = Promise.withResolvers<PlaceOutcome>();
  const over = Promise.withResolvers<undefined>();
  let isOver = false;
  let answeredAfterMs = 0;

  const invitedAtMs = monotonicMs();
  const session = agent.invite(target, {
    sdp: offer,
    from: `<sip:${deps.callerNumber}@${localAddress}>`,
  });
  const hangUp = (): void => {
    session.hangUp();
  };
  const hangingUp = hangUpAfterMs === undefined ? undefined : setTimeout(hangUp, hangUpAfterMs);
  session.onEvent((event) => {
    switch (event.type) {
      case 'answered': {
        answeredAfterMs = monotonicMs() - invitedAtMs;
        const applied = event.sdp === undefined ? undefined : applyAnswer(offer, event.sdp);
        if (applied?.ok !== true) {
          session.hangUp();
          return;
        }
        const { remoteAddress: address, remotePort: port, ...rest } = applied.session;
        line.connect({ address, port, secured: deps.security && applied.session, ...rest });
        return;
      }
      case 'confirmed':
        placed.resolve({ answered: true, afterMs: answeredAfterMs });
        return;
      case 'offer':
        session.acceptOffer(offer);
        return;
      case 'ended': {
        const { cause } = event;
        const status = 'sipStatus' in cause ? cause.sipStatus : '';
        isOver = true;
        clearTimeout(hangingUp);
        line.close();
        placed.resolve({ answered: false, cause: `${cause.by}: ${cause.how} ${status}`.trim() });
        over.resolve(undefined);
        return;
      }
      case 'provisional':
      case 'answer':
      case 'offer-refused':
      case 'described-anew':
      case 'digit':
      case 'picture-fast-update':
        return;
    }
  });
  return {
    line,
    outcome: await placed.promise,
    isOver: () => isOver,
    async hangUp() {
      session.hangUp();
      await over.promise;
    },
  };
};
