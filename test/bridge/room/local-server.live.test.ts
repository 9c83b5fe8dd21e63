import { spawn } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freeLiveKitPorts } from '../../../src/bridge/room/livekit-config.ts';
import { ensureLocalLiveKit, type LocalLiveKit } from '../../../src/bridge/room/local-server.ts';
import { createRoomAdmin } from '../../../src/bridge/room/room-admin.ts';
import { asRoomName } from '../../../src/call/identifiers.ts';
import { temporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.ts';
import { silentLog } from './support/silent-log.ts';

let folder: TemporaryFolder;
let running: LocalLiveKit | undefined;

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await running?.close();
  running = undefined;
  await folder.remove();
});

const start = async (): Promise<LocalLiveKit> => {
  const ports = await freeLiveKitPorts({ usualPort: false });
  running = await ensureLocalLiveKit({
    dataDir: folder.path,
    progress: () => undefined,
    log: silentLog,
    ports,
  });
  return running;
};

const room = asRoomName('local');
const pidFile = (): string => join(folder.path, 'livekit', 'server.pid');
const pid = async (): Promise<number> => Number(await readFile(pidFile(), 'utf8'));
const isAlive = (of: number): boolean => {
  try {
    return process.kill(of, 0);
  } catch {
    return false;
  }
};

test('it runs on loopback, knows its keys and ends when it is closed', async () => {
  const server = await start();
  expect(server.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+$/);
  await createRoomAdmin(server).ensureRoom(room);
  const child = await pid();
  await server.close();
  await server.close();
  expect(isAlive(child)).toBe(false);
});

test('its keys are its own, kept, and for the owner alone', async () => {
  const first = await start();
  await first.close();
  const second = await start();
  expect(second.apiSecret).toBe(first.apiSecret);
  expect(second.apiSecret.length).toBeGreaterThan(32);
  for (const file of ['keys', 'config.yaml']) {
    const { mode } = await stat(join(folder.path, 'livekit', file));
    expect(mode & 0o077).toBe(0);
  }
});

test('a server that dies is started again on the same address', async () => {
  const server = await start();
  const admin = createRoomAdmin(server);
  process.kill(await pid(), 'SIGKILL');
  await expect
    .poll(
      () =>
        admin.ensureRoom(room).then(
          () => true,
          () => false,
        ),
      { timeout: 5_000 },
    )
    .toBe(true);
});

test('one left behind by a killed gateway is ended at the next start', async () => {
  const configFile = join(folder.path, 'livekit', 'config.yaml');
  await (await start()).close();
  const orphan = spawn('livekit-server', ['--config', configFile], { stdio: 'ignore' });
  const exited = new Promise((resolve) =>
    orphan.once('exit', (_code, signal) => {
      resolve(signal);
    }),
  );
  await writeFile(pidFile(), String(orphan.pid));
  await start();
  expect(await exited).toBe('SIGKILL');
});

test("a stale process id that is somebody else's now is left alone", async () => {
  await (await start()).close();
  const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
  await writeFile(pidFile(), String(stranger.pid));
  await start();
  expect(isAlive(stranger.pid ?? 0)).toBe(true);
  stranger.kill();
});
