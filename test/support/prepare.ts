/**
 * Prepares what the tests need beyond npm packages: SIPp, Chromium and PostgreSQL from Debian, and a livekit-server.
 * Installs them where it may; where it may not, it names what is missing and how to get it.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { findLiveKitServer } from '../../src/bridge/room/livekit-binary.ts';
import { installLiveKitServer } from '../../src/bridge/room/local-server.ts';
import { findChromium } from './chromium.ts';
import { findPostgresBinaries } from './postgres-server.ts';

const onPath = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** What to look for, and the Debian package that brings it. */
const debianPrograms = [
  { program: 'sipp', package: 'sip-tester', isThere: onPath('sipp') },
  { program: 'baresip', package: 'baresip-core', isThere: onPath('baresip') },
  {
    program: 'the video codecs of baresip',
    package: 'baresip-ffmpeg',
    isThere: existsSync('/usr/lib/baresip/modules/avcodec.so'),
  },
  { program: 'chromium', package: 'chromium', isThere: findChromium() !== undefined },
  { program: 'openssl', package: 'openssl', isThere: onPath('openssl') },
  { program: 'ffmpeg', package: 'ffmpeg', isThere: onPath('ffmpeg') },
  {
    program: 'a PostgreSQL server',
    package: 'postgresql',
    isThere: (await findPostgresBinaries()) !== undefined,
  },
] as const;

const run = (command: string, ...args: readonly string[]): boolean =>
  spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0;

const installDebianPackages = (packages: readonly string[]): boolean => {
  if (process.getuid?.() !== 0 || !onPath('apt-get')) return false;
  console.log(`installing ${packages.join(', ')} with apt-get`);
  const install = () =>
    run('apt-get', 'install', '-y', '-q', '--no-install-recommends', ...packages);
  return install() || (run('apt-get', 'update', '-q') && install());
};

const missing = debianPrograms.filter(({ isThere }) => !isThere);
if (missing.length > 0 && !installDebianPackages(missing.map((m) => m.package))) {
  console.error(
    `the tests need ${missing.map((m) => m.program).join(', ')}: on Debian or Ubuntu, run\n` +
      `  sudo apt-get install ${missing.map((m) => m.package).join(' ')}`,
  );
  process.exit(1);
}

const binDir = resolve('.cache/bin');
if ((await findLiveKitServer({ binDir })) === undefined) {
  const installed = await installLiveKitServer({
    binDir,
    progress: (line) => {
      console.log(line);
    },
  });
  if (!installed.ok) {
    console.error(installed.message);
    process.exit(1);
  }
}

// The pages as they are now, not as they were when the packages were installed.
if (!run('npm', 'run', 'build:web')) process.exit(1);
