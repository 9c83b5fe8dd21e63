import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RoomServiceClient } from 'livekit-server-sdk';
import { findLiveKitServer } from '../../src/bridge/room/livekit-binary.ts';
import {
  freeLiveKitPorts,
  liveKitConfig,
  loopback,
  type LiveKitKeys,
} from '../../src/bridge/room/livekit-config.ts';

/** A real livekit-server on random loopback ports, for one test file. */
export interface TestLiveKitServer extends LiveKitKeys {
  readonly url: string;
  /** Of its process; undefined while it is stopped. */
  pid(): number | undefined;
  /** Kills the server, as a crash would. */
  stop(): Promise<void>;
  /** Starts it again on the same ports, with none of its rooms; resolves when it answers. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Where `test/support/prepare.ts` builds the server when it is not on PATH. */
const binDir = resolve('.cache/bin');

export const startLiveKitServer = async (): Promise<TestLiveKitServer> => {
  const program = await findLiveKitServer({ binDir });
  if (program === undefined) throw new Error('no livekit-server: run node test/support/prepare.ts');
  const folder = await mkdtemp(join(tmpdir(), 'ringbro-livekit-'));
  const configFile = join(folder, 'config.yaml');
  const ports = await freeLiveKitPorts({ usualPort: false });
  const keys = { apiKey: 'test', apiSecret: randomBytes(32).toString('hex') };
  await writeFile(configFile, liveKitConfig(ports, keys));
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    child = spawn(program, ['--config', configFile], { stdio: 'ignore' });
    for (let attempt = 0; attempt < 200; attempt += 1) {
      const healthy = await fetch(`http://${loopback}:${ports.http}/`).then(
        (response) => response.ok,
        () => false,
      );
      if (healthy) return;
      await sleep(50);
    }
    throw new Error('livekit-server did not start');
  };

  const stop = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const exited = once(running, 'exit');
    running.kill('SIGKILL');
    await exited;
  };

  await start();
  return {
    url: `ws://${loopback}:${ports.http}`,
    ...keys,
    pid: () => child?.pid,
    start,
    stop,
    close: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** Everybody in a room, hidden participants too. */
export const participantsOf = async (
  { url, apiKey, apiSecret }: TestLiveKitServer,
  room: string,
): Promise<string[]> => {
  const rooms = new RoomServiceClient(url.replace('ws', 'http'), apiKey, apiSecret);
  return (await rooms.listParticipants(room).catch(() => [])).map((p) => p.identity);
};
