/** The small rules of RFC 3261 §25.1 that every header shares: tokens, LWS, quoted strings, parameters. */

const tokenPattern = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
const wordPattern = /^[A-Za-z0-9\-.!%*_+`'~()<>:\\"/[\]?{}]+$/;
// A gen-value is a token, a host (IPv6 in brackets) or a quoted string; the first two together:
const plainValuePattern = /^[A-Za-z0-9\-.!%*_+`'~[\]:]+$/;
const hostnamePattern = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9.])?$/;

export const isToken = (text: string): boolean => tokenPattern.test(text);

/** callid = word [ "@" word ] */
export const isCallId = (text: string): boolean => {
  const [left = '', right, ...more] = text.split('@');
  return wordPattern.test(left) && (right === undefined || wordPattern.test(right)) && !more.length;
};

/** Spaces and tabs only: String.trim would also take a UTF-8 byte order mark, which is text here. */
export const trimLws = (text: string): string => {
  let start = 0;
  let end = text.length;
  while (start < end && isLws(text[start])) start += 1;
  while (end > start && isLws(text[end - 1])) end -= 1;
  return text.slice(start, end);
};
const isLws = (char: string | undefined): boolean => char === ' ' || char === '\t';

/** Without the spaces and tabs at its end. */
export const trimLwsEnd = (text: string): string => {
  let end = text.length;
  while (end > 0 && isLws(text[end - 1])) end -= 1;
  return text.slice(0, end);
};

/** The number that `text` is, if it is 1*DIGIT and at most `max`. */
export const digitsUpTo = (text: string, max: number): number | undefined => {
  if (!/^[0-9]+$/.test(text)) return undefined;
  const value = Number(text);
  return value <= max ? value : undefined;
};

/** Cuts at `separator` wherever it stands outside quoted strings and <>. Parts are trimmed. */
export const splitOutsideQuotes = (text: string, separator: ',' | ';'): string[] => {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  let bracketed = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (quoted) {
      if (char === '\\') at += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"' && !bracketed) quoted = true;
    else if (char === '<') bracketed = true;
    else if (char === '>') bracketed = false;
    else if (char === separator && !bracketed) {
      parts.push(trimLws(text.slice(start, at)));
      start = at + 1;
    }
  }
  parts.push(trimLws(text.slice(start)));
  return parts;
};

/** The index just after the quoted string that begins at `start`, or -1 where it does not end. */
export const endOfQuotedString = (text: string, start: number): number => {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return -1;
};

/** The text inside a quoted string, its quoted pairs resolved. */
export const unquote = (quoted: string): string => quoted.slice(1, -1).replace(/\\(.)/gs, '$1');
export const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/**
 * Header parameters: `text` is empty or begins with a semicolon.
 * Undefined where one is malformed, empty or stands twice (RFC 3261 §7.3.1).
 */
export const parseParams = (text: string): ReadonlyMap<string, string> | undefined => {
  const params = new Map<string, string>();
  const trimmed = trimLws(text);
  if (trimmed === '') return params;
  const [before, ...parts] = splitOutsideQuotes(trimmed, ';');
  if (before !== '') return undefined;
  for (const part of parts) {
    const equals = part.indexOf('=');
    const name = trimLws(equals < 0 ? part : part.slice(0, equals)).toLowerCase();
    const value = equals < 0 ? '' : parseValue(trimLws(part.slice(equals + 1)));
    if (!isToken(name) || value === undefined || params.has(name)) return undefined;
    params.set(name, value);
  }
  return params;
};

const parseValue = (text: string): string | undefined => {
  if (text.startsWith('"')) {
    return endOfQuotedString(text, 0) === text.length ? unquote(text) : undefined;
  }
  return plainValuePattern.test(text) ? text : undefined;
};

/** `;name=value` for each; values that are no token or host are quoted. */
export const formatParams = (params: ReadonlyMap<string, string>): string =>
  [...params]
    .map(([name, value]) => {
      if (value === '') return `;${name}`;
      return `;${name}=${plainValuePattern.test(value) ? value : quote(value)}`;
    })
    .join('');

export interface HostPort {
  /** Lower case; IPv6 without brackets. */
  readonly host: string;
  readonly port: number | undefined;
}

/** `host[:port]` with IPv6 in brackets. */
export const parseHostPort = (text: string): HostPort | undefined => {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\] \t]+))(?:[ \t]*:[ \t]*([0-9]+))?$/.exec(text);
  if (!match) return undefined;
  const [, ipv6, name, digits] = match;
  const port = digits === undefined ? undefined : digitsUpTo(digits, 65535);
  if (digits !== undefined && (port === undefined || port === 0)) return undefined;
  if (ipv6 !== undefined) {
    return URL.canParse(`http://[${ipv6}]`) ? { host: ipv6.toLowerCase(), port } : undefined;
  }
  return name !== undefined && hostnamePattern.test(name)
    ? { host: name.toLowerCase(), port }
    : undefined;
};

export const formatHostPort = ({ host, port }: HostPort): string => {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === undefined ? name : `${name}:${port}`;
};
