import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePort } from '../e2e/support/gateway-process.ts';

/** A real PostgreSQL on a random loopback port, for one test file. */
export interface TestPostgresServer {
  /** Makes an empty database of its own and returns its URL. */
  newDatabase(): Promise<string>;
  /** Kills the server and all its connections, as a crash would. */
  stop(): Promise<void>;
  /** Starts it again on the same port with its data; resolves when it answers. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const run = promisify(execFile);
const debianBinaries = '/usr/lib/postgresql';
/** After a crash it reads its log first. */
const longestStartMs = 60_000;

/**
 * The folder with the server's programs: Debian keeps them off the PATH, one folder a version (and
 * the client's alone there, where no server is installed). undefined: not installed.
 */
export const findPostgresBinaries = async (): Promise<string | undefined> => {
  const versions = (await readdir(debianBinaries).catch(() => [])).map(Number);
  const newestFirst = versions.filter(Number.isFinite).sort((a, b) => b - a);
  return [
    ...newestFirst.map((version) => join(debianBinaries, String(version), 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ].find((folder) => existsSync(join(folder, 'initdb')));
};

/** PostgreSQL refuses to run as root; Debian's package brings the user `postgres` along. */
const serverUser = async (): Promise<{ uid: number; gid: number } | undefined> => {
  if (userInfo().uid !== 0) return undefined;
  const idOf = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout);
  return { uid: await idOf('-u'), gid: await idOf('-g') };
};

/** `durable`: what is committed is on the disk, as in production; without it tests are quicker. */
export const startPostgresServer = async ({
  durable = false,
} = {}): Promise<TestPostgresServer> => {
  const [binaries, user] = await Promise.all([findPostgresBinaries(), serverUser()]);
  if (binaries === undefined) throw new Error('no PostgreSQL: run node test/support/prepare.ts');
  const folder = await mkdtemp(join(tmpdir(), 'ringbro-postgres-'));
  await chmod(folder, 0o700);
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  const cluster = join(folder, 'cluster');
  const options = { cwd: folder, ...user };
  await run(
    join(binaries, 'initdb'),
    ['-D', cluster, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'],
    options,
  );
  const port = await freePort();
  let child: ChildProcess | undefined;

  const answers = async (): Promise<boolean> => {
    const client = new Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
    try {
      await client.connect();
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  };

  const start = async (): Promise<void> => {
    const settings = [
      ...['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${folder}`],
      ...['-c', `fsync=${durable ? 'on' : 'off'}`, '-c', 'log_min_messages=fatal'],
    ];
    child = spawn(join(binaries, 'postgres'), ['-D', cluster, '-p', String(port), ...settings], {
      ...options,
      stdio: 'ignore',
    });
    const startedAt = performance.now();
    while (child.exitCode === null && performance.now() - startedAt < longestStartMs) {
      if (await answers()) return;
      await sleep(50);
    }
    throw new Error(`PostgreSQL did not start (${child.exitCode ?? 'it still tries'})`);
  };

  const stop = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const exited = once(running, 'exit');
    // SIGQUIT is PostgreSQL's immediate shutdown: no goodbye, recovery at the next start.
    running.kill('SIGQUIT');
    await exited;
  };

  await start();
  return {
    async newDatabase() {
      const name = `test_${randomBytes(6).toString('hex')}`;
      const client = new Client({
        host: '127.0.0.1',
        port,
        user: 'postgres',
        database: 'postgres',
      });
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      return `postgres://postgres@127.0.0.1:${port}/${name}`;
    },
    start,
    stop,
    async close() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
