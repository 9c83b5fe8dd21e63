/**
 * Speech by a program of the machine, such as espeak-ng or piper: text on its standard input, a WAV
 * file on its standard output. It runs without a shell and without our environment, for a bounded
 * time, and not many run at once.
 */
import { spawn } from 'node:child_process';
import type { Language } from '../ivr/language.ts';
import type { MadeSound } from '../call/ports/sip-engine.ts';
import type { SpeechMaker } from '../call/ports/speech.ts';
import type { Logger } from '../call/ports/process.ts';
import { madeSound } from './made-sound.ts';

export interface SpeechCommandOptions {
  /** The program and its arguments; `{language}` in them is sv, en or da. */
  readonly command: readonly string[];
  /** The rate of the prompts. */
  readonly rateHz: number;
  readonly timeLimitMs?: number;
  readonly log: Logger;
}

export interface SpeechCommand extends SpeechMaker {
  /** Ends what runs. Idempotent. */
  close(): void;
}

type Failure = 'not-started' | 'too-slow' | 'too-much' | 'failed' | 'no-sound';
type Outcome = { readonly wav: Uint8Array } | { readonly failure: Failure };

const defaultTimeLimitMs = 3_000;
const atOnce = 2;
/** More than these don't wait: a meeting goes on without names. */
const longestQueue = 200;
/** Ten seconds at 48 kHz in two channels, and some. */
const mostBytes = 2_000_000;
/** Nothing of ours: no key, no secret. */
const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' };

export function createSpeechCommand(options: SpeechCommandOptions): SpeechCommand {
  const { rateHz, timeLimitMs = defaultTimeLimitMs, log } = options;
  const queue: (() => void)[] = [];
  const told = new Set<Failure>();
  const stopped = new AbortController();
  const isClosed = (): boolean => stopped.signal.aborted;
  let free = atOnce;

  const takeTurn = async (): Promise<void> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
  };
  /** The turn goes to whoever waits. */
  const giveTurn = (): void => {
    const next = queue.shift();
    if (next === undefined) free += 1;
    else next();
  };

  const run = (text: string, language: Language): Promise<Outcome> => {
    const command = commandFor(options.command, language);
    return runProgram(command, text, { signal: stopped.signal, timeLimitMs });
  };

  /** Each kind of failure once: a broken program would fill the log. Never the text. */
  const tell = (failure: Failure): void => {
    if (!told.has(failure)) log.warn({ failure }, 'speech program gave nothing to say');
    told.add(failure);
  };

  const soundOf = (outcome: Outcome): MadeSound | undefined => {
    const sound = 'wav' in outcome ? madeSound(outcome.wav, rateHz) : undefined;
    if (sound === undefined) tell('failure' in outcome ? outcome.failure : 'no-sound');
    return sound;
  };

  return {
    async make(text, language): Promise<MadeSound | undefined> {
      if (isClosed() || queue.length >= longestQueue) return undefined;
      await takeTurn();
      const outcome = isClosed() ? undefined : await run(text, language);
      giveTurn();
      return outcome === undefined || isClosed() ? undefined : soundOf(outcome);
    },
    close() {
      stopped.abort();
    },
  };
}

const commandFor = (command: readonly string[], language: Language): readonly string[] =>
  command.map((part) => part.replaceAll('{language}', language));

/** Settles when the program is gone, whichever way it went. */
function runProgram(
  [program = '', ...args]: readonly string[],
  text: string,
  { signal, timeLimitMs }: { readonly signal: AbortSignal; readonly timeLimitMs: number },
): Promise<Outcome> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let bytes = 0;
    let failure: Failure | undefined;
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: environment,
      shell: false,
      signal,
      killSignal: 'SIGKILL',
    });
    const end = (why: Failure): void => {
      failure ??= why;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => {
      end('too-slow');
    }, timeLimitMs);
    const settle = (outcome: Outcome): void => {
      clearTimeout(timer);
      resolve(outcome);
    };
    child.stdout.on('data', (part: Buffer) => {
      bytes += part.length;
      if (bytes > mostBytes) end('too-much');
      else parts.push(part);
    });
    // A program that reads nothing closes its end first: its exit says what came of it.
    child.stdin.on('error', () => undefined);
    child.on('error', () => {
      settle({ failure: failure ?? 'not-started' });
    });
    child.on('close', (code) => {
      if (failure === undefined && code === 0) settle({ wav: Buffer.concat(parts) });
      else settle({ failure: failure ?? 'failed' });
    });
    child.stdin.end(`${text}\n`);
  });
}
