/**
 * An INVITE of ours, by way of drachtio-server: sent, proved where it is challenged, taken back.
 *
 *   idle -- open --> sent --+-- 200 ---------------> open
 *                     ^     +-- 401, 407 (once) ---> sent again, with credentials
 *                     |     +-- other final -------> over
 *                     +-- takeBack: CANCEL; a 200 that was quicker gets its BYE from the leg
 */
import type { Logger } from '../../call/ports/process.ts';
import type { LegEndCause } from '../../call/ports/sip-engine.ts';
import type { Tokens } from '../dialog/tokens.ts';
import { answerChallenge } from '../peers/digest-authentication.ts';
import type { DialPlan } from '../peers/dial-plan.ts';
import type { Destination } from '../peers/outside-request.ts';
import type { SipHeader } from '../message/sip-message.ts';
import { gatewayAbilities } from '../message/validate-request.ts';
import type { InviteOutcome, PlaceInvite } from './own-requests.ts';
import type { LegOpening } from './leg-opening.ts';
import { contactBy, nextHopTo, parsedResponse } from './outside-agent.ts';

export interface OutgoingInviteDeps {
  readonly plan: DialPlan;
  readonly destination: Destination;
  readonly sipCallId: string;
  readonly placeInvite: PlaceInvite;
  readonly tokens: Tokens;
  readonly log: Logger;
}

const taken: LegEndCause = { by: 'gateway', how: 'refused' };

export const createOutgoingInvite = (deps: OutgoingInviteDeps): LegOpening => {
  const { plan, destination, sipCallId, placeInvite, tokens, log } = deps;
  const { contactUser = 'ringbro' } = plan;
  let isTakenBack = false;
  let isOver = false;
  let cancel: (() => void) | undefined;

  const headers: Readonly<Record<string, string>> = {
    From: `${plan.from};tag=${tokens.token()}`,
    To: `<${plan.target}>`,
    'Call-ID': sipCallId,
    Contact: contactBy(destination, contactUser),
    Allow: gatewayAbilities.methods.join(', '),
    // drachtio-server refreshes the session where the other side asks for it. RFC 4028
    Supported: gatewayAbilities.extensions.join(', '),
    ...Object.fromEntries(plan.headers.map(({ name, value }) => [name, value])),
  };

  /** The header that answers a challenge; undefined where it is none, or none that we can answer. */
  const proofFor = (refusal: Exclude<InviteOutcome, 'answered'>): SipHeader | undefined => {
    const challenge = refusal.sipStatus === undefined ? undefined : parsedResponse(refusal);
    const isChallenge = challenge?.status === 401 || challenge?.status === 407;
    if (!isChallenge || plan.credentials === undefined) return undefined;
    const request = { method: 'INVITE', requestUri: plan.target };
    return answerChallenge(request, challenge, plan.credentials, tokens.token());
  };

  return {
    isOurs: true,
    ring: () => undefined,
    open: async (sdp, attach) => {
      let proof: SipHeader | undefined;
      for (let cseq = 1; ; cseq += 1) {
        // Asked anew after each wait.
        if (hasTakenBack()) return taken;
        const placed = await placeInvite({
          requestUri: plan.target,
          nextHop: nextHopTo(destination),
          sdp,
          headers: {
            ...headers,
            CSeq: `${cseq} INVITE`,
            ...(proof && { [proof.name]: proof.value }),
          },
          onSent: (takeBack) => {
            cancel = takeBack;
            if (hasTakenBack()) takeBack();
          },
          attach: (dialog) => {
            isOver = true;
            attach(dialog);
          },
        });
        if (placed === 'answered') return undefined;
        proof = proof === undefined ? proofFor(placed) : undefined;
        if (proof !== undefined) continue;
        isOver = true;
        if (placed.sipStatus !== undefined)
          return { by: 'network', how: 'rejected', sipStatus: placed.sipStatus };
        log.warn({ reason: placed.reason }, 'a call of ours reached nobody');
        return { by: 'network', how: 'transport' };
      }
    },
    takeBack: () => {
      if (isOver) return false;
      isTakenBack = true;
      cancel?.();
      return true;
    },
    onCancelled: () => undefined,
  };

  function hasTakenBack(): boolean {
    return isTakenBack;
  }
};
