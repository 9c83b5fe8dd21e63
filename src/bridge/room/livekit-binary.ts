import { spawn } from 'node:child_process';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Later versions carry replace directives, which `go install` refuses. */
const liveKitVersion = 'v1.13.5';
const liveKitPackage = `github.com/livekit/livekit-server/cmd/server@${liveKitVersion}`;
/** The first Go that fetches a newer toolchain by itself (GOTOOLCHAIN). */
const oldestGo = { major: 1, minor: 21 };
const progressIntervalMs = 3_000;

export const waysToLiveKit = [
  'install Go 1.21 or later (https://go.dev/dl), with which ringbro installs livekit-server by itself',
  'put livekit-server on PATH (https://docs.livekit.io/home/self-hosting/local/)',
  'set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET to use a LiveKit server that runs already',
] as const;

const failure = (what: string): { readonly ok: false; readonly message: string } => ({
  ok: false,
  message: `${what}. Do one of:\n${waysToLiveKit.map((way) => `  - ${way}`).join('\n')}`,
});

interface Ran {
  readonly status: number | undefined;
  readonly output: string;
}

/** Runs a program to its end; `status` is undefined where it could not be started. */
const run = (
  program: string,
  args: readonly string[],
  { signal, onLine }: { signal?: AbortSignal | undefined; onLine?: (line: string) => void } = {},
): Promise<Ran> =>
  new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal !== undefined && { signal }),
    });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        lines.push(line);
        onLine?.(line);
      });
    }
    child.once('error', () => {
      resolve({ status: undefined, output: '' });
    });
    child.once('close', (status) => {
      resolve({ status: status ?? undefined, output: lines.join('\n') });
    });
  });

/** The program, found on PATH or in `binDir`; undefined where it is in neither. */
export const findLiveKitServer = async ({
  binDir,
  onPath = true,
}: {
  readonly binDir: string;
  readonly onPath?: boolean;
}): Promise<string | undefined> => {
  const candidates = [...(onPath ? ['livekit-server'] : []), join(binDir, 'livekit-server')];
  for (const candidate of candidates) {
    const { status } = await run(candidate, ['--version']);
    if (status === 0) return candidate;
  }
  return undefined;
};

/** At most one line each few seconds: `go install -v` prints a thousand. */
const throttled = (progress: (line: string) => void): ((line: string) => void) => {
  let steps = 0;
  let toldAt = Date.now();
  return (line) => {
    steps += 1;
    if (Date.now() - toldAt < progressIntervalMs) return;
    toldAt = Date.now();
    progress(`livekit-server: step ${steps}, ${line}`);
  };
};

/**
 * Builds livekit-server into `binDir` with the machine's Go, in about 90 seconds. Never rejects:
 * `message` is for a person and names the ways out.
 */
export const installLiveKitServer = async ({
  binDir,
  progress,
  signal,
}: {
  readonly binDir: string;
  readonly progress: (line: string) => void;
  readonly signal?: AbortSignal;
}): Promise<
  { readonly ok: true; readonly program: string } | { readonly ok: false; readonly message: string }
> => {
  const go = await run('go', ['version'], { signal });
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(go.output) ?? [];
  if (go.status !== 0 || major === undefined || minor === undefined) {
    return failure('there is no livekit-server, and no Go to build it with');
  }
  const isOld = Number(major) === oldestGo.major && Number(minor) < oldestGo.minor;
  if (isOld) return failure(`there is no livekit-server, and Go ${major}.${minor} is too old`);

  progress(`installing livekit-server ${liveKitVersion} with Go, which takes a minute or two`);
  await mkdir(binDir, { recursive: true });
  // Through env, so that the rest of the environment stays as it is.
  const args = [`GOBIN=${binDir}`, 'GOTOOLCHAIN=auto', 'go', 'install', '-v', liveKitPackage];
  const built = await run('env', args, { signal, onLine: throttled(progress) });
  if (built.status !== 0) {
    const lastLines = built.output.split('\n').slice(-5).join('\n');
    return failure(`livekit-server could not be built:\n${lastLines}\n`);
  }
  // Go names the program after its folder.
  const program = join(binDir, 'livekit-server');
  await rename(join(binDir, 'server'), program);
  progress(`installed ${program}`);
  return { ok: true, program };
};
