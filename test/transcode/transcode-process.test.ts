/** Programs of the machine in ffmpeg's place; ffmpeg itself is tried in test/e2e/video-transcode.test.ts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CodedPicture } from '../../src/transcode/flv-reader.ts';
import {
  startTranscodeProcess,
  type TranscodeProcess,
} from '../../src/transcode/transcode-process.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';

const longWait = { timeout: 10_000 };

let running: TranscodeProcess | undefined;
afterEach(() => {
  running?.close();
});

/** With our arguments behind it, which a script does not mind. */
const start = (command: readonly string[]) => {
  const pictures: CodedPicture[] = [];
  const problems: string[] = [];
  running = startTranscodeProcess({
    command,
    fourcc: 'VP80',
    size: { width: 320, height: 180 },
    onPicture: (picture) => pictures.push(picture),
    onEnded: (problem) => problems.push(problem),
  });
  return { pictures, problems, process: running };
};
const script = (text: string) => [process.execPath, '-e', text, '--'];

describe('a transcoding program', () => {
  test('that is not there is told of, once', async () => {
    const { problems } = start(['/nowhere/ffmpeg']);
    await vi.waitFor(() => {
      expect(problems).toEqual([expect.stringMatching(/^not started: /)]);
    });
  });

  test('that ends by itself is told of with what it said', async () => {
    const { problems } = start(script('console.error("no such codec"); process.exitCode = 3'));
    await vi.waitFor(() => {
      expect(problems).toEqual(['ended with 3 no such codec']);
    }, longWait);
  });

  test('that writes what is no H.264 is ended', async () => {
    const { problems } = start(
      script('console.log("usage: something else"); setInterval(() => 1, 9)'),
    );
    await vi.waitFor(() => {
      expect(problems).toEqual(['its output is no H.264']);
    }, longWait);
  });

  test('gets IVF, and nothing of our environment', async () => {
    const text = `
      const keys = Object.keys(process.env).filter((key) => key !== '__CF_USER_TEXT_ENCODING');
      process.stdin.once('data', (bytes) => {
        console.error(bytes.toString('latin1', 0, 4), keys.join(), process.cwd());
        process.exit(1);
      });`;
    const { problems } = start(script(text));
    await vi.waitFor(() => {
      expect(problems).toEqual(['ended with 1 DKIF PATH,LANG /']);
    }, longWait);
  });

  test('is given and tells nothing any more when it was closed', async () => {
    const { problems, process: transcode } = start(script('process.stdin.resume()'));
    expect(transcode.write(Buffer.from([1]), 0)).toBe(true);
    transcode.close();
    transcode.close();
    expect(transcode.write(Buffer.from([1]), 40)).toBe(false);
    expect(problems).toEqual([]);
  });

  test('that does not keep up is given no more', () => {
    const { process: transcode } = start(script('setTimeout(() => 1, 10_000)'));
    const picture = Buffer.alloc(100_000);
    const taken = [0, 1, 2, 3, 4, 5].map((at) => transcode.write(picture, at));
    expect(taken[0]).toBe(true);
    expect(taken.at(-1)).toBe(false);
  });

  test.runIf(existsSync('/proc/self/stat'))('has its processor time counted', async () => {
    const busy = script('for (const end = Date.now() + 10_000; Date.now() < end; );');
    const { process: transcode } = start(busy);
    await vi.waitFor(() => {
      expect(transcode.cpuSeconds()).toBeGreaterThan(0);
    }, longWait);
  });
});

/** Of those in a file; one that ended and that nobody has buried yet counts as gone. */
const pidsIn = (file: string): readonly string[] =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
const runs = (pid: string): boolean => {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
};

describe.runIf(existsSync('/proc/self/stat'))('nothing is left behind', () => {
  const parent = fileURLToPath(new URL('../support/transcoding-gateway.ts', import.meta.url));
  let folder: TemporaryFolder;
  let gateway: ChildProcess;
  let file = '';
  beforeEach(async () => {
    folder = await temporaryFolder();
    file = join(folder.path, 'pids');
  });
  afterEach(async () => {
    gateway.kill('SIGKILL');
    for (const pid of pidsIn(file).filter(runs)) process.kill(Number(pid), 'SIGKILL');
    await folder.remove();
  });
  const begin = async (script: string, then: 'close' | 'stay'): Promise<void> => {
    gateway = spawn(process.execPath, [parent, file, script, then], { stdio: 'ignore' });
    await vi.waitFor(() => {
      expect(pidsIn(file)).toHaveLength(2);
    }, longWait);
  };
  const untilGone = () =>
    vi.waitFor(() => {
      expect(pidsIn(file).filter(runs)).toEqual([]);
    }, longWait);

  test('by a gateway that is gone at once after it closed a program that hangs', async () => {
    // Neither reads; and the shell waits for the other.
    await begin(`sleep 60 & echo $! >>'${file}'; echo $$ >>'${file}'; wait`, 'close');
    await untilGone();
  });

  test('by a gateway that was killed', async () => {
    await begin(`echo $$ >>'${file}'; echo $$ >>'${file}'; cat >&2`, 'stay');
    expect(pidsIn(file).every(runs)).toBe(true);
    gateway.kill('SIGKILL');
    await untilGone();
  });
});
