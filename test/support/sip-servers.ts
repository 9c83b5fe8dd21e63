/**
 * drachtio-servers and FreeSWITCH of a test's own, with the configuration in `deploy/`: for what is
 * tried by ending them. Where their programs are, the environment says.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../e2e/support/gateway-process.ts';
import type { IssuedCertificate } from './certificates.ts';

const { RINGBRO_TEST_DRACHTIO_BIN: drachtioBin, RINGBRO_TEST_FREESWITCH_BIN: freeSwitchBin } =
  process.env;

export const areProgramsNamed = drachtioBin !== undefined && freeSwitchBin !== undefined;

/** Said in the names of tests that are skipped for want of them. */
export const whyNoPrograms = areProgramsNamed
  ? ''
  : ' (skipped: RINGBRO_TEST_DRACHTIO_BIN and RINGBRO_TEST_FREESWITCH_BIN name no programs)';

export const serverSecret = 'only-for-tests';

export interface TestSipServer {
  /** Of drachtio-server its admin port, of FreeSWITCH its event socket. */
  readonly port: number;
  readonly sipPort: number;
  /** All that it logged. */
  output(): string;
  /** Resolves when it listens. */
  start(): Promise<void>;
  /** Resolves when it is gone; it may be started again. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Ends it and removes its files. */
  close(): Promise<void>;
}

const isListening = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => {
      done(false);
    });
  });

interface Program {
  readonly folder: string;
  readonly port: number;
  readonly sipPort: number;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const serverOf = ({ folder, port, sipPort, command, args, env }: Program): TestSipServer => {
  let child: ChildProcess | undefined;
  let printed = '';
  const stop = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    const stopped = child;
    child = undefined;
    if (stopped === undefined || stopped.exitCode !== null) return;
    const gone = once(stopped, 'exit');
    stopped.kill(signal);
    await gone;
  };
  return {
    port,
    sipPort,
    output: () => printed,
    start: async () => {
      child = spawn(command, args, {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...env },
      });
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding('utf8').on('data', (text: string) => {
          printed += text;
        });
      }
      for (let tries = 0; !(await isListening(port)); tries += 1) {
        if (tries === 200 || child.exitCode !== null)
          throw new Error(`${command} does not start:\n${printed}`);
        await sleep(100);
      }
    },
    stop,
    close: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** Each has 400 ports for sound. */
let nextRtpPort = 46_000 + 400 * Math.floor(Math.random() * 20);

export const createFreeSwitchServer = async (maxSessions = 1000): Promise<TestSipServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'ringbro-freeswitch-'));
  await cp(resolve('deploy/freeswitch'), folder, { recursive: true });
  const [port, sipPort] = [await freePort(), await freePort()];
  const rtpFirst = (nextRtpPort += 400);
  const folders = ['conf', 'log', 'db', 'run'].flatMap((name) => [`-${name}`, folder]);
  return serverOf({
    folder,
    port,
    sipPort,
    command: freeSwitchBin ?? 'freeswitch',
    args: ['-nonat', '-nf', ...folders],
    env: {
      FREESWITCH_ADDRESS: '127.0.0.1',
      FREESWITCH_PUBLIC_ADDRESS: '127.0.0.1',
      FREESWITCH_SIP_PORT: String(sipPort),
      FREESWITCH_ESL_PORT: String(port),
      FREESWITCH_ESL_SECRET: serverSecret,
      FREESWITCH_RTP_FIRST: String(rtpFirst),
      FREESWITCH_RTP_LAST: String(rtpFirst + 398),
      FREESWITCH_MAX_SESSIONS: String(maxSessions),
    },
  });
};

export interface DrachtioServerOptions {
  /** TLS on this port, with this certificate; without a chain file it ends at its start. */
  readonly tls?: {
    readonly port: number;
    readonly certificate: IssuedCertificate;
    readonly chainFile: string;
  };
  /** Asks there whom to connect to, instead of being connected to. */
  readonly routeUrl?: string;
}

export const createDrachtioServer = async ({
  tls,
  routeUrl,
}: DrachtioServerOptions = {}): Promise<TestSipServer> => {
  const folder = await mkdtemp(join(tmpdir(), 'ringbro-drachtio-'));
  const [port, sipPort] = [await freePort(), await freePort()];
  const args = ['-f', resolve('deploy/drachtio/drachtio.conf.xml')];
  args.push('--contact', `sip:127.0.0.1:${sipPort};transport=udp,tcp`);
  if (tls !== undefined) {
    const { certificateFile, keyFile } = tls.certificate;
    args.push('--contact', `sips:127.0.0.1:${tls.port};transport=tls`);
    args.push('--key-file', keyFile, '--cert-file', certificateFile);
    args.push('--chain-file', tls.chainFile);
  }
  if (routeUrl !== undefined) args.push('--http-handler', routeUrl);
  return serverOf({
    folder,
    port,
    sipPort,
    command: drachtioBin ?? 'drachtio',
    args,
    env: {
      DRACHTIO_SECRET: serverSecret,
      DRACHTIO_ADMIN_ADDRESS: '127.0.0.1',
      DRACHTIO_ADMIN_TCP_PORT: String(port),
    },
  });
};

/** Settings of a gateway on these. */
export const settingsFor = (
  drachtio: readonly TestSipServer[],
  freeSwitch: readonly TestSipServer[],
): Readonly<Record<string, string>> => {
  const listed = (servers: readonly TestSipServer[]) =>
    servers.map(({ port }) => `127.0.0.1:${port}`).join(',');
  return {
    RINGBRO_ENGINE: 'drachtio',
    RINGBRO_DRACHTIO: listed(drachtio),
    RINGBRO_DRACHTIO_SECRET: serverSecret,
    RINGBRO_FREESWITCH: listed(freeSwitch),
    RINGBRO_FREESWITCH_SECRET: serverSecret,
    RINGBRO_FREESWITCH_PROMPTS: resolve('prompts'),
  };
};
