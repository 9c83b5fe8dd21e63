/** What was dialled, by an INVITE. */
import { toOf } from './message-headers.ts';
import type { SipRequest } from './sip-message.ts';
import { parseUri } from './sip-uri.ts';

/**
 * User and host of the Request-URI; '' where there is none. A call to the Contact that we registered
 * carries the number that was dialled in To.
 */
export const dialledUri = (
  invite: SipRequest,
  contactUser: string | undefined,
): { readonly user: string; readonly host: string } => {
  const uri = parseUri(invite.requestUri);
  const isToContact = uri?.user !== undefined && uri.user === contactUser;
  const user = isToContact ? (toOf(invite)?.uri.user ?? uri.user) : uri?.user;
  return { user: user ?? '', host: uri?.host ?? '' };
};
