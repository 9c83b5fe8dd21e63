/** What a UAS checks of a well-formed request before the call hears of it. RFC 3261 §8.2 */
import { contentType, header, headers, parseContentType, requireTags } from './message-headers.ts';
import { parseUri } from './sip-uri.ts';
import type { SipHeader, SipRequest } from './sip-message.ts';

/** Extensions that a request may require of us. */
export const supportedExtensions: readonly string[] = ['100rel', 'timer'];

const sessionTypes = ['application/sdp', 'multipart/mixed'];

export interface UasAbilities {
  /** Methods served; all others are answered 405 or 501. */
  readonly methods: readonly string[];
  readonly extensions: readonly string[];
  /** The media types taken with a method; bodies of methods not named here are ignored. */
  readonly bodyTypes: ReadonlyMap<string, readonly string[]>;
}

export const gatewayAbilities: UasAbilities = {
  methods: ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'INFO', 'UPDATE', 'PRACK'],
  extensions: supportedExtensions,
  bodyTypes: new Map([
    ['INVITE', sessionTypes],
    ['UPDATE', sessionTypes],
    ['PRACK', sessionTypes],
    ['INFO', ['application/dtmf-relay', 'application/dtmf', 'application/media_control+xml']],
  ]),
};

// Registered, so that 405 rather than 501 is true of them. RFC 3261 §21.5.2
const knownMethods: ReadonlySet<string> = new Set([
  ...gatewayAbilities.methods,
  ...['REGISTER', 'SUBSCRIBE', 'NOTIFY', 'REFER', 'MESSAGE', 'PUBLISH'],
]);

/** The same for a user agent that is a registrar too. */
export const registrarAbilities: UasAbilities = {
  ...gatewayAbilities,
  methods: [...gatewayAbilities.methods, 'REGISTER'],
};

/** A refusal, ready for `createResponse(request, status, undefined, { headers })`. */
export interface RequestRefusal {
  readonly status: 405 | 406 | 415 | 416 | 420 | 501;
  readonly headers: readonly SipHeader[];
}

/**
 * The refusal of the first check that fails, in the order of RFC 3261 §8.2, or undefined. An ACK
 * never has one. Max-Forwards 0 concerns proxies (§16.3), merged requests (482) need the dialogs.
 */
export const validateRequest = (
  request: SipRequest,
  abilities: UasAbilities = gatewayAbilities,
): RequestRefusal | undefined => {
  if (request.method === 'ACK') return undefined;
  return (
    methodRefusal(request, abilities) ??
    schemeRefusal(request) ??
    extensionRefusal(request, abilities) ??
    bodyRefusal(request, abilities) ??
    acceptRefusal(request)
  );
};

const methodRefusal = (
  { method }: SipRequest,
  { methods }: UasAbilities,
): RequestRefusal | undefined =>
  methods.includes(method)
    ? undefined
    : {
        status: knownMethods.has(method) ? 405 : 501,
        headers: [{ name: 'Allow', value: methods.join(', ') }],
      };

const schemeRefusal = ({ requestUri }: SipRequest): RequestRefusal | undefined => {
  const scheme = parseUri(requestUri)?.scheme;
  return scheme === 'sip' || scheme === 'sips' ? undefined : { status: 416, headers: [] };
};

const extensionRefusal = (
  request: SipRequest,
  { extensions }: UasAbilities,
): RequestRefusal | undefined => {
  // RFC 3261 §8.2.2.3: Require is ignored in a CANCEL.
  if (request.method === 'CANCEL') return undefined;
  const unknown = [...requireTags(request)].filter((tag) => !extensions.includes(tag));
  return unknown.length === 0
    ? undefined
    : { status: 420, headers: [{ name: 'Unsupported', value: unknown.join(', ') }] };
};

const bodyRefusal = (
  request: SipRequest,
  { bodyTypes }: UasAbilities,
): RequestRefusal | undefined => {
  const types = bodyTypes.get(request.method);
  const disposition = header(request, 'Content-Disposition') ?? '';
  if (!types || request.body.length === 0) return undefined;
  // RFC 3261 §20.11: a body with handling=optional may be ignored.
  if (/;[ \t]*handling[ \t]*=[ \t]*optional/i.test(disposition)) return undefined;
  const encoding = header(request, 'Content-Encoding')?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity') {
    return { status: 415, headers: [{ name: 'Accept-Encoding', value: 'identity' }] };
  }
  return types.includes(contentType(request)?.mediaType ?? '')
    ? undefined
    : { status: 415, headers: [{ name: 'Accept', value: types.join(', ') }] };
};

/** An INVITE's answer is a session description: whoever takes none cannot be called. RFC 3261 §21.4.7 */
const acceptRefusal = (request: SipRequest): RequestRefusal | undefined => {
  if (request.method !== 'INVITE' || header(request, 'Accept') === undefined) return undefined;
  const accepted = headers(request, 'Accept').map((value) => parseContentType(value)?.mediaType);
  return accepted.some((type) => type && ['application/sdp', 'application/*', '*/*'].includes(type))
    ? undefined
    : { status: 406, headers: [] };
};
