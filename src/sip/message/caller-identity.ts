/** Who calls, as far as the caller lets us know. RFC 3323, 3325, 3261 §8.1.1.3 */
import { fromOf, headers } from './message-headers.ts';
import { parseNameAddr } from './name-addr.ts';
import type { SipMessage, SipUri } from './sip-message.ts';

const anonymousPrivacy: ReadonlySet<string> = new Set(['id', 'user', 'header']);

/** Whether the caller asked not to be known: Privacy, or an anonymous From. */
export const withheldIdentity = (message: SipMessage): boolean => {
  // RFC 3323 §4.2 separates privacy values with semicolons.
  const privacy = headers(message, 'Privacy').flatMap((value) => value.toLowerCase().split(';'));
  if (privacy.some((value) => anonymousPrivacy.has(value.trim()))) return true;
  const uri = fromOf(message)?.uri;
  return uri?.host === 'anonymous.invalid' || uri?.user?.toLowerCase() === 'anonymous';
};

/**
 * The caller's number or user name: P-Asserted-Identity, else From. Undefined where it is withheld
 * or absent. An assertion is worth what the peer that sent it is worth (RFC 3325 §7).
 */
export const callerIdentity = (message: SipMessage): string | undefined => {
  if (withheldIdentity(message)) return undefined;
  const asserted = headers(message, 'P-Asserted-Identity').flatMap(
    (value) => parseNameAddr(value)?.uri ?? [],
  );
  const from = fromOf(message)?.uri;
  return [...asserted, ...(from ? [from] : [])].map(subscriberOf).find((user) => user !== '');
};

/** A tel URI's number or a SIP URI's user, without parameters and visual separators (RFC 3966 §5.1.1). */
const subscriberOf = (uri: SipUri): string => {
  const text = (uri.scheme === 'tel' ? uri.opaque : uri.user) ?? '';
  const [subscriber = ''] = text.split(';');
  const compact = subscriber.replace(/[-.() ]/g, '');
  return /^\+?[0-9]+$/.test(compact) ? compact : subscriber;
};
