import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../call/ports/process.ts';

const pollMs = 20;
const endTimeoutMs = 2_000;

/** The arguments of a running process, or undefined where it has ended or can't be told. */
const argumentsOf = async (pid: number): Promise<readonly string[] | undefined> => {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  return commandLine?.split('\0');
};

/**
 * Ends the process that a former life of the gateway left behind (`kill -9` of a parent leaves its
 * children). Only one that was started with `argument`, a file of our own: a process id comes back for
 * somebody else's process.
 */
export const endStaleProcess = async ({
  pidFile,
  argument,
  log,
}: {
  readonly pidFile: string;
  readonly argument: string;
  readonly log: Logger;
}): Promise<void> => {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  await rm(pidFile, { force: true });
  if (!Number.isInteger(pid) || pid <= 1) return;
  if ((await argumentsOf(pid))?.includes(argument) !== true) return;
  log.warn({ pid }, 'ending a server left behind');
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return;
  }
  const giveUpAt = Date.now() + endTimeoutMs;
  while ((await argumentsOf(pid))?.includes(argument) === true && Date.now() < giveUpAt) {
    await sleep(pollMs);
  }
};
