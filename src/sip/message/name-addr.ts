/** name-addr and addr-spec with header parameters: From, To, Contact, Route (RFC 3261 §20.10). */
import {
  endOfQuotedString,
  formatParams,
  isToken,
  parseParams,
  quote,
  trimLws,
  unquote,
} from './grammar.ts';
import { formatUri, parseUri } from './sip-uri.ts';
import type { NameAddr } from './sip-message.ts';

/** One address with its parameters, in either form; undefined where it is malformed. */
export const parseNameAddr = (text: string): NameAddr | undefined => {
  const trimmed = trimLws(text);
  const nameEnd = trimmed.startsWith('"') ? endOfQuotedString(trimmed, 0) : 0;
  if (nameEnd < 0) return undefined;
  const open = trimmed.indexOf('<', nameEnd);
  if (open < 0) return nameEnd === 0 ? parseAddrSpec(trimmed) : undefined;
  const close = trimmed.indexOf('>', open);
  const displayName = parseDisplayName(trimLws(trimmed.slice(0, open)));
  if (close < 0 || displayName === 'malformed') return undefined;
  // No LWS inside the angle brackets. RFC 4475 §3.1.2.14
  const uri = parseUri(trimmed.slice(open + 1, close));
  const params = parseParams(trimmed.slice(close + 1));
  return uri && params && { displayName: displayName?.text, uri, params };
};

/** Without angle brackets, what follows a semicolon belongs to the header, and ? is not allowed. RFC 3261 §20 */
const parseAddrSpec = (text: string): NameAddr | undefined => {
  const semicolon = text.indexOf(';');
  const address = trimLws(semicolon < 0 ? text : text.slice(0, semicolon));
  const uri = /[?,]/.test(address) ? undefined : parseUri(address);
  const params = parseParams(semicolon < 0 ? '' : text.slice(semicolon));
  return uri && params && { displayName: undefined, uri, params };
};

const parseDisplayName = (text: string): { readonly text: string } | undefined | 'malformed' => {
  if (text === '') return undefined;
  if (text.startsWith('"')) {
    return endOfQuotedString(text, 0) === text.length ? { text: unquote(text) } : 'malformed';
  }
  // Outside ASCII the RFC wants quotes; names such as Åsa come without, and nothing is ambiguous.
  const tokens = text.split(/[ \t]+/);
  return tokens.every((token) => isToken(token.replace(/[^\0-\x7f]/g, 'x')))
    ? { text: tokens.join(' ') }
    : 'malformed';
};

/** Always in the form with angle brackets, the display name quoted. */
export const formatNameAddr = ({ displayName, uri, params }: NameAddr): string => {
  const name = displayName === undefined ? '' : `${quote(displayName)} `;
  return `${name}<${formatUri(uri)}>${formatParams(params)}`;
};
