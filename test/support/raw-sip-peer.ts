/** A peer that sends what the test writes and answers nothing by itself: for one behaviour at a time. */
import { cseq, header, topVia } from '../../src/sip/message/message-headers.ts';
import type { SipMessage, SipRequest } from '../../src/sip/message/sip-message.ts';
import type { SipNetwork } from './sip-network.ts';

export interface RequestText {
  readonly cseq?: number;
  /** A new one each time, unless a message is to be matched to an earlier one. */
  readonly branch?: string;
  readonly toTag?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly uri?: string;
  readonly contentType?: string;
}

export interface RawSipPeer {
  readonly address: string;
  /** Everything received and not yet taken, oldest first. */
  take(): readonly SipMessage[];
  /** As `200 INVITE` or `BYE sip:…`, without the URI. */
  takeLines(): readonly string[];
  send(text: string): void;
  /** A request of the one call this peer knows: Call-ID `call-1`, From tag `peer`. */
  request(method: string, parts?: RequestText): void;
  /** Answers a request of the other side. */
  respond(
    request: SipRequest,
    status: number,
    headers?: readonly string[],
    body?: string,
    toTag?: string,
  ): void;
}

export const sdpText = (
  options: { readonly port?: number; readonly direction?: string; readonly formats?: string } = {},
): string =>
  [
    'v=0',
    'o=- 77 1 IN IP4 10.0.0.2',
    's=-',
    'c=IN IP4 10.0.0.2',
    't=0 0',
    `m=audio ${options.port ?? 4000} RTP/AVP ${options.formats ?? '8 101'}`,
    'a=rtpmap:101 telephone-event/8000',
    `a=${options.direction ?? 'sendrecv'}`,
    '',
  ].join('\r\n');

export const lineOf = (message: SipMessage): string =>
  message.kind === 'request' ? message.method : `${message.status} ${cseq(message)?.method ?? '?'}`;

export const createRawSipPeer = async (
  network: SipNetwork,
  address: string,
  to: string,
): Promise<RawSipPeer> => {
  let received: SipMessage[] = [];
  let branches = 0;
  const spec = { transport: 'udp', address, port: 5060 } as const;
  const transport = await network.openTransport(spec, {
    onMessage: (parsed) => {
      if (parsed.ok) received.push(parsed.message);
    },
    onDropped: () => undefined,
  });
  const flow = {
    transport: 'udp',
    local: { address, port: 5060 },
    remote: { address: to, port: 5060 },
    connectionId: undefined,
  } as const;
  const send = (text: string): void => {
    transport.send(Buffer.from(text), flow, () => undefined);
  };
  const take = (): readonly SipMessage[] => {
    const taken = received;
    received = [];
    return taken;
  };
  return {
    address,
    take,
    takeLines: () => take().map(lineOf),
    send,
    request: (method, parts = {}) => {
      const { body = '', cseq: seq = 1, headers = [] } = parts;
      branches += 1;
      const lines = [
        `${method} ${parts.uri ?? `sip:1234@${to}`} SIP/2.0`,
        `Via: SIP/2.0/UDP ${address}:5060;branch=${parts.branch ?? `z9hG4bKraw${branches}`}`,
        'Max-Forwards: 70',
        `From: "Eva" <sip:+46701234567@${address}>;tag=peer`,
        `To: <sip:1234@${to}>${parts.toTag === undefined ? '' : `;tag=${parts.toTag}`}`,
        'Call-ID: call-1',
        `CSeq: ${seq} ${method === 'ACK' ? 'ACK' : method}`,
        `Contact: <sip:peer@${address}:5060>`,
        ...headers,
        ...(body === '' ? [] : [`Content-Type: ${parts.contentType ?? 'application/sdp'}`]),
        `Content-Length: ${Buffer.byteLength(body)}`,
      ];
      send(`${lines.join('\r\n')}\r\n\r\n${body}`);
    },
    respond: (request, status, headers = [], body = '', toTag = 'peer') => {
      const to = header(request, 'To') ?? '';
      const lines = [
        `SIP/2.0 ${status} X`,
        ...request.headers
          .filter(({ name }) => name === 'Via' || name === 'Record-Route')
          .map(({ name, value }) => `${name}: ${value}`),
        `From: ${header(request, 'From') ?? ''}`,
        `To: ${to.includes('tag=') ? to : `${to};tag=${toTag}`}`,
        `Call-ID: ${header(request, 'Call-ID') ?? ''}`,
        `CSeq: ${header(request, 'CSeq') ?? ''}`,
        `Contact: <sip:peer@${address}:5060>`,
        ...headers,
        ...(body === '' ? [] : ['Content-Type: application/sdp']),
        `Content-Length: ${Buffer.byteLength(body)}`,
      ];
      if (topVia(request) !== undefined) send(`${lines.join('\r\n')}\r\n\r\n${body}`);
    },
  };
};
