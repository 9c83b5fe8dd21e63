/** Which INVITEs become calls; all others are answered here. */
import { contacts, toOf } from '../message/message-headers.ts';
import { parseMessage } from '../message/parse-message.ts';
import type { SipHeader, SipRequest } from '../message/sip-message.ts';
import { validateRequest } from '../message/validate-request.ts';
import type { CallOrigin, TrunkDesk } from '../peers/trunk-desk.ts';
import type { CallSignalling } from './drachtio-connection.ts';
import type { SrfRequest, SrfResponse } from './drachtio-types.ts';
import { responseHeaders } from './response-headers.ts';

export interface InviteDoorDeps {
  /** Calls are taken. */
  readonly isOpen: () => boolean;
  /** Undefined: there are no trunks, and callers are not asked who they are. */
  readonly trunkDesk: Pick<TrunkDesk, 'receive'> | undefined;
  readonly begin: (
    invite: SipRequest,
    request: SrfRequest,
    response: SrfResponse,
    signalling: CallSignalling,
    origin: CallOrigin | undefined,
  ) => void;
}

export const createInviteDoor =
  ({ isOpen, trunkDesk, begin }: InviteDoorDeps) =>
  (request: SrfRequest, response: SrfResponse, signalling: CallSignalling): void => {
    const refuse = (status: number, headers: readonly SipHeader[] = []): void => {
      response.send(status, undefined, { headers: responseHeaders(headers) });
      signalling.end();
    };
    const parsed = parseMessage(Buffer.from(request.raw));
    if (!parsed.ok || parsed.message.kind !== 'request') refuse(400);
    else if (!isOpen()) refuse(503, [{ name: 'Retry-After', value: '10' }]);
    else if (toOf(parsed.message)?.tag !== undefined) refuse(481);
    else if (contacts(parsed.message).length === 0) refuse(400);
    else {
      const invite = parsed.message;
      const refusal = validateRequest(invite);
      if (refusal !== undefined) {
        refuse(refusal.status, refusal.headers);
        return;
      }
      const source = request.source_address;
      const origin = trunkDesk?.receive({ invite, source, challenge: refuse });
      // It was challenged: the next INVITE brings credentials.
      if (trunkDesk !== undefined && origin === undefined) return;
      begin(invite, request, response, signalling, origin);
    }
  };
