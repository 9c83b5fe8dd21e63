import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import type { Logger } from '../../call/ports/process.ts';

/** On SIGTERM livekit-server waits for its participants to leave; we do not. */
const gentleEndMs = 1_000;
const firstRestartMs = 200;
const longestRestartMs = 5_000;
/** A run that held this long was a good one: the back-off begins anew after it. */
const steadyMs = 30_000;

export interface SupervisedProcess {
  /** SIGTERM, then SIGKILL. Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface SupervisedProcessDeps {
  readonly program: string;
  readonly args: readonly string[];
  /** Holds the running process's id, for `endStaleProcess`. */
  readonly pidFile: string;
  /** Its output, of this life only. */
  readonly logFile: string;
  readonly log: Logger;
}

/**
 * Keeps one process running until it is closed.
 *
 *   running ──exit──▶ waiting (0.2 s, doubling to 5 s) ──▶ running
 *      └── close ──▶ ending ──exit──▶ ended
 */
export const superviseProcess = (deps: SupervisedProcessDeps): SupervisedProcess => {
  const { program, args, pidFile, log } = deps;
  const output = openSync(deps.logFile, 'w', 0o600);
  let child: ChildProcess | undefined;
  let restart: NodeJS.Timeout | undefined;
  let backOffMs = firstRestartMs;
  let closing: Promise<void> | undefined;

  const start = (): void => {
    const startedAt = Date.now();
    // A group of its own: Ctrl-C at the terminal is for us, and calls may go on a while after it.
    const started = spawn(program, args, { stdio: ['ignore', output, output], detached: true });
    child = started;
    if (started.pid !== undefined) writeFileSync(pidFile, String(started.pid), { mode: 0o600 });
    const ended = (fields: object): void => {
      if (child !== started) return;
      child = undefined;
      if (closing !== undefined) return;
      if (Date.now() - startedAt >= steadyMs) backOffMs = firstRestartMs;
      log.error({ ...fields, restartInMs: backOffMs }, 'local meeting server ended');
      restart = setTimeout(start, backOffMs);
      backOffMs = Math.min(longestRestartMs, backOffMs * 2);
    };
    started.once('error', (error) => {
      ended({ err: error });
    });
    started.once('exit', (status, signal) => {
      ended({ status, signal });
    });
  };

  const end = async (): Promise<void> => {
    clearTimeout(restart);
    const running = child;
    if (running?.pid !== undefined && running.exitCode === null && running.signalCode === null) {
      const exited = once(running, 'exit');
      running.kill('SIGTERM');
      const harder = setTimeout(() => running.kill('SIGKILL'), gentleEndMs);
      await exited;
      clearTimeout(harder);
    }
    rmSync(pidFile, { force: true });
    closeSync(output);
  };

  start();
  return { close: () => (closing ??= end()) };
};
