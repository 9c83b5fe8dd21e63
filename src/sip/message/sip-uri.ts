/** SIP URIs, RFC 3261 §19.1. */
import { formatHostPort, parseHostPort } from './grammar.ts';
import type { SipUri } from './sip-message.ts';

const unreserved = "A-Za-z0-9\\-_.!~*'()";
const chars = {
  // `#` is not in the RFC's list, but star codes such as *31#… are dialled.
  user: `${unreserved}&=+$,;?/#`,
  password: `${unreserved}&=+$,`,
  param: `${unreserved}[\\]/:&+$`,
  header: `${unreserved}[\\]/?:+$`,
} as const;
type Component = keyof typeof chars;

const validPatterns: Record<Component, RegExp> = {
  user: new RegExp(`^(?:[${chars.user}]|%[0-9A-Fa-f]{2})+$`),
  password: new RegExp(`^(?:[${chars.password}]|%[0-9A-Fa-f]{2})*$`),
  param: new RegExp(`^(?:[${chars.param}]|%[0-9A-Fa-f]{2})+$`),
  header: new RegExp(`^(?:[${chars.header}]|%[0-9A-Fa-f]{2})*$`),
};
const toEscape: Record<Component, RegExp> = {
  user: new RegExp(`[^${chars.user}]`, 'gu'),
  password: new RegExp(`[^${chars.password}]`, 'gu'),
  param: new RegExp(`[^${chars.param}]`, 'gu'),
  header: new RegExp(`[^${chars.header}]`, 'gu'),
};

/** A URI of any scheme; undefined where it is not one. sip and sips are read whole. */
export const parseUri = (text: string): SipUri | undefined => {
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):([!-~]+)$/.exec(text);
  const [, schemeText = '', rest = ''] = match ?? [];
  const scheme = schemeText.toLowerCase();
  if (!match || /[<>"]/.test(rest)) return undefined;
  return scheme === 'sip' || scheme === 'sips'
    ? parseSipUri(scheme, rest)
    : opaqueUri(scheme, rest);
};

const opaqueUri = (scheme: string, opaque: string): SipUri => ({
  scheme,
  user: undefined,
  password: undefined,
  host: '',
  port: undefined,
  params: new Map(),
  headers: new Map(),
  opaque,
});

const parseSipUri = (scheme: string, rest: string): SipUri | undefined => {
  const at = rest.indexOf('@');
  // The user part may hold ; and ?, so it goes first. RFC 4475 §3.1.1.9
  const userInfo = at < 0 ? undefined : parseUserInfo(rest.slice(0, at));
  if (at >= 0 && userInfo === undefined) return undefined;
  const match = /^([^;?]*)((?:;[^;?]*)*)(?:\?(.*))?$/.exec(rest.slice(at + 1));
  const [, hostPortText = '', paramsText = '', headersText] = match ?? [];
  const hostPort = parseHostPort(hostPortText);
  const params = parsePairs(paramsText === '' ? [] : paramsText.slice(1).split(';'), 'param');
  const headers = parsePairs(headersText?.split('&') ?? [], 'header');
  if (!match || !hostPort || !params || !headers) return undefined;
  return {
    scheme,
    user: userInfo?.user,
    password: userInfo?.password,
    ...hostPort,
    params,
    headers,
    opaque: undefined,
  };
};

const parseUserInfo = (
  text: string,
): { readonly user: string; readonly password: string | undefined } | undefined => {
  const colon = text.indexOf(':');
  const user = colon < 0 ? text : text.slice(0, colon);
  const password = colon < 0 ? undefined : text.slice(colon + 1);
  if (!validPatterns.user.test(user)) return undefined;
  if (password !== undefined && !validPatterns.password.test(password)) return undefined;
  return { user: unescapeOnce(user), password: password && unescapeOnce(password) };
};

/** `name[=value]` pairs; undefined where one is malformed or a name stands twice. */
const parsePairs = (
  pairs: readonly string[],
  component: 'param' | 'header',
): ReadonlyMap<string, string> | undefined => {
  const result = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const value = equals < 0 ? '' : pair.slice(equals + 1);
    const key = unescapeOnce(name).toLowerCase();
    if (name === '' || result.has(key) || !validPatterns[component].test(name)) return undefined;
    if (value !== '' && !validPatterns[component].test(value)) return undefined;
    result.set(key, unescapeOnce(value));
  }
  return result;
};

/** Percent-decoding, once. Octets that are not UTF-8 are read as Latin-1: nothing here throws. */
const unescapeOnce = (text: string): string =>
  text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (escaped) => {
    const octets = Buffer.from(escaped.replaceAll('%', ''), 'hex');
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
    } catch {
      return octets.toString('latin1');
    }
  });

const escape = (text: string, component: Component): string =>
  text.replace(toEscape[component], (char) =>
    [...Buffer.from(char)].map((octet) => `%${hex(octet)}`).join(''),
  );
const hex = (octet: number): string => octet.toString(16).toUpperCase().padStart(2, '0');

/** The URI as text, everything escaped that must be. */
export const formatUri = (uri: SipUri): string => {
  if (uri.opaque !== undefined) return `${uri.scheme}:${uri.opaque}`;
  const password = uri.password === undefined ? '' : `:${escape(uri.password, 'password')}`;
  const userInfo = uri.user === undefined ? '' : `${escape(uri.user, 'user')}${password}@`;
  const params = [...uri.params].map(([name, value]) => `;${formatPair(name, value, 'param')}`);
  const headers = [...uri.headers].map(
    ([name, value]) => `${escape(name, 'header')}=${escape(value, 'header')}`,
  );
  const query = headers.length === 0 ? '' : `?${headers.join('&')}`;
  return `${uri.scheme}:${userInfo}${formatHostPort(uri)}${params.join('')}${query}`;
};

const formatPair = (name: string, value: string, component: Component): string =>
  value === '' ? escape(name, component) : `${escape(name, component)}=${escape(value, component)}`;

// A URI with one of these never equals one without, even where it is the default. RFC 3261 §19.1.4
const weightyParams: ReadonlySet<string> = new Set(['user', 'ttl', 'method', 'maddr', 'transport']);

/** Equality as RFC 3261 §19.1.4 has it: escapes and unknown one-sided parameters do not matter. */
export const uriEquals = (a: SipUri, b: SipUri): boolean =>
  a.scheme === b.scheme &&
  a.opaque === b.opaque &&
  a.user === b.user &&
  a.password === b.password &&
  a.host === b.host &&
  // No port is not the default port: they may resolve differently.
  a.port === b.port &&
  paramsMatch(a.params, b.params) &&
  paramsMatch(b.params, a.params) &&
  headersMatch(a.headers, b.headers);

const paramsMatch = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  [...a].every(([name, value]) => {
    const other = b.get(name);
    if (other === undefined) return !weightyParams.has(name);
    return other.toLowerCase() === value.toLowerCase();
  });

const headersMatch = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);
