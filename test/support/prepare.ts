/**
 * Prepares what the tests need beyond npm packages: SIPp, Chromium and PostgreSQL from Debian, and a livekit-server.
 * Installs them where it may; where it may not, it names what is missing and how to get it.
 */
import { spawn } from 'node:child_process';
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

const run = (command: string, ...args: readonly string[]): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    child.on('error', () => {
      resolve(false);
    });
    child.on('exit', (status) => {
      resolve(status === 0);
    });
  });

const installDebianPackages = async (packages: readonly string[]): Promise<boolean> => {
  if (process.getuid?.() !== 0 || !onPath('apt-get')) return false;
  console.log(`installing ${packages.join(', ')} with apt-get`);
  const install = () =>
    run('apt-get', 'install', '-y', '-q', '--no-install-recommends', ...packages);
  return (await install()) || ((await run('apt-get', 'update', '-q')) && (await install()));
};

/** Answers what is missing still. */
const prepareDebianPrograms = async (): Promise<string | undefined> => {
  const missing = debianPrograms.filter(({ isThere }) => !isThere);
  if (missing.length === 0 || (await installDebianPackages(missing.map((m) => m.package))))
    return undefined;
  return (
    `the tests need ${missing.map((m) => m.program).join(', ')}: on Debian or Ubuntu, run\n` +
    `  sudo apt-get install ${missing.map((m) => m.package).join(' ')}`
  );
};

const prepareLiveKitServer = async (): Promise<string | undefined> => {
  const binDir = resolve('.cache/bin');
  if ((await findLiveKitServer({ binDir })) !== undefined) return undefined;
  const progress = (line: string): void => {
    console.log(line);
  };
  const installed = await installLiveKitServer({ binDir, progress });
  return installed.ok ? undefined : installed.message;
};

/** The pages as they are now, not as they were when the packages were installed. */
const buildPages = async (): Promise<string | undefined> =>
  (await run('npm', 'run', 'build:web')) ? undefined : 'the pages could not be built';

// Side by side: one waits for the network, the other for the processor.
const problems = await Promise.all([prepareDebianPrograms(), prepareLiveKitServer(), buildPages()]);
for (const problem of problems) if (problem !== undefined) console.error(problem);
if (problems.some((problem) => problem !== undefined)) process.exit(1);
