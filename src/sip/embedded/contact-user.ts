import { parseNameAddr } from '../message/name-addr.ts';
import type { SipHeader } from '../message/sip-message.ts';
import { formatUri } from '../message/sip-uri.ts';

/** The same Contact with a user part, by which our registrations and calls are told apart. */
export const contactWithUser = (contact: SipHeader, user: string): SipHeader => {
  const parsed = parseNameAddr(contact.value);
  const uri = parsed && formatUri({ ...parsed.uri, user });
  return { name: 'Contact', value: `<${uri ?? ''}>` };
};
