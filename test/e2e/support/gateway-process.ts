/** A whole gateway as a process of its own, on ports of its own, with a data folder that goes with it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const projectRoot = fileURLToPath(new URL('../../..', import.meta.url));
const compileCache = join(projectRoot, '.cache/compiled');
export const apiKey = 'an-api-key-for-tests-only';

/** Below what the kernel gives to connections that go out: one of those would take the port before its owner does. */
const firstTestPort = 10_500;
const testPorts = 9_000;

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer();
  const socket = createSocket('udp4');
  const bound = await Promise.all([
    new Promise<boolean>((resolve) => {
      server.once('error', () => {
        resolve(false);
      });
      server.listen(port, '127.0.0.1', () => {
        resolve(true);
      });
    }),
    new Promise<boolean>((resolve) => {
      socket.once('error', () => {
        resolve(false);
      });
      socket.bind(port, '127.0.0.1', () => {
        resolve(true);
      });
    }),
  ]);
  socket.close();
  await new Promise((resolve) => server.close(resolve));
  return bound.every(Boolean);
};

const given = new Set<number>();

/** A port that is free for UDP and TCP on loopback at this moment, and that this process was not given before. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = firstTestPort + Math.floor(Math.random() * testPorts);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
};

export interface GatewayProcess {
  readonly sipPort: number;
  readonly httpUrl: string;
  readonly dataDir: string;
  readonly child: ChildProcess;
  /** Everything the process printed so far, both streams. */
  output(): string;
  api(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  /** Resolves when the process is gone. The data folder stays unless `forget`. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  forget(): Promise<void>;
}

export interface GatewayOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly dataDir?: string;
  readonly livekit?: { readonly url: string; readonly apiKey: string; readonly apiSecret: string };
  /** How long the start may take. */
  readonly readyWithinMs?: number;
}

const waitUntilReady = async (
  child: ChildProcess,
  url: string,
  output: () => string,
  withinMs: number,
) => {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the gateway stopped at its start:\n${output()}`);
    const ready = await fetch(`${url}/health/ready`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the gateway was not ready within ${withinMs} ms:\n${output()}`);
};

export const startGateway = async (options: GatewayOptions = {}): Promise<GatewayProcess> => {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'ringbro-e2e-')));
  const [sipPort, httpPort, rtpFrom] = [
    await freePort(),
    await freePort(),
    20_000 + 400 * Math.floor(Math.random() * 50),
  ];
  const { livekit } = options;
  const child = spawn(process.execPath, [join(projectRoot, 'src/main.ts')], {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      // Gateways start by the dozen, each from the same files.
      NODE_COMPILE_CACHE: compileCache,
      RINGBRO_DATA_DIR: dataDir,
      RINGBRO_SIP_PORT: String(sipPort),
      RINGBRO_HTTP_PORT: String(httpPort),
      RINGBRO_RTP_PORTS: `${rtpFrom}-${rtpFrom + 1999}`,
      RINGBRO_API_KEY: apiKey,
      RINGBRO_DRAIN_S: '1',
      ...(livekit === undefined
        ? {}
        : {
            LIVEKIT_URL: livekit.url,
            LIVEKIT_API_KEY: livekit.apiKey,
            LIVEKIT_API_SECRET: livekit.apiSecret,
          }),
      ...options.env,
    },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const output = () => printed;
  const gone = once(child, 'exit');
  const httpUrl = `http://127.0.0.1:${httpPort}`;
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await gone;
  };
  try {
    await waitUntilReady(child, httpUrl, output, options.readyWithinMs ?? 60_000);
  } catch (error) {
    await stop('SIGKILL');
    throw error;
  }
  return {
    sipPort,
    httpUrl,
    dataDir,
    child,
    output,
    async api(method: string, path: string, body?: unknown) {
      const response = await fetch(`${httpUrl}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${apiKey}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return {
        status: response.status,
        body: text === '' ? undefined : (JSON.parse(text) as unknown),
      };
    },
    stop,
    async forget() {
      // Not SIGKILL: a local livekit-server is to go with it.
      await stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};
