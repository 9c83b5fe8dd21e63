/** Runs one SIPp scenario against a gateway; the exit code decides. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from './gateway-process.ts';

const scenarios = fileURLToPath(new URL('../../../scenarios', import.meta.url));

/** Apart from those of other test files that run at the same time, each in a process of its own. */
const mediaPorts = 30_000 + 200 * (process.pid % 40);

export interface SippResult {
  readonly ok: boolean;
  /** What SIPp says went wrong, for the test's message. */
  readonly errors: string;
  /** The Call-ID of its (first) call. */
  readonly sipCallId: string;
}

export interface SippOptions {
  readonly sipPort: number;
  /** User part of the Request-URI. */
  readonly service?: string;
  readonly calls?: number;
  readonly callsPerSecond?: number;
  readonly timeoutS?: number;
  readonly transport?: 'u1' | 't1';
  /** The address it calls from; by default 127.0.0.1. */
  readonly localAddress?: string;
  /** Keeps the media ports of scenarios apart that run at the same time. */
  readonly mediaSlot?: number;
}

/** All scenario files that play a caller, by their names without ending. */
export const scenarioNames = async (): Promise<string[]> =>
  (await readdir(scenarios))
    .filter((file) => file.startsWith('uac-') && file.endsWith('.xml'))
    .map((file) => file.replace(/\.xml$/, ''))
    .sort();

/** SIPp takes no port but the one it is given, and ends before its call where somebody else has it. */
const tries = 5;
const isPortTaken = ({ errors }: SippResult): boolean =>
  errors.includes('Unable to bind') && errors.includes('Address already in use');

export const runSipp = async (scenario: string, options: SippOptions): Promise<SippResult> => {
  const first = mediaPorts + 100 * (options.mediaSlot ?? 0);
  let result = await playSipp(scenario, options, first);
  for (let again = 1; again < tries && isPortTaken(result); again += 1)
    result = await playSipp(scenario, options, first + 10 * again);
  return result;
};

const playSipp = async (
  scenario: string,
  options: SippOptions,
  mediaPort: number,
): Promise<SippResult> => {
  const folder = await mkdtemp(join(tmpdir(), 'ringbro-sipp-'));
  const errorFile = join(folder, 'errors.log');
  const callIdTail = `${randomUUID()}@127.0.0.1`;
  const localPort = await freePort();
  const child = spawn(
    'sipp',
    [
      ...['-sf', join(scenarios, `${scenario}.xml`), '-s', options.service ?? '0480445511'],
      ...['-m', String(options.calls ?? 1), '-r', String(options.callsPerSecond ?? 1)],
      ...[
        '-i',
        options.localAddress ?? '127.0.0.1',
        '-p',
        String(localPort),
        '-t',
        options.transport ?? 'u1',
      ],
      ...['-mi', '127.0.0.1', '-mp', String(mediaPort)],
      ...['-cid_str', `%u-${callIdTail}`],
      ...['-timeout', String(options.timeoutS ?? 60), '-timeout_error', '-nostdin'],
      ...['-trace_err', '-error_file', errorFile],
      // An INFO of the gateway's may come at any time, also between two lines of a scenario.
      '-aa',
      `127.0.0.1:${options.sipPort}`,
    ],
    // The scenarios name their pcap files relative to themselves.
    { cwd: scenarios, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  const logged = await readFile(errorFile, 'utf8').catch(() => '');
  await rm(folder, { recursive: true, force: true });
  return {
    ok: code === 0,
    errors: `exit ${code}\n${errors}\n${logged}`.trim(),
    sipCallId: `1-${callIdTail}`,
  };
};

export interface SippServer {
  /** Resolves when its one scenario is played to the end, or it fails. */
  readonly result: Promise<Omit<SippResult, 'sipCallId'>>;
  /** Ends it where it is still waiting. */
  stop(): void;
}

/** Plays the server of one `uas-…` scenario, once, on `address:port`. */
export const serveSipp = (
  scenario: string,
  address: string,
  port: number,
  transport: 'u1' | 't1' = 'u1',
): SippServer => {
  const child = spawn(
    'sipp',
    [
      ...['-sf', join(scenarios, `${scenario}.xml`), '-m', '1', '-t', transport],
      ...['-i', address, '-p', String(port), '-timeout', '60', '-timeout_error', '-nostdin'],
    ],
    { cwd: scenarios, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  return {
    result: once(child, 'exit').then(([code]) => ({
      ok: code === 0,
      errors: `exit ${String(code)}\n${errors}`,
    })),
    stop: () => {
      child.kill('SIGKILL');
    },
  };
};
