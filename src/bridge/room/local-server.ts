import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../call/ports/process.ts';
import { findLiveKitServer, installLiveKitServer } from './livekit-binary.ts';
import {
  freeLiveKitPorts,
  liveKitConfig,
  liveKitKeys,
  loopback,
  type LiveKitKeys,
  type LiveKitPorts,
} from './livekit-config.ts';
import { endStaleProcess } from './stale-process.ts';
import { superviseProcess } from './supervised-process.ts';

export { installLiveKitServer } from './livekit-binary.ts';

/** A livekit-server of our own on loopback. */
export interface LocalLiveKit extends LiveKitKeys {
  /** `ws:` address. */
  readonly url: string;
  /** Ends the server. Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface LocalLiveKitOptions {
  /** Keys, configuration, log and, where it had to be built, the program. */
  readonly dataDir: string;
  /** Whether a livekit-server on PATH may be used [true]. */
  readonly findOnPath?: boolean;
  readonly progress: (line: string) => void;
  readonly log: Logger;
  /** Aborts the installation and the wait for health. */
  readonly signal?: AbortSignal;
  /** [free ones] */
  readonly ports?: LiveKitPorts;
}

const healthTimeoutMs = 20_000;
const healthPollMs = 50;

const localServerError = (message: string, cause?: unknown): Error =>
  Object.assign(new Error(message, { cause }), { code: 'room/no-local-server' });

/**
 * Finds, or builds, and runs a livekit-server, restarts it when it dies, and ends it on `close`.
 * Rejects with code `room/no-local-server` and a message for a person.
 */
export const ensureLocalLiveKit = async (options: LocalLiveKitOptions): Promise<LocalLiveKit> => {
  const folder = resolve(options.dataDir, 'livekit');
  const binDir = resolve(options.dataDir, 'bin');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const program = await programOf(options, binDir);
  const configFile = join(folder, 'config.yaml');
  const pidFile = join(folder, 'server.pid');
  const logFile = join(folder, 'server.log');
  await endStaleProcess({ pidFile, argument: configFile, log: options.log });
  const ports = options.ports ?? (await freeLiveKitPorts());
  const keys = await liveKitKeys(join(folder, 'keys'));
  await writeFile(configFile, liveKitConfig(ports, keys), { mode: 0o600 });

  const args = ['--config', configFile];
  const server = superviseProcess({ program, args, pidFile, logFile, log: options.log });
  const close = (): Promise<void> => server.close();
  try {
    await untilHealthy(ports.http, options.signal);
  } catch (error) {
    await close();
    const lastLines = (await readFile(logFile, 'utf8').catch(() => ''))
      .trim()
      .split('\n')
      .slice(-3);
    throw localServerError(`livekit-server did not start: ${lastLines.join('\n')}`, error);
  }
  return { url: `ws://${loopback}:${ports.http}`, ...keys, close };
};

const programOf = async (options: LocalLiveKitOptions, binDir: string): Promise<string> => {
  const { findOnPath: onPath = true, progress, signal } = options;
  const found = await findLiveKitServer({ binDir, onPath });
  if (found !== undefined) return found;
  const installed = await installLiveKitServer({
    binDir,
    progress,
    ...(signal !== undefined && { signal }),
  });
  if (!installed.ok) throw localServerError(installed.message);
  return installed.program;
};

const untilHealthy = async (port: number, signal: AbortSignal | undefined): Promise<void> => {
  const limit = AbortSignal.any([
    AbortSignal.timeout(healthTimeoutMs),
    ...(signal === undefined ? [] : [signal]),
  ]);
  for (;;) {
    limit.throwIfAborted();
    const healthy = await fetch(`http://${loopback}:${port}/`, { signal: limit }).then(
      async (response) => {
        await response.body?.cancel();
        return response.ok;
      },
      () => false,
    );
    if (healthy) return;
    await sleep(healthPollMs);
  }
};
