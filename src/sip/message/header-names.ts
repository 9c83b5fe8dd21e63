/** Header names as they are written out: canonical case, compact forms expanded (RFC 3261 §7.3.3). */

const compactForms: ReadonlyMap<string, string> = new Map([
  ['a', 'Accept-Contact'],
  ['b', 'Referred-By'],
  ['c', 'Content-Type'],
  ['d', 'Request-Disposition'],
  ['e', 'Content-Encoding'],
  ['f', 'From'],
  ['i', 'Call-ID'],
  ['j', 'Reject-Contact'],
  ['k', 'Supported'],
  ['l', 'Content-Length'],
  ['m', 'Contact'],
  ['o', 'Event'],
  ['r', 'Refer-To'],
  ['s', 'Subject'],
  ['t', 'To'],
  ['u', 'Allow-Events'],
  ['v', 'Via'],
  ['x', 'Session-Expires'],
  ['y', 'Identity'],
]);

const knownNames: ReadonlyMap<string, string> = new Map(
  [
    ...compactForms.values(),
    ...'Accept Accept-Encoding Accept-Language Alert-Info Allow Authentication-Info'.split(' '),
    ...'Authorization Call-Info Content-Disposition Content-Language CSeq Date Diversion'.split(
      ' ',
    ),
    ...'Error-Info Expires Geolocation History-Info In-Reply-To Info-Package Join'.split(' '),
    ...'Max-Forwards MIME-Version Min-Expires Min-SE Organization P-Asserted-Identity'.split(' '),
    ...'P-Preferred-Identity Path Priority Privacy Proxy-Authenticate'.split(' '),
    ...'Proxy-Authorization Proxy-Require RAck Reason Record-Route Recv-Info'.split(' '),
    ...'Remote-Party-ID Replaces Reply-To Require Retry-After Route RSeq Server'.split(' '),
    ...'Service-Route Subscription-State Timestamp Unsupported User-Agent Warning'.split(' '),
    'WWW-Authenticate',
  ].map((name) => [name.toLowerCase(), name]),
);

/** Unknown names keep the case in which they came. */
export const canonicalHeaderName = (name: string): string => {
  const lower = name.toLowerCase();
  return compactForms.get(lower) ?? knownNames.get(lower) ?? name;
};

export const isSameHeader = (a: string, b: string): boolean =>
  canonicalHeaderName(a).toLowerCase() === canonicalHeaderName(b).toLowerCase();

/** At most one of each in a message. RFC 3261 §7.3.1, table 2 */
export const singleHeaders = [
  'From',
  'To',
  'Call-ID',
  'CSeq',
  'Max-Forwards',
  'Content-Length',
  'Content-Type',
] as const;

// A comma in these is part of the one value. RFC 3261 §7.3.1
const unlistedNames: ReadonlySet<string> = new Set([
  ...singleHeaders,
  'Authorization',
  'Date',
  'Expires',
  'Organization',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Retry-After',
  'Server',
  'Subject',
  'Timestamp',
  'User-Agent',
  'WWW-Authenticate',
]);

export const isListHeader = (name: string): boolean =>
  !unlistedNames.has(canonicalHeaderName(name));
