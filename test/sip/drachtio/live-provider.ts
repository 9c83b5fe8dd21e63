/** A provider on a loopback address of its own: real UDP, answers as a test says, forgets nothing. */
import { createSocket } from 'node:dgram';
import { header, headers, toOf } from '../../../src/sip/message/message-headers.ts';
import { parseMessage } from '../../../src/sip/message/parse-message.ts';
import type { SipMessage, SipRequest } from '../../../src/sip/message/sip-message.ts';

export interface ProviderAnswer {
  readonly status: number;
  readonly headers?: readonly string[];
  readonly body?: string;
}

export interface LiveProvider {
  readonly address: string;
  readonly port: number;
  readonly received: readonly SipMessage[];
  requests(method: string): readonly SipRequest[];
  send(
    lines: readonly string[],
    body: string,
    to: { readonly host: string; readonly port: number },
  ): void;
  close(): Promise<void>;
}

/** @param answers to one request, in their order; repetitions are answered anew */
export const openLiveProvider = async (
  address: string,
  answers: (request: SipRequest) => readonly ProviderAnswer[],
): Promise<LiveProvider> => {
  const socket = createSocket('udp4');
  const received: SipMessage[] = [];

  const textOf = (lines: readonly string[], body: string): string =>
    [...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
  const answer = (request: SipRequest, { status, headers: more = [], body = '' }: ProviderAnswer) =>
    textOf(
      [
        `SIP/2.0 ${status} As Told`,
        ...headers(request, 'Via').map((via) => `Via: ${via}`),
        `From: ${header(request, 'From') ?? ''}`,
        `To: ${header(request, 'To') ?? ''}${toOf(request)?.tag === undefined ? ';tag=told' : ''}`,
        `Call-ID: ${header(request, 'Call-ID') ?? ''}`,
        `CSeq: ${header(request, 'CSeq') ?? ''}`,
        ...more,
        ...(body === '' ? [] : ['Content-Type: application/sdp']),
      ],
      body,
    );
  socket.on('message', (bytes, from) => {
    const parsed = parseMessage(bytes);
    if (!parsed.ok) return;
    received.push(parsed.message);
    if (parsed.message.kind !== 'request' || parsed.message.method === 'ACK') return;
    for (const each of answers(parsed.message))
      socket.send(answer(parsed.message, each), from.port, from.address);
  });
  await new Promise<void>((resolve) => {
    socket.bind(0, address, resolve);
  });

  return {
    address,
    port: socket.address().port,
    received,
    requests: (method) =>
      received.flatMap((message) =>
        message.kind === 'request' && message.method === method ? [message] : [],
      ),
    send: (lines, body, { host, port }) => {
      socket.send(textOf(lines, body), port, host);
    },
    close: () =>
      new Promise((resolve) => {
        socket.close(resolve);
      }),
  };
};

/** A voice that is nowhere: enough for an answer. */
export const providerSdp = (address: string, formats: string): string =>
  [
    'v=0',
    `o=- 77 1 IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    `m=audio 4000 RTP/AVP ${formats}`,
    'a=rtpmap:101 telephone-event/8000',
    'a=sendrecv',
    '',
  ].join('\r\n');
