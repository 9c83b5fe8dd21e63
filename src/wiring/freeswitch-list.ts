/** The file that names the FreeSWITCH servers: read at the start and whenever it changes. */
import { readFileSync, watch, type FSWatcher } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Clock, Logger } from '../call/ports/process.ts';

export interface ListedFreeSwitch {
  readonly host: string;
  /** Of its event socket. */
  readonly port: number;
  /** Takes no new calls; those it has go on. */
  readonly draining: boolean;
}

export type FreeSwitchListResult =
  | { readonly ok: true; readonly servers: readonly ListedFreeSwitch[] }
  | { readonly ok: false; readonly problems: readonly string[] };

const linePattern = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})(?:\s+(drain))?$/;

/** A line a server: `HOST:PORT` or `HOST:PORT drain`. What follows a # is for people. */
export const readFreeSwitchList = (text: string): FreeSwitchListResult => {
  const servers = new Map<string, ListedFreeSwitch>();
  const problems: string[] = [];
  for (const [at, raw] of text.split('\n').entries()) {
    const line = raw.replace(/#.*/, '').trim();
    if (line === '') continue;
    const [, bracketed, plain, portText, drain] = linePattern.exec(line) ?? [];
    const host = bracketed ?? plain;
    const port = Number(portText);
    const name = `${host ?? ''}:${port}`;
    if (host === undefined || port < 1 || port > 65535)
      problems.push(`line ${at + 1} is not HOST:PORT or HOST:PORT drain`);
    else if (servers.has(name)) problems.push(`line ${at + 1} names a server again`);
    else servers.set(name, { host, port, draining: drain !== undefined });
  }
  return problems.length === 0
    ? { ok: true, servers: [...servers.values()] }
    : { ok: false, problems };
};

export interface FreeSwitchListDeps {
  readonly file: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** An editor writes a file in several steps. */
const settleMs = 300;

const readList = (file: string): FreeSwitchListResult => {
  try {
    return readFreeSwitchList(readFileSync(file, 'utf8'));
  } catch {
    return { ok: false, problems: ["can't be read"] };
  }
};

/**
 * Tells `apply` what the file says, at once and after each change, until the function that it returns
 * is called. Throws with every problem of the file at the start; later ones are logged and change
 * nothing.
 */
export const followFreeSwitchList = (
  { file, clock, log }: FreeSwitchListDeps,
  apply: (servers: readonly ListedFreeSwitch[]) => void,
): (() => void) => {
  const path = resolve(file);
  const first = readList(path);
  if (!first.ok) {
    throw new Error(`the list of FreeSWITCH can't be used:\n  ${first.problems.join('\n  ')}`);
  }
  let current = first.servers;
  let cancelRead: (() => void) | undefined;
  apply(current);

  const read = (): void => {
    const result = readList(path);
    if (!result.ok) {
      log.error({ file, problems: result.problems }, 'the list of freeswitch is wrong');
      return;
    }
    if (isDeepStrictEqual(result.servers, current)) return;
    current = result.servers;
    log.info({ file, servers: current.length }, 'the list of freeswitch changed');
    apply(current);
  };
  // The folder, not the file: editors and secret mounts put a new file in the old one's place.
  const watcher: FSWatcher = watch(dirname(path), () => {
    cancelRead?.();
    cancelRead = clock.at(clock.now() + settleMs, read);
  });
  watcher.on('error', (error) => {
    log.warn({ err: error }, 'the list of freeswitch is not watched');
  });
  watcher.unref();
  return () => {
    cancelRead?.();
    watcher.close();
  };
};
