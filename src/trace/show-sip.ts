/**
 * A SIP message as the ladder of a call shows it: what tells where a call went and why it failed, and
 * nothing of anybody. Everything is chosen: headers by name, and each value by its grammar; what does
 * not fit is hidden. So is every user of an address: it may be a call ID, or a number that was
 * withheld, which one message of a call says and the next does not. Of SDP the addresses, codecs and
 * directions are left.
 */
import { isIP } from 'node:net';
import type { BlankableMessage } from './blank-sip.ts';

const hidden = '•••';
const mostLines = 40;
const longestLine = 160;

type Shape = (value: string) => string;

/** Words of the protocol: no run of digits as long as the shortest PIN. */
const tokens: Shape = (value) =>
  /^[\w.!%*+`'~/;=, -]*$/.test(value) && !/\d{4}/.test(value) ? value : hidden;
/** Seconds, hops: `1800;refresher=uac`. */
const count: Shape = (value) =>
  /^\d{1,5}(?:\s*;\s*refresher=ua[cs])?$/i.test(value) ? value : hidden;
/** Free text of a program: versions stay, digits that could be a number, an ID or a PIN do not. */
const prose: Shape = (value) => value.replaceAll(/\+?\d(?:[ ().-]{0,2}\d){7,}|\+?\d{4,}/g, hidden);

/** `host`, `host:port`, `[2001:db8::1]:port`. A name with digits enough for a secret is hidden. */
function place(host: string, port: string | undefined): string {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const isShown = isIP(bare) > 0 || (/^[a-z0-9.-]+$/i.test(bare) && !/\d{4}/.test(bare));
  return `${isShown ? host : hidden}${port === undefined ? '' : `:${port}`}`;
}

const hostPattern = String.raw`(\[[0-9a-f:.]+\]|[^\s:;>?,@[\]]+)(?::(\d{1,5}))?(?=[\s;>?,]|$)`;
const sipUri = new RegExp(String.raw`(sips?):(?:([^@>\s]*)@)?${hostPattern}`, 'i');
const sentBy = new RegExp(String.raw`^SIP\s*/\s*2\.0\s*/\s*(\w{2,4})\s+${hostPattern}`, 'i');

/** The URI of a name-addr or addr-spec alone: no display name, no parameter but the transport. */
const address: Shape = (value) => {
  const uri = sipUri.exec(value);
  if (uri === null) return /\btel:/i.test(value) ? `<tel:${hidden}>` : hidden;
  const [, scheme = '', user, host = '', port] = uri;
  const transport = /;transport=(udp|tcp|tls|ws|wss)\b/i.exec(value)?.[1];
  const who = user === undefined ? '' : `${hidden}@`;
  return `<${scheme.toLowerCase()}:${who}${place(host, port)}${transport === undefined ? '' : `;transport=${transport.toLowerCase()}`}>`;
};

const via: Shape = (value) => {
  const [, transport = '', host = '', port] = sentBy.exec(value) ?? [];
  if (host === '') return hidden;
  const received = /;received=([0-9a-f:.[\]]+)/i.exec(value)?.[1] ?? '';
  const seen = isIP(received) > 0 ? `;received=${received}` : '';
  return `SIP/2.0/${transport.toUpperCase()} ${place(host, port)}${seen}`;
};

/** What is not here is not shown at all. */
const shapes: ReadonlyMap<string, Shape> = new Map(
  Object.entries({
    via,
    from: address,
    to: address,
    contact: address,
    'p-asserted-identity': address,
    diversion: address,
    'record-route': address,
    'max-forwards': count,
    expires: count,
    'min-expires': count,
    'session-expires': count,
    'min-se': count,
    'retry-after': count,
    supported: tokens,
    require: tokens,
    'proxy-require': tokens,
    unsupported: tokens,
    allow: tokens,
    privacy: tokens,
    'content-type': tokens,
    'user-agent': prose,
    server: prose,
    reason: prose,
    warning: prose,
  }),
);

/** RFC 8866, line by line; of keys (RFC 4568) their suite. */
const sdpLines: readonly RegExp[] = [
  /^m=(?:audio|video|image|application) \d{1,5} [A-Z/]{3,20}(?: \d{1,3})*$/i,
  /^a=rtpmap:\d{1,3} [a-z]{1,10}(?:-[a-z]{1,10}|\d{1,3}(?:-\d{1,2})?)?\/(?:8|16|32|48|90)000(?:\/\d)?$/i,
  /^a=(?:sendrecv|sendonly|recvonly|inactive|rtcp-mux)$/,
  /^a=(?:max)?ptime:\d{1,3}$/,
  /^a=setup:(?:active|passive|actpass|holdconn)$/,
  /^a=crypto:\d{1,2} (?!\S*\d{4})[A-Z0-9_]{5,40}(?= inline:)/i,
];

const sdpOf = (body: string): readonly string[] =>
  body.split(/\r?\n/).flatMap((line) => {
    const connection = /^c=IN IP[46] (\S+)$/.exec(line)?.[1];
    if (connection !== undefined) return isIP(connection) > 0 ? [line] : [];
    const shown = sdpLines.map((shape) => shape.exec(line)?.[0]).find((each) => each !== undefined);
    return shown === undefined ? [] : [shown];
  });

const headerLine = (name: string, value: string): readonly string[] => {
  const shape = shapes.get(name.toLowerCase());
  if (shape === undefined) return [];
  return [`${name}: ${shape(value.replaceAll(/\p{Cc}/gu, ' ').slice(0, 500))}`];
};

const firstLine = (message: BlankableMessage): string => {
  if (message.kind === 'response')
    return `SIP/2.0 ${message.status ?? 0} ${prose(message.reason ?? '')}`;
  const uri = address(message.requestUri ?? '').replace(/^<(.*)>$/, '$1');
  return `${tokens(message.method ?? '')} ${uri} SIP/2.0`;
};

/** First line, headers, and after an empty line what is left of SDP. */
export const showSip = (message: BlankableMessage): readonly string[] => {
  const headers = message.headers.flatMap(({ name, value }) => headerLine(name, value));
  const isSdp = message.headers.some(
    ({ name, value }) => /^content-type$/i.test(name) && /^application\/sdp\b/i.test(value.trim()),
  );
  const sdp = isSdp ? sdpOf(message.body.toString('latin1')) : [];
  const lines = [firstLine(message), ...headers, ...(sdp.length > 0 ? ['', ...sdp] : [])];
  return lines.slice(0, mostLines).map((line) => line.slice(0, longestLine));
};
