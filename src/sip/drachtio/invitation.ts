/** What an INVITE that drachtio-server passed on says about the call. */
import { asSipCallId, type LegId } from '../../call/identifiers.ts';
import type { CallInvitation } from '../../call/ports/sip-engine.ts';
import type { CallOrigin } from '../peers/trunk-desk.ts';
import { callerOf } from '../peers/caller-of.ts';
import { dialledUri } from '../message/dialled-uri.ts';
import { sipCallIdOf } from '../message/message-headers.ts';
import type { SipRequest } from '../message/sip-message.ts';
import type { SrfRequest } from './drachtio-types.ts';

type Source = CallInvitation['source'];

/** drachtio-server's words for a transport: `wss` is TLS to us, what is neither is UDP. */
export const transportOf = (protocol: string): Source['transport'] => {
  if (protocol === 'tls' || protocol === 'wss') return 'tls';
  return protocol === 'tcp' ? 'tcp' : 'udp';
};

/** @param origin by which trunk it came; undefined: there are no trunks */
export const invitationOf = (
  legId: LegId,
  invite: SipRequest,
  request: Pick<SrfRequest, 'protocol' | 'source_address' | 'source_port'>,
  origin: CallOrigin | undefined,
): CallInvitation => {
  const transport = transportOf(request.protocol);
  return {
    legId,
    sipCallId: sipCallIdOf(invite) ?? asSipCallId(''),
    source: { address: request.source_address, port: request.source_port, transport },
    ...callerOf(invite, origin?.trunk),
    dialled: dialledUri(invite, origin?.trunk?.registration?.contactUser),
    signallingEncrypted: transport === 'tls',
    trunk: origin?.trunk?.name,
    ...(origin?.isUnauthorised === true && { unauthorised: true }),
  };
};
