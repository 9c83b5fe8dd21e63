/** What an INVITE that drachtio-server passed on says about the call. */
import { asSipCallId, type LegId } from '../../call/identifiers.ts';
import type { CallInvitation } from '../../call/ports/sip-engine.ts';
import type { CallOrigin } from '../peers/trunk-desk.ts';
import { callerOf } from '../peers/caller-of.ts';
import { dialledUri } from '../message/dialled-uri.ts';
import { sipCallIdOf } from '../message/message-headers.ts';
import type { SipRequest } from '../message/sip-message.ts';
import type { Way } from '../registrar/registrar.ts';
import type { SrfRequest } from './drachtio-types.ts';

type Source = CallInvitation['source'];
type Came = Pick<SrfRequest, 'protocol' | 'source_address' | 'source_port'>;

/** drachtio-server's words for a transport: `wss` is TLS to us, what is neither is UDP. */
export const transportOf = (protocol: string): Source['transport'] => {
  if (protocol === 'tls' || protocol === 'wss') return 'tls';
  return protocol === 'tcp' ? 'tcp' : 'udp';
};

/** The way that a request came to drachtio-server. */
export const wayOf = (request: Came): Way => ({
  transport: transportOf(request.protocol),
  remote: { address: request.source_address, port: request.source_port },
  connectionId: undefined,
});

/**
 * @param origin by which trunk it came; undefined: there are no trunks
 * @param roomSystem whose call it is, where it is one of our own
 */
export const invitationOf = (
  legId: LegId,
  invite: SipRequest,
  request: Came,
  origin: CallOrigin | undefined,
  roomSystem: string | undefined,
): CallInvitation => {
  const { transport, remote } = wayOf(request);
  return {
    legId,
    sipCallId: sipCallIdOf(invite) ?? asSipCallId(''),
    source: { ...remote, transport },
    ...callerOf(invite, origin?.trunk),
    dialled: dialledUri(invite, origin?.trunk?.registration?.contactUser),
    signallingEncrypted: transport === 'tls',
    trunk: origin?.trunk?.name,
    ...(roomSystem !== undefined && { roomSystem }),
    ...(origin?.isUnauthorised === true && { unauthorised: true }),
  };
};
