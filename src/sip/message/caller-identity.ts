/** Who calls, as far as the caller lets us know. RFC 3323, 3325, 3261 §8.1.1.3 */
import { fromOf, headers } from './message-headers.ts';
import { parseNameAddr } from './name-addr.ts';
import type { NameAddr, SipMessage, SipUri } from './sip-message.ts';

const anonymousPrivacy: ReadonlySet<string> = new Set(['id', 'user', 'header']);

/** Whether the caller asked not to be known: Privacy, or an anonymous From. */
export const withheldIdentity = (message: SipMessage): boolean => {
  // RFC 3323 §4.2 separates privacy values with semicolons.
  const privacy = headers(message, 'Privacy').flatMap((value) => value.toLowerCase().split(';'));
  if (privacy.some((value) => anonymousPrivacy.has(value.trim()))) return true;
  const uri = fromOf(message)?.uri;
  return uri?.host === 'anonymous.invalid' || uri?.user?.toLowerCase() === 'anonymous';
};

/** Headers in which a peer that is trusted says who calls. RFC 3325, and the draft before it. */
export type IdentityHeader = 'P-Asserted-Identity' | 'Remote-Party-ID';

export interface CallerIdentity {
  /** Number or user name; undefined where it is withheld or absent. */
  readonly number: string | undefined;
  /** A header that is believed says so, not the caller's own From. */
  readonly isVouched: boolean;
}

/**
 * Who calls: the identity headers that are believed of this peer, in their order, else From. An
 * assertion is worth what the peer that sent it is worth (RFC 3325 §7): nothing, unless it is said.
 */
export const identifyCaller = (
  message: SipMessage,
  believed: readonly IdentityHeader[],
): CallerIdentity => {
  const asserted = believed.flatMap((name) =>
    headers(message, name).flatMap((value) => parseNameAddr(value) ?? []),
  );
  const isHidden = asserted.some(({ params }) => hiddenParties.has(params.get('privacy') ?? ''));
  if (isHidden || withheldIdentity(message)) return { number: undefined, isVouched: false };
  const vouched = asserted
    .filter(isCallingParty)
    .map(({ uri }) => subscriberOf(uri))
    .find((user) => user !== '');
  if (vouched !== undefined) return { number: vouched, isVouched: true };
  const from = fromOf(message)?.uri;
  const own = from === undefined ? '' : subscriberOf(from);
  return { number: own === '' ? undefined : own, isVouched: false };
};

/** The number alone. */
export const callerIdentity = (
  message: SipMessage,
  believed: readonly IdentityHeader[] = [],
): string | undefined => identifyCaller(message, believed).number;

/** Values of Remote-Party-ID's `privacy` that hide the number. */
const hiddenParties: ReadonlySet<string> = new Set(['full', 'uri']);
const isCallingParty = ({ params }: NameAddr): boolean =>
  (params.get('party') ?? 'calling') === 'calling';

/** A tel URI's number or a SIP URI's user, without parameters and visual separators (RFC 3966 §5.1.1). */
const subscriberOf = (uri: SipUri): string => {
  const text = (uri.scheme === 'tel' ? uri.opaque : uri.user) ?? '';
  const [subscriber = ''] = text.split(';');
  const compact = subscriber.replace(/[-.() ]/g, '');
  return /^\+?[0-9]+$/.test(compact) ? compact : subscriber;
};
