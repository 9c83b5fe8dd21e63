/**
 * The SIP that drachtio-server passes on to us, and what became of ours: it says again each message
 * that it sent for us, as it went out. What it does by itself it does not tell of: 100, ACK to
 * refusals, the answers to CANCEL, repetitions.
 */
import { isIP } from 'node:net';
import { routes, topVia } from '../message/message-headers.ts';
import { parseMessage } from '../message/parse-message.ts';
import type { SipMessage } from '../message/sip-message.ts';
import { parseUri } from '../message/sip-uri.ts';
import type { Endpoint, Flow } from '../transaction/flow.ts';
import { transportOf } from './invitation.ts';

export interface PassingMessage {
  readonly direction: 'in' | 'out';
  readonly message: SipMessage;
  readonly flow: Flow;
}

/** A frame's first line, from `network` or `application` on. */
interface FrameHead {
  readonly isReceived: boolean;
  readonly protocol: string;
  /** The other side; ours where the message is a request that was sent. */
  readonly told: Endpoint;
}

const defaultPort = 5060;
const nowhere: Endpoint = { address: '0.0.0.0', port: 0 };

/**
 * `id|sip|source|length|protocol|address|port|…` or `id|response|id|OK|source|length|protocol|address|port|…`;
 * undefined for all other frames.
 */
const readHead = (line: string): FrameHead | undefined => {
  const [, kind, ...words] = line.split('|');
  if (kind === 'response' && words[1] !== 'OK') return undefined;
  if (kind !== 'sip' && kind !== 'response') return undefined;
  const [source, , protocol = '', address = '', port = ''] = words.slice(kind === 'sip' ? 0 : 2);
  if (source !== 'network' && source !== 'application') return undefined;
  const told = { address: address.replace(/^\[|\]$/g, ''), port: Number(port) };
  if (isIP(told.address) === 0 || !Number.isInteger(told.port)) return undefined;
  return { isReceived: source === 'network', protocol, told };
};

/** Where a request goes, as it says itself; a name is nowhere. RFC 3261 §8.1.2, §12.2.1.1 */
const nextHopOf = (message: SipMessage): Endpoint => {
  const uri =
    routes(message)[0]?.uri ??
    (message.kind === 'request' ? parseUri(message.requestUri) : undefined);
  if (uri === undefined || isIP(uri.host) === 0) return nowhere;
  return { address: uri.host, port: uri.port ?? defaultPort };
};

/** The first of the addresses, SIP URIs, for the transport. */
const listeningOn = (
  addresses: readonly string[],
  transport: Flow['transport'],
): Endpoint | undefined => {
  for (const uri of addresses.map((address) => parseUri(address))) {
    const by = uri?.scheme === 'sips' ? 'tls' : (uri?.params.get('transport') ?? 'udp');
    if (uri !== undefined && by === transport)
      return { address: uri.host, port: uri.port ?? defaultPort };
  }
  return undefined;
};

/**
 * The message in a frame of drachtio-server's.
 *
 * @param addresses where drachtio-server listens, as SIP URIs
 */
export const passingMessage = (
  frame: string,
  addresses: readonly string[],
): PassingMessage | undefined => {
  const headEnd = frame.indexOf('\r\n');
  const head = headEnd < 0 ? undefined : readHead(frame.slice(0, headEnd));
  const parsed = head && parseMessage(Buffer.from(frame.slice(headEnd + 2)));
  if (head === undefined || parsed?.ok !== true) return undefined;
  const { message } = parsed;
  const { isReceived, told } = head;
  // Of a request in a dialog some frames leave it out.
  const protocol = head.protocol === '' ? topVia(message)?.transport.toLowerCase() : head.protocol;
  const transport = transportOf(protocol ?? '');
  const isOwnRequest = !isReceived && message.kind === 'request';
  const remote = isOwnRequest ? nextHopOf(message) : told;
  const local = isOwnRequest ? told : (listeningOn(addresses, transport) ?? nowhere);
  return {
    direction: isReceived ? 'in' : 'out',
    message,
    flow: { transport, local, remote, connectionId: undefined },
  };
};
