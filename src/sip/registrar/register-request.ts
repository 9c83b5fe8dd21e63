/** What a REGISTER asks for. RFC 3261 §10.2, §10.3. No I/O. */
import { cseq, contacts, header, headers, sipCallIdOf, toOf } from '../message/message-headers.ts';
import type { NameAddr, SipRequest } from '../message/sip-message.ts';
import { formatUri, parseUri } from '../message/sip-uri.ts';

export interface RegisterRequest {
  /** Whose bindings: `user@domain`, lower case. */
  readonly address: string;
  readonly domain: string;
  readonly user: string;
  readonly sipCallId: string;
  readonly cseq: number;
  readonly put: readonly { readonly contact: string; readonly expiresS: number }[];
  readonly drop: readonly string[] | 'all';
}

export type ReadRegister =
  | { readonly ok: true; readonly register: RegisterRequest }
  | { readonly ok: false; readonly status: 400 | 404 }
  | {
      readonly ok: false;
      readonly status: 423;
      readonly minExpiresS: number;
      readonly register: Pick<RegisterRequest, 'user' | 'domain'>;
    };

/** Short enough that a device which is gone is soon known to be. */
export const expiresLimits = { leastS: 60, mostS: 3600 };
/** More Contacts than any device has. */
const mostContacts = 10;

/** `domains` in lower case: both the Request-URI and the address have to be in one of them. */
export const readRegister = (request: SipRequest, domains: readonly string[]): ReadRegister => {
  const [target, to] = [parseUri(request.requestUri), toOf(request)?.uri];
  const number = cseq(request)?.seq;
  const sipCallId = sipCallIdOf(request);
  if (target === undefined || to === undefined || number === undefined || sipCallId === undefined)
    return { ok: false, status: 400 };
  if (!domains.includes(target.host) || !domains.includes(to.host) || to.user === undefined)
    return { ok: false, status: 404 };
  const user = to.user.toLowerCase();
  const about = { address: `${user}@${to.host}`, domain: to.host, user };
  const asked = readContacts(request);
  if (asked === 'malformed') return { ok: false, status: 400 };
  if (asked === 'too-brief')
    return { ok: false, status: 423, minExpiresS: expiresLimits.leastS, register: about };
  return { ok: true, register: { ...about, sipCallId, cseq: number, ...asked } };
};

const readContacts = (
  request: SipRequest,
): Pick<RegisterRequest, 'put' | 'drop'> | 'malformed' | 'too-brief' => {
  const values = headers(request, 'Contact').map((value) => value.trim());
  const common = secondsIn(header(request, 'Expires'));
  if (values.includes('*'))
    return values.length === 1 && common === 0 ? { put: [], drop: 'all' } : 'malformed';
  const read = contacts(request);
  // What can't be read must not pass for "nothing was asked".
  if (read.length < values.length || read.length > mostContacts || !read.every(isReachable))
    return 'malformed';
  const asked = read.map(({ uri, params }) => ({
    contact: formatUri(uri),
    expiresS: secondsIn(params.get('expires')) ?? common ?? expiresLimits.mostS,
  }));
  const drop = asked.filter(({ expiresS }) => expiresS === 0).map(({ contact }) => contact);
  const kept = asked.filter(({ expiresS }) => expiresS > 0);
  if (kept.some(({ expiresS }) => expiresS < expiresLimits.leastS)) return 'too-brief';
  const put = kept.map(({ contact, expiresS }) => ({
    contact,
    expiresS: Math.min(expiresS, expiresLimits.mostS),
  }));
  return { put, drop };
};

const isReachable = ({ uri }: NameAddr): boolean =>
  uri.opaque === undefined && uri.host !== '' && uri.headers.size === 0;

/** Malformed is as if it were not there. RFC 3261 §10.2.1.1 */
const secondsIn = (text: string | undefined): number | undefined =>
  text !== undefined && /^[0-9]{1,10}$/.test(text.trim()) ? Number(text) : undefined;
