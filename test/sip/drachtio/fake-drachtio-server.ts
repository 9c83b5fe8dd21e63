/**
 * A drachtio-server of a few lines: it speaks the framing and the handshake, and says whatever a
 * test makes it say. SIP goes no further than this.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type Socket } from 'node:net';

/** What the gateway sent: the frame's id and words, and the SIP message after them. */
export interface FromGateway {
  readonly frameId: string;
  readonly words: readonly string[];
  readonly sip: string;
}

export interface FakeDrachtioServer {
  readonly port: number;
  /** How often the gateway has connected and shown its secret. */
  readonly connects: number;
  readonly received: readonly FromGateway[];
  /** Sends a frame with this content. */
  say(content: string): void;
  /** Sends these bytes without a frame around them. */
  sayBare(bytes: string): void;
  /** A request from the network. */
  sip(message: string, ids: { readonly transaction: string; readonly dialog?: string }): void;
  /** How SIP from the gateway is answered; by default it is echoed as sent. */
  onSip: (message: FromGateway) => void;
  /** `OK` with the message as it went out. */
  confirm(
    message: FromGateway,
    ids: { readonly transaction: string; readonly dialog: string },
  ): void;
  refuse(message: FromGateway, reason: string): void;
  /** Drops the connection, as a restart does. */
  drop(): void;
  close(): Promise<void>;
}

export const startFakeDrachtioServer = async (): Promise<FakeDrachtioServer> => {
  const received: FromGateway[] = [];
  const sockets = new Set<Socket>();
  let current: Socket | undefined;
  let connects = 0;

  const say = (content: string): void => {
    const text = `${randomUUID()}|${content}`;
    current?.write(`${Buffer.byteLength(text)}#${text}`);
  };
  const onFrame = (frame: string): void => {
    const [head = '', ...rest] = frame.split('\r\n');
    const [frameId = '', ...words] = head.split('|');
    const message: FromGateway = { frameId, words, sip: rest.join('\r\n') };
    if (words[0] === 'authenticate') {
      connects += 1;
      say(`response|${frameId}|OK|udp/127.0.0.1:5060,tcp/127.0.0.1:5060|v0.9.0`);
    } else if (words[0] === 'sip') {
      received.push(message);
      server.onSip(message);
    }
  };

  const listener = createServer((socket) => {
    sockets.add(socket);
    current = socket;
    let buffered = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      buffered = Buffer.concat([buffered, chunk]);
      for (let hash = buffered.indexOf('#'); hash > 0; hash = buffered.indexOf('#')) {
        const end = hash + 1 + Number(buffered.toString('latin1', 0, hash));
        if (buffered.length < end) return;
        const frame = buffered.toString('utf8', hash + 1, end);
        buffered = buffered.subarray(end);
        onFrame(frame);
      }
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();

  const server: FakeDrachtioServer = {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    get connects() {
      return connects;
    },
    received,
    say,
    sayBare: (bytes) => void current?.write(bytes),
    sip: (message, { transaction, dialog = '' }) => {
      const meta = `network|${message.length}|udp|192.0.2.10|5060|10:00:00.000`;
      say(`sip|${meta}|${transaction}|${dialog}|127.0.0.1|5060\r\n${message}`);
    },
    onSip: () => undefined,
    confirm: ({ frameId, sip }, { transaction, dialog }) => {
      const meta = `application|${sip.length}|udp|192.0.2.10|5060|10:00:00.000`;
      say(`response|${frameId}|OK|${meta}|${transaction}|${dialog}\r\n${sip}`);
    },
    refuse: ({ frameId }, reason) => {
      say(`response|${frameId}|NOK|${reason}`);
    },
    drop: () => current?.destroy(),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
  return server;
};

/** An INVITE as drachtio-server passes it on. `extra` goes among its headers. */
export const inviteText = (
  sipCallId: string,
  { extra = [], body }: { readonly extra?: readonly string[]; readonly body: string },
): string =>
  [
    'INVITE sip:+46480445511@127.0.0.1 SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK1;rport=5060',
    'From: <sip:+46701234567@192.0.2.10>;tag=caller',
    'To: <sip:+46480445511@127.0.0.1>',
    `Call-ID: ${sipCallId}`,
    'CSeq: 1 INVITE',
    'Contact: <sip:+46701234567@192.0.2.10:5060>',
    ...extra,
    'Max-Forwards: 70',
    'Content-Type: application/sdp',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');

export const offerText = [
  'v=0',
  'o=- 1 1 IN IP4 192.0.2.10',
  's=-',
  'c=IN IP4 192.0.2.10',
  't=0 0',
  'm=audio 4000 RTP/AVP 8 101',
  'a=rtpmap:101 telephone-event/8000',
  '',
].join('\r\n');
