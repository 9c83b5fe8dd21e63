/**
 * One run of ffmpeg: pictures of one codec in, H.264 out. It runs without a shell, without our
 * environment, in the root folder, at a lower priority than the sound. It is killed by `close`, at once:
 * there is nothing in it to be saved, and the gateway may be gone before one that hangs would end by
 * itself. Where we are killed, its standard input ends, and so does it.
 *
 *   running ── close ──▶ ended
 *      └── exit, output that is no H.264 ──▶ ended: `onEnded` once
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { createFlvReader, type CodedPicture } from './flv-reader.ts';
import { ivfFrame, ivfHeader } from './ivf.ts';
import type { PictureDimensions } from './picture-format.ts';
import { transcodeArguments } from './transcode-command.ts';

export interface TranscodeProcess {
  /** False where it does not keep up: the picture is not taken. */
  write(picture: Buffer, atMs: number): boolean;
  /** Of the processor, so far. */
  cpuSeconds(): number;
  /** Idempotent; nothing is told afterwards. */
  close(): void;
}

export interface TranscodeProcessOptions {
  /** ffmpeg, and what is to stand before our own arguments. */
  readonly command: readonly string[];
  readonly fourcc: string;
  readonly size: PictureDimensions;
  readonly onPicture: (picture: CodedPicture) => void;
  /** By itself; never after `close`. `problem` is for the log. */
  readonly onEnded: (problem: string) => void;
}

const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' };
/** Pictures that wait for the process longer than this are none that anybody wants to see. */
const mostWaitingBytes = 300_000;
const lowerPriority = 5;
/** Linux counts processor time in these, whatever its kernel's own are. */
const ticksPerSecond = 100;
const longestProblem = 200;

/** User and system time of /proc/[pid]/stat, fields 14 and 15; 0 where there is none. */
const cpuSecondsOf = (pid: number | undefined): number => {
  if (pid === undefined) return 0;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field, a name in parentheses, may have blanks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return 0;
  }
};

const lower = (pid: number | undefined): void => {
  if (pid === undefined) return;
  try {
    setPriority(pid, lowerPriority);
  } catch {
    // It goes on all the same.
  }
};

/** With all that it started; it may have ended by itself just now. */
const killGroup = (pid: number | undefined): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
};

export const startTranscodeProcess = (options: TranscodeProcessOptions): TranscodeProcess => {
  const { size } = options;
  const [program = '', ...before] = options.command;
  const child = spawn(program, [...before, ...transcodeArguments(size)], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: environment,
    cwd: '/',
    shell: false,
    // A group of its own: Ctrl-C at the terminal is for us, and calls may go on a while after it. And
    // what it started itself, such as a script's ffmpeg, is killed with it.
    detached: true,
  });
  let isRunning = true;
  let cpu = 0;
  let complaint = '';
  lower(child.pid);

  const end = (): void => {
    cpu = Math.max(cpu, cpuSecondsOf(child.pid));
    isRunning = false;
    if (child.exitCode === null && child.signalCode === null) killGroup(child.pid);
  };
  const endBy = (problem: string): void => {
    if (!isRunning) return;
    end();
    options.onEnded(problem);
  };
  const reader = createFlvReader((picture) => {
    if (isRunning) options.onPicture(picture);
  });

  child.stdout.on('data', (chunk: Buffer) => {
    if (isRunning && !reader.push(chunk)) endBy('its output is no H.264');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('latin1')).slice(-longestProblem);
  });
  // One that ended has closed its end first: its exit says why.
  child.stdin.on('error', () => undefined);
  child.on('error', (error) => {
    endBy(`not started: ${error.message}`);
  });
  child.on('close', (code, signal) => {
    endBy(`ended with ${code ?? signal ?? 'nothing'} ${complaint.trim()}`.trim());
  });
  child.stdin.write(ivfHeader(options.fourcc, size.width, size.height));

  return {
    write: (picture, atMs) => {
      if (!isRunning || child.stdin.writableLength > mostWaitingBytes) return false;
      child.stdin.write(ivfFrame(picture, atMs));
      return true;
    },
    cpuSeconds: () => {
      if (isRunning) cpu = Math.max(cpu, cpuSecondsOf(child.pid));
      return cpu;
    },
    close: () => {
      if (isRunning) end();
    },
  };
};
