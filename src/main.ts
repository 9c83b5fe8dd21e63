/** The process: configuration, gateway, terminal, signals. */
import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pino } from 'pino';
import packageFile from '../package.json' with { type: 'json' };
import { createCallAnnouncer, startLines } from './announce.ts';
import type { Config } from './config.ts';
import type { DataFolder } from './data-folder.ts';
import { startGateway, type Gateway } from './gateway.ts';
import { openNode } from './open-node.ts';
import { processClock } from './process-clock.ts';

const print = (line: string) => {
  process.stdout.write(`${line}\n`);
};

/** JSON on stderr where a machine reads it; beside a person's terminal, a file. */
const openLog = (config: Config, folder: DataFolder) => {
  const file = process.stderr.isTTY ? join(folder.path, 'log', 'ringbro.log') : undefined;
  if (file !== undefined) mkdirSync(join(folder.path, 'log'), { recursive: true, mode: 0o700 });
  const destination =
    file === undefined ? process.stderr : pino.destination({ dest: file, append: true });
  const log = pino({ level: config.logLevel, base: { node: folder.nodeId } }, destination);
  return { log, file };
};

const isLoopback = (address: string): boolean => /^127\.|^::1$|^localhost$/.test(address);

const announce = (
  gateway: Gateway,
  config: Config,
  folder: DataFolder,
  logFile: string | undefined,
) => {
  const shown = (file: string) => relative(process.cwd(), file);
  const lines = startLines({
    version: packageFile.version,
    sipAddresses: gateway.sipAddresses,
    httpUrl: gateway.httpUrl,
    apiKeyFile: config.http.apiKey === undefined ? shown(join(folder.path, 'api-key')) : undefined,
    livekit: `${gateway.livekit.url}${gateway.livekit.local ? ' (run by ringbro, on this machine)' : ''}`,
    firstMeeting: gateway.firstMeeting,
    loopbackOnly: config.sip.addresses.every(isLoopback),
    logFile: logFile === undefined ? undefined : shown(logFile),
  });
  for (const line of lines) print(line);
  const announceCall = createCallAnnouncer();
  gateway.onCallChange((record) => {
    const line = announceCall(record);
    if (line !== undefined) print(`${new Date().toLocaleTimeString('sv')}  ${line}`);
  });
};

/** The first signal drains, the second ends the live calls at once. */
const stopOnSignals = (
  started: Promise<Gateway>,
  starting: AbortController,
  drainMs: number,
  log: pino.Logger,
) => {
  let signals = 0;
  const onSignal = () => {
    signals += 1;
    starting.abort();
    if (signals === 1) print('stopping: no new calls; a second signal ends the live ones now');
    started
      .then((gateway) => gateway.stop(signals === 1 ? drainMs : 0))
      .catch((error: unknown) => {
        log.error({ err: error }, 'stop failed');
        process.exitCode = 1;
      });
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
};

/** Calls do not depend on whether somebody still reads what we print. */
const surviveLostReaders = () => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
};

const main = async (): Promise<void> => {
  surviveLostReaders();
  const { config, folder } = await openNode();
  const { log, file } = openLog(config, folder);

  const starting = new AbortController();
  const started = startGateway({
    config,
    folder,
    clock: processClock,
    logger: log,
    progress: print,
    signal: starting.signal,
  });
  stopOnSignals(started, starting, config.calls.drainMs, log);
  const gateway = await started;
  if (config.sip.trunksFile !== undefined)
    process.on('SIGHUP', () => {
      void gateway.reloadTrunks();
    });
  announce(gateway, config, folder, file);
  log.info({ sip: gateway.sipAddresses, http: gateway.httpUrl }, 'ready for calls');
};

await main().catch((error: unknown) => {
  process.stderr.write(
    `ringbro can't start: ${error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
});
