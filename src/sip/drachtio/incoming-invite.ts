/** An INVITE that drachtio-server passed on, and what is answered to it. */
import type { Clock, Logger } from '../../call/ports/process.ts';
import type { LegEndCause } from '../../call/ports/sip-engine.ts';
import type { CallSignalling } from './drachtio-connection.ts';
import type { SrfRequest, SrfResponse } from './drachtio-types.ts';
import type { LegOpening } from './leg-opening.ts';
import { within } from './within.ts';

export interface IncomingInviteDeps {
  readonly request: SrfRequest;
  readonly response: SrfResponse;
  /** The caller takes provisional answers only reliably. RFC 3262 */
  readonly needsPrack: boolean;
  readonly signalling: CallSignalling;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Four times T1: the 180 was repeated twice. A caller that has it and sends no PRACK gets its 200 all the same. */
const prackTimeoutMs = 2_000;

const cancelled: LegEndCause = { by: 'caller', how: 'cancel' };

export const createIncomingInvite = (deps: IncomingInviteDeps): LegOpening => {
  const { request, response, signalling, clock, log } = deps;
  const pracked = Promise.withResolvers<undefined>();
  let isRinging = false;
  let isOpening = false;

  return {
    isOurs: false,
    ring: () => {
      if (isRinging || isOpening || response.finalResponseSent) return;
      isRinging = true;
      if (!deps.needsPrack) {
        response.send(180, undefined, {});
        return;
      }
      const headers = { Require: '100rel' };
      response.send(180, undefined, { headers }, undefined, ({ method, res }) => {
        if (method !== 'PRACK') return;
        res.send(200, undefined, {});
        pracked.resolve(undefined);
      });
    },
    open: async (sdp, attach) => {
      // A PRACK that finds the call answered already would be nobody's.
      if (isRinging && deps.needsPrack) await within(clock, prackTimeoutMs, pracked.promise);
      if (response.finalResponseSent) return cancelled;
      isOpening = true;
      try {
        await signalling.createUas(sdp, attach);
        return undefined;
      } catch (error) {
        // drachtio-srf lets a CANCEL go that crosses our 200: then the transaction is over.
        if (/unknown transaction/i.test(String(error))) return cancelled;
        log.warn({ err: error }, 'the 200 could not be sent');
        return { by: 'network', how: 'transport' };
      }
    },
    takeBack: (sipStatus, { reason, retryAfterS } = {}) => {
      if (isOpening) return false;
      if (!response.finalResponseSent) {
        response.send(sipStatus, reason, {
          headers: retryAfterS === undefined ? {} : { 'Retry-After': String(retryAfterS) },
        });
      }
      return true;
    },
    onCancelled: (listener) => {
      request.on('cancel', listener);
    },
  };
};
