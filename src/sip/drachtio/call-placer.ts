/** Places a planned call of ours by way of drachtio-server; FreeSWITCH or the worker has its sound. */
import { asSipCallId, type SipCallId } from '../../call/identifiers.ts';
import type { Clock, Logger } from '../../call/ports/process.ts';
import type { CallInvitation, LegEndCause } from '../../call/ports/sip-engine.ts';
import type { Tokens } from '../dialog/tokens.ts';
import { parseUri } from '../message/sip-uri.ts';
import type { DialDeskDeps, PlannedCall } from '../peers/dial-desk.ts';
import { dialFailure, refusedDial, unfitDial, type DialFailure } from '../peers/dial-failure.ts';
import type { DialPlan } from '../peers/dial-plan.ts';
import type { Destination } from '../peers/outside-request.ts';
import type { OwnSignalling } from './own-requests.ts';
import { createDrachtioLeg } from './drachtio-leg.ts';
import type { LegSound } from './leg-sound.ts';
import type { LiveLegs } from './live-legs.ts';
import { createOutgoingInvite } from './outgoing-invite.ts';
import { within } from './within.ts';

export interface CallPlacerDeps {
  /** A connection for the call there; undefined where no drachtio-server is connected. */
  readonly signalling: (destination: Destination) => OwnSignalling | undefined;
  readonly soundFor: (call: PlannedCall, signalling: OwnSignalling, log: Logger) => LegSound;
  readonly legs: LiveLegs;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly log: Logger;
}

const closeTimeoutMs = 2_000;

const invitationOf = (
  { request, destination }: PlannedCall,
  plan: DialPlan,
  sipCallId: SipCallId,
): CallInvitation => {
  const { address, port, transport } = destination;
  const uri = parseUri(plan.target);
  return {
    legId: request.legId,
    sipCallId,
    source: { address, port, transport },
    callerNumber: request.callerNumber,
    dialled: { user: uri?.user ?? '', host: uri?.host ?? '' },
    signallingEncrypted: transport === 'tls',
    trunk: request.trunk,
  };
};

const failureOf = (cause: LegEndCause): DialFailure => {
  if (cause.by === 'network') {
    return cause.how === 'rejected'
      ? refusedDial(cause.sipStatus ?? 500)
      : dialFailure('unreachable');
  }
  // They took it, and were gone before the sound was settled.
  if (cause.by === 'caller') return dialFailure('rejected');
  // No FreeSWITCH had room for its sound; or its answer did not fit our offer.
  return cause.how === 'refused' ? dialFailure('unreachable') : unfitDial;
};

export const createCallPlacer =
  (deps: CallPlacerDeps): DialDeskDeps['place'] =>
  async (call, signal) => {
    const { tokens, clock } = deps;
    const signalling = deps.signalling(call.destination);
    // drachtio-server puts its own address there.
    const plan = call.planFrom('localhost');
    if (signalling === undefined || plan === undefined) return dialFailure('unreachable');
    const log = deps.log.child({ legId: call.request.legId });
    const sipCallId = asSipCallId(tokens.token());
    const closed = Promise.withResolvers<undefined>();
    const leg = deps.legs.begin(signalling.link, (onClosed) =>
      createDrachtioLeg({
        invitation: invitationOf(call, plan, sipCallId),
        opening: createOutgoingInvite({
          plan,
          destination: call.destination,
          sipCallId,
          placeInvite: signalling.placeInvite,
          tokens,
          log,
        }),
        offer: undefined,
        sound: deps.soundFor(call, signalling, log),
        clock,
        log,
        onClosed: () => {
          closed.resolve(undefined);
          onClosed();
        },
      }),
    );

    const rang = new AbortController();
    const takeBack = (): void => {
      leg.hangUp();
    };
    const cancelLimit = clock.at(clock.now() + call.ringLimitMs, () => {
      rang.abort();
      takeBack();
    });
    signal.addEventListener('abort', takeBack, { once: true });
    const outcome = await Promise.race([leg.answer(), leg.ended]);
    cancelLimit();
    signal.removeEventListener('abort', takeBack);

    if ('outcome' in outcome && outcome.outcome === 'answered')
      return { outcome: 'answered', leg, media: outcome.media };
    if (signal.aborted) return dialFailure('cancelled');
    if (rang.signal.aborted) return dialFailure('no-answer');
    const failure = failureOf(await leg.ended);
    // The next try is a leg of the same name: it must not find the port of this one, nor lose its own.
    await within(clock, closeTimeoutMs, closed.promise);
    return failure;
  };
