import { createSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';

/** Where the local server listens, all on loopback. */
export interface LiveKitPorts {
  /** Signalling and API. */
  readonly http: number;
  /** Media over UDP, all of it on one port, and over TCP where UDP does not pass. */
  readonly udp: number;
  readonly tcp: number;
}

export interface LiveKitKeys {
  readonly apiKey: string;
  readonly apiSecret: string;
}

export const loopback = '127.0.0.1';
/** LiveKit's own port, which its tools take for granted. */
const usualHttpPort = 7880;

/** Rejects when the port is taken; 0 asks for any. */
const freeTcpPort = async (port: number): Promise<number> => {
  const server = createServer();
  server.listen(port, loopback);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : port;
};

const freeUdpPort = async (): Promise<number> => {
  const socket = createSocket('udp4');
  socket.bind(0, loopback);
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
};

/** Ports that are free now: LiveKit's usual one for HTTP where it can be had. */
export const freeLiveKitPorts = async ({
  usualPort = true,
}: { readonly usualPort?: boolean } = {}): Promise<LiveKitPorts> => ({
  http: await freeTcpPort(usualPort ? usualHttpPort : 0).catch(() => freeTcpPort(0)),
  udp: await freeUdpPort(),
  tcp: await freeTcpPort(0),
});

/** The keys kept in `file`, made at the first call; for the owner's eyes only. */
export const liveKitKeys = async (file: string): Promise<LiveKitKeys> => {
  const kept = await readFile(file, 'utf8').catch(() => '');
  const [apiKey, apiSecret] = kept.trim().split('\n');
  if (apiKey !== undefined && apiSecret !== undefined) return { apiKey, apiSecret };
  const made = {
    apiKey: `ringbro${randomBytes(6).toString('hex')}`,
    apiSecret: randomBytes(32).toString('base64url'),
  };
  await writeFile(file, `${made.apiKey}\n${made.apiSecret}\n`, { mode: 0o600 });
  return made;
};

/**
 * The server's configuration file, in the part of YAML that is JSON. LiveKit's defaults already have
 * the audio codecs we need: opus, red, PCMU and PCMA.
 */
export const liveKitConfig = (ports: LiveKitPorts, keys: LiveKitKeys): string =>
  JSON.stringify(
    {
      port: ports.http,
      bind_addresses: [loopback],
      keys: { [keys.apiKey]: keys.apiSecret },
      rtc: {
        udp_port: ports.udp,
        tcp_port: ports.tcp,
        use_external_ip: false,
        node_ip: loopback,
        enable_loopback_candidate: true,
        interfaces: { includes: ['lo', 'lo0'] },
      },
      logging: { level: 'warn', json: true },
    },
    undefined,
    2,
  );
