/** Runs SIPp with the stress scenario and reads what it wrote. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyPackets, pcapOf, speechPackets } from '../../scenarios/rtp-pcap.ts';
import { freePort } from '../../test/e2e/support/gateway-process.ts';
import { loadSpeech } from '../support/voice.ts';
import { sippScenario } from './sipp-scenario.ts';
import type { SippLoad } from './stress-result.ts';

export interface SippLoadOptions {
  /** `host:port` of the gateway's SIP over UDP. */
  readonly target: string;
  readonly number: string;
  readonly calls: number;
  readonly callsPerSecond: number;
  readonly holdS: number;
  /** IDs of the rooms; call n goes to room n modulo their number. None: all stay in the IVR. */
  readonly callIds: readonly string[];
  /** Where SIPp's sound comes from; another for each SIPp on a machine. */
  readonly mediaPort: number;
}

export interface RunningLoad {
  readonly pid: number;
  /** Which call of ours a SIP Call-ID is, from 0; undefined: not one of them. */
  callNumber(sipCallId: string): number | undefined;
  readonly result: Promise<SippLoad>;
  stop(): void;
}

const beforeKeysMs = 2500;
/** Nine keys take 1.5 s; the words of admission are over some seconds later. */
const untilSpeechMs = 2500;
/** From a call's INVITE to the beginning of its hold. */
export const beforeHoldS = (beforeKeysMs + untilSpeechMs) / 1000;
const keysSsrc = 0x5000_0000;
const speechSsrc = 0x6000_0000;

/** Beyond this, speech begins again from its start with its first timestamps: long enough for any call. */
const longestSpeechS = 1800;

export async function startSippLoad(options: SippLoadOptions): Promise<RunningLoad> {
  const folder = await mkdtemp(join(tmpdir(), 'ringbro-stress-'));
  const tail = `${randomUUID()}@127.0.0.1`;
  try {
    await writeFiles(folder, options);
    const child = run(folder, options, tail, await freePort());
    if (child.pid === undefined) throw new Error('sipp did not start: is it installed?');
    return {
      pid: child.pid,
      callNumber: (sipCallId) => numberOf(sipCallId, tail),
      result: finished(child, folder, options.calls),
      stop: () => {
        child.kill('SIGKILL');
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function numberOf(sipCallId: string, tail: string): number | undefined {
  if (!sipCallId.endsWith(`-${tail}`)) return undefined;
  const number = Number(sipCallId.slice(0, -tail.length - 1));
  return Number.isInteger(number) ? number - 1 : undefined;
}

async function writeFiles(folder: string, options: SippLoadOptions): Promise<void> {
  const { callIds, holdS } = options;
  const file = (name: string): string => join(folder, name);
  // Short names: SIPp reads a scenario of so many bytes, and runs in the folder.
  const keyFiles = callIds.map((_, room) => `${room}.pcap`);
  const speechFile = 'speech.pcap';
  for (const [room, callId] of callIds.entries()) {
    await writeFile(file(keyFiles[room] ?? ''), pcapOf(keyPackets(callId, keysSsrc + room)));
  }
  const speechMs = 1000 * Math.min(holdS, longestSpeechS);
  const speech = pcapOf(speechPackets(await loadSpeech(), speechMs, speechSsrc));
  await writeFile(file(speechFile), speech);
  const scenario = sippScenario({
    keyFiles,
    speechFile,
    beforeKeysMs,
    untilSpeechMs,
    holdMs: 1000 * holdS,
  });
  await writeFile(file('stress.xml'), scenario);
  const rooms = Math.max(1, callIds.length);
  const lines = Array.from({ length: options.calls }, (_, number) => `${number % rooms};`);
  await writeFile(file('rooms.csv'), ['SEQUENTIAL', ...lines, ''].join('\n'));
}

function run(
  folder: string,
  options: SippLoadOptions,
  tail: string,
  localPort: number,
): ChildProcess {
  const rampS = options.calls / options.callsPerSecond;
  const timeoutS = Math.ceil(rampS + options.holdS + beforeHoldS + 60);
  return spawn(
    'sipp',
    [
      ...['-sf', join(folder, 'stress.xml'), '-inf', join(folder, 'rooms.csv')],
      ...['-s', options.number, '-m', String(options.calls), '-l', String(options.calls)],
      ...['-r', String(options.callsPerSecond * 10), '-rp', '10000'],
      ...['-i', '127.0.0.1', '-p', String(localPort), '-t', 'u1', '-mi', '127.0.0.1'],
      ...['-mp', String(options.mediaPort), '-cid_str', `%u-${tail}`],
      ...['-timeout', String(timeoutS), '-timeout_error', '-nostdin'],
      ...['-trace_err', '-error_file', join(folder, 'errors.log')],
      ...['-trace_rtt', '-rtt_freq', '1', '-trace_stat', '-fd', '1'],
      ...['-stf', join(folder, 'statistics.csv')],
      options.target,
    ],
    { cwd: folder, stdio: 'ignore' },
  );
}

/** Removes the folder when all is read. */
async function finished(child: ChildProcess, folder: string, offered: number): Promise<SippLoad> {
  try {
    await once(child, 'exit');
    const files = await readdir(folder);
    const text = (end: string): Promise<string> => {
      const name = files.find((file) => file.endsWith(end));
      return name === undefined ? Promise.resolve('') : readFile(join(folder, name), 'utf8');
    };
    const { succeeded, failed } = lastCounts(await text('statistics.csv'));
    const complaints = complaintsIn(await text('errors.log'));
    if (Number.isNaN(succeeded))
      throw new Error(`sipp made no calls: ${Object.keys(complaints).join('; ')}`);
    return {
      offered,
      succeeded,
      failed,
      answerTimesMs: responseTimes(await text('_rtt.csv')),
      complaints,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The cumulative counts of the last line of SIPp's -trace_stat file. */
export function lastCounts(csv: string): { readonly succeeded: number; readonly failed: number } {
  const lines = csv.trim().split('\n');
  const names = lines[0]?.split(';') ?? [];
  const last = lines.at(-1)?.split(';') ?? [];
  const value = (name: string): number => Number(last[names.indexOf(name)] ?? Number.NaN);
  return { succeeded: value('SuccessfulCall(C)'), failed: value('FailedCall(C)') };
}

/** Milliseconds of each call, from SIPp's -trace_rtt file: date;time;name. */
export const responseTimes = (csv: string): number[] =>
  csv
    .split('\n')
    .slice(1)
    .map((line) => Number(line.split(';')[1] ?? Number.NaN))
    .filter(Number.isFinite);

/** What SIPp complained of, without times, addresses and Call-IDs: those differ for the same trouble. */
export function complaintsIn(log: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const entry of log.split(/(?=\d{4}-\d\d-\d\d\s)/)) {
    const said = /^\d{4}-\d\d-\d\d\s[\d:.\s]+: ([^\n]*)/.exec(entry)?.[1];
    if (said === undefined) continue;
    const kind = said
      .replace(/Call-Id:? ?'?[^\s',]+'?|\S+@\S+/gi, '…')
      .replace(/, received .*$|\d+/g, '')
      .trim();
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
