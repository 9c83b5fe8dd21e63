/** A FreeSWITCH of a few lines: its event socket, up to the answer that a test gives it. */
import { createServer, type Socket } from 'node:net';

export interface FakeEventSocket {
  readonly port: number;
  readonly connects: number;
  /** The answer to `sofia status`. */
  sofiaStatus: string;
  /** Sends these bytes on the connection that stands. */
  sayBare(bytes: string): void;
  drop(): void;
  close(): Promise<void>;
}

/** What a real one says of the profile; `sip` is where its SIP is. */
export const profileStatus = (sip = '127.0.0.1:5080'): string =>
  `drachtio_mrf\tprofile\tsip:mod_sofia@${sip}\tRUNNING (0)\n`;

const serverStatus = [
  'UP 0 years, 0 days',
  '12 session(s) since startup',
  '3 session(s) - peak 4, last 5min 1 ',
  '0 session(s) per Sec out of max 500, peak 3, last 5min 0 ',
  '2000 session(s) max',
  '',
].join('\n');

export const startFakeEventSocket = async (): Promise<FakeEventSocket> => {
  const sockets = new Set<Socket>();
  let current: Socket | undefined;
  let connects = 0;
  const body = (text: string): string =>
    `Content-Type: api/response\nContent-Length: ${Buffer.byteLength(text)}\n\n${text}`;
  const answer = (command: string): string => {
    if (command === 'api sofia status') return body(fake.sofiaStatus);
    if (command === 'api status') return body(serverStatus);
    const text = command.startsWith('auth ') ? '+OK accepted' : '+OK';
    return `Content-Type: command/reply\nReply-Text: ${text}\n\n`;
  };
  const listener = createServer((socket) => {
    sockets.add(socket);
    current = socket;
    connects += 1;
    let buffered = '';
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      buffered += chunk.toString('latin1');
      for (let end = buffered.indexOf('\n\n'); end >= 0; end = buffered.indexOf('\n\n')) {
        const command = buffered.slice(0, end).trim();
        buffered = buffered.slice(end + 2);
        socket.write(answer(command));
      }
    });
    socket.write('Content-Type: auth/request\n\n');
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  const fake: FakeEventSocket = {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    get connects() {
      return connects;
    },
    sofiaStatus: profileStatus(),
    sayBare: (bytes) => void current?.write(bytes),
    drop: () => current?.destroy(),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
  return fake;
};
