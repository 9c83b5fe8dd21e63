/**
 * Typed reading of a parsed message. What is absent or malformed is undefined, or left out of a
 * list: nothing here throws. Names are matched in any case, compact forms too.
 */
import { asSipCallId } from '../../call/identifiers.ts';
import { digitsUpTo, isToken, parseParams, splitOutsideQuotes, trimLws } from './grammar.ts';
import { isListHeader, isSameHeader } from './header-names.ts';
import { parseNameAddr } from './name-addr.ts';
import { parseVia } from './via.ts';
import type { SipCallId } from '../../call/identifiers.ts';
import type { CSeq, NameAddr, SipMessage, Via } from './sip-message.ts';

/** RFC 3261 §8.1.1.5: the sequence number is less than 2^31. */
export const maxCSeq = 2 ** 31 - 1;
/** Delta-seconds, RFC 3261 §20.19. */
const maxDeltaSeconds = 2 ** 32 - 1;

/** The first header field of this name, whole. */
export const header = (message: SipMessage, name: string): string | undefined =>
  message.headers.find((field) => isSameHeader(field.name, name))?.value;

/** Every value of this name in order, lists taken apart, empty values left out. */
export const headers = (message: SipMessage, name: string): readonly string[] =>
  message.headers
    .filter((field) => isSameHeader(field.name, name))
    .flatMap(({ value }) => (isListHeader(name) ? splitOutsideQuotes(value, ',') : [value]))
    .filter((value) => value !== '');

const read = <T>(
  message: SipMessage,
  name: string,
  parse: (text: string) => T | undefined,
): readonly T[] => headers(message, name).flatMap((value) => parse(value) ?? []);

export const vias = (message: SipMessage): readonly Via[] => read(message, 'Via', parseVia);

export const topVia = (message: SipMessage): Via | undefined => {
  const first = headers(message, 'Via')[0];
  return first === undefined ? undefined : parseVia(first);
};

export const parseCSeq = (text: string): CSeq | undefined => {
  const [digits = '', method = '', ...more] = text.split(/[ \t]+/);
  const seq = digitsUpTo(digits, maxCSeq);
  return seq === undefined || !isToken(method) || more.length > 0 ? undefined : { seq, method };
};

export const cseq = (message: SipMessage): CSeq | undefined => {
  const value = header(message, 'CSeq');
  return value === undefined ? undefined : parseCSeq(value);
};

export const sipCallIdOf = (message: SipMessage): SipCallId | undefined => {
  const value = header(message, 'Call-ID');
  return value === undefined ? undefined : asSipCallId(value);
};

/** An address with the tag that its parameters hold. */
export interface TaggedAddr extends NameAddr {
  readonly tag: string | undefined;
}

const tagged = (message: SipMessage, name: 'From' | 'To'): TaggedAddr | undefined => {
  const value = header(message, name);
  const address = value === undefined ? undefined : parseNameAddr(value);
  return address && { ...address, tag: address.params.get('tag') };
};
export const fromOf = (message: SipMessage): TaggedAddr | undefined => tagged(message, 'From');
export const toOf = (message: SipMessage): TaggedAddr | undefined => tagged(message, 'To');

/** The Contacts that are addresses (`*` is none). */
export const contacts = (message: SipMessage): readonly NameAddr[] =>
  read(message, 'Contact', parseNameAddr);
export const routes = (message: SipMessage): readonly NameAddr[] =>
  read(message, 'Route', parseNameAddr);
export const recordRoutes = (message: SipMessage): readonly NameAddr[] =>
  read(message, 'Record-Route', parseNameAddr);

/** A header whose value begins with a number up to `max`, such as RSeq, Min-SE or Retry-After. */
export const numberOf = (
  message: SipMessage,
  name: string,
  max = maxDeltaSeconds,
): number | undefined => {
  const first = /^[0-9]+/.exec(header(message, name) ?? '')?.[0];
  return first === undefined ? undefined : digitsUpTo(first, max);
};

export const maxForwards = (message: SipMessage): number | undefined =>
  numberOf(message, 'Max-Forwards', 255);

/** A value such as `application/sdp;charset=x` or `300;refresher=uas`, taken apart. */
export interface ParameterizedValue {
  /** As it stood, trimmed. */
  readonly value: string;
  readonly params: ReadonlyMap<string, string>;
}

export const parseParameterized = (text: string): ParameterizedValue | undefined => {
  const semicolon = text.indexOf(';');
  const params = parseParams(semicolon < 0 ? '' : text.slice(semicolon));
  const value = trimLws(semicolon < 0 ? text : text.slice(0, semicolon));
  return params && { value, params };
};

export interface ContentType {
  /** `type/subtype`, lower case. */
  readonly mediaType: string;
  readonly params: ReadonlyMap<string, string>;
}

export const parseContentType = (text: string): ContentType | undefined => {
  const parsed = parseParameterized(text);
  const [type = '', subtype = '', ...more] = parsed?.value.split('/') ?? [];
  if (!parsed || more.length > 0) return undefined;
  const [trimmedType, trimmedSubtype] = [trimLws(type), trimLws(subtype)];
  if (!isToken(trimmedType) || !isToken(trimmedSubtype)) return undefined;
  return { mediaType: `${trimmedType}/${trimmedSubtype}`.toLowerCase(), params: parsed.params };
};

export const contentType = (message: SipMessage): ContentType | undefined => {
  const value = header(message, 'Content-Type');
  return value === undefined ? undefined : parseContentType(value);
};

const tags = (message: SipMessage, name: string): ReadonlySet<string> =>
  new Set(headers(message, name).map((tag) => tag.toLowerCase()));
/** Option tags, lower case. */
export const requireTags = (message: SipMessage): ReadonlySet<string> => tags(message, 'Require');
export const supportedTags = (message: SipMessage): ReadonlySet<string> =>
  tags(message, 'Supported');
