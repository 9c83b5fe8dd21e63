/** Entry of a media worker thread: the port to the main thread, and nothing else. */
import { parentPort } from 'node:worker_threads';
import type { Logger } from '../call/ports/process.ts';
import { createDtlsIdentity } from './rtp/dtls-engine.ts';
import type { DtlsIdentity } from './rtp/dtls-identity.ts';
import { monotonicMs } from './monotonic-ms.ts';
import { createMediaWorker } from './media-worker.ts';
import { createBatchedUdp } from './udp/batched-udp.ts';
import { openNodeLinks } from './node-link/node-links.ts';
import { raiseThreadPriority, realTimeLevels } from './thread-priority.ts';
import { useOpensslKeyAgreement } from './room/key-agreement.ts';
import type { FromWorker, ThreadSetup, ToWorker } from './worker-protocol.ts';
import { createWorkerLog } from './worker-log.ts';

const port = parentPort;
if (port === null) throw new Error('worker.ts runs as a worker thread');
const post = (message: FromWorker): void => {
  port.postMessage(message);
};

/** DTLS-SRTP is one of the ways to call: without it the others go on. */
const dtlsIdentityOrNone = async (log: Logger): Promise<DtlsIdentity | undefined> => {
  try {
    return await createDtlsIdentity();
  } catch (error) {
    log.error({ err: error }, 'no certificate for dtls');
    return undefined;
  }
};

const start = async (setup: ThreadSetup): Promise<void> => {
  const log = createWorkerLog(post, {});
  const dtlsIdentity = await dtlsIdentityOrNone(log);
  const udp = createBatchedUdp({
    nowMs: monotonicMs,
    isPaced: true,
    descriptorMemory: setup.descriptorMemory,
    onFault: (error) => {
      log.error({ err: error }, 'packet of a room or another node not taken');
    },
  });
  if (udp === undefined) log.info({}, 'packets come one by one: no batched sockets here');
  const { nodeLink } = setup;
  const nodeLinks =
    nodeLink &&
    (await openNodeLinks({ setup: nodeLink, nowMs: monotonicMs, openUdp: udp?.prompt.open, log }));
  const worker = createMediaWorker({ setup, dtlsIdentity, nodeLinks, udp, post, log });
  if (!useOpensslKeyAgreement()) log.warn({}, 'key agreement by javascript');
  const priority = raiseThreadPriority({
    realTimeLevel: setup.hasCoreLeft ? realTimeLevels.media : 0,
  });
  log.debug({ priority }, 'media thread');
  if (priority === 'not-permitted' || priority === 'unknown-thread')
    log.info({ reason: priority }, 'media thread has no priority');
  // What a third party's socket handler throws belongs to one link; the other calls go on.
  process.on('uncaughtException', (error) => {
    log.error({ err: error }, 'uncaught in media worker');
  });
  port.on('message', (message: ToWorker) => {
    worker.handle(message);
  });
  post({ type: 'ready', door: nodeLinks?.door });
};

port.once('message', (setup: ThreadSetup) => {
  void start(setup);
});
