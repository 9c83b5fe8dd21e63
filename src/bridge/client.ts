/**
 * The media workers' face on the main thread: chooses a worker for each leg, passes commands on,
 * turns the workers' news into leg events and replaces a worker that died. It touches no RTP.
 *
 * A worker that dies takes its sockets with it, so its legs cannot go on: each gets a final
 * `media-timeout`, which ends a call in whatever state it is.
 */
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import type { LegId, NodeId } from '../call/identifiers.ts';
import type { MediaBridge } from '../call/ports/media.ts';
import type { Logger } from '../call/ports/process.ts';
import type { PromptLibrary } from './audio/prompt-library.ts';
import { createBridgeLeg, type BridgeLeg } from './bridge-leg.ts';
import { monotonicMs } from './monotonic-ms.ts';
import { MediaError } from './media-error.ts';
import { createMeetingDesk } from './meeting-desk.ts';
import { createMeetingDoors } from './node-link/meeting-doors.ts';
import type { NodeLinkSetup } from './node-link/node-links.ts';
import { partitionPorts, type PortRange } from './rtp/port-pool.ts';
import { createTokenMint } from './room/tokens.ts';
import { createSaidCards } from './video/said-cards.ts';
import { startWorkerLink, type WorkerLink, type WorkerNews } from './worker-link.ts';
import type { MediaSettings, TranscodingSetup } from './worker-protocol.ts';

export interface MediaBridgeOptions {
  readonly workers: number;
  /** Shared out evenly among the workers. */
  readonly rtpPorts: PortRange;
  readonly prompts: PromptLibrary;
  readonly livekit: { readonly url: string; readonly apiKey: string; readonly apiSecret: string };
  readonly nodeId: NodeId;
  readonly settings?: Partial<MediaSettings>;
  /** Undefined: nothing is transcoded. */
  readonly transcoding?: Omit<TranscodingSetup, 'counts'> | undefined;
  /** Undefined: sound goes to other nodes by the room alone. */
  readonly nodeLink?: NodeLinkSetup | undefined;
  readonly log: Logger;
}

const defaultSettings: MediaSettings = {
  mediaTimeoutMs: 30_000,
  concurrentJoins: 8,
  qualityWindowMs: 10_000,
};
/** A worker that died is replaced after this, so that one that cannot live is not a busy loop. */
const replaceAfterMs = 200;

const after = (delayMs: number, callback: () => void): (() => void) => {
  const timer = setTimeout(callback, delayMs);
  return () => {
    clearTimeout(timer);
  };
};

/** Starts the workers; rejects when one cannot start. */
export const createMediaBridge = async (options: MediaBridgeOptions): Promise<MediaBridge> => {
  const { workers, log } = options;
  const epochMs = monotonicMs();
  const transcodeCounts = new SharedArrayBuffer(workers * Int32Array.BYTES_PER_ELEMENT);
  const links = new Map<number, WorkerLink>();
  const legs = new Map<LegId, BridgeLeg>();
  const saidCards = createSaidCards();
  const opening = new Set<{ readonly link: WorkerLink }>();
  const replacements = new Map<number, () => void>();
  /** Also those that are yet to be opened: FreeSWITCH may hold a caller before a worker does. */
  const traced = new Set<LegId>();
  let onTraced: Parameters<NonNullable<MediaBridge['onTraced']>>[0] | undefined;
  let closing: Promise<void> | undefined;

  const doors =
    options.nodeLink &&
    createMeetingDoors({
      doorOf: (worker) => links.get(worker)?.door,
      tellWorker: (worker, room, node, door) => {
        links.get(worker)?.post({ type: 'link', room, node, door });
      },
    });
  const desk = createMeetingDesk({
    workers,
    nodeId: options.nodeId,
    mint: createTokenMint(options.livekit),
    newKey: randomUUID,
    linkOf: (worker) => links.get(worker),
    doors,
    after,
    log,
  });

  const onNews = (_link: WorkerLink, news: WorkerNews): void => {
    if (news.type === 'leg-traced') onTraced?.(news.legId, news.localPort, news.packets);
    else if (news.type === 'log') log[news.level](news.fields, news.message);
    else if (news.type !== 'leg-event' || news.event.type.startsWith('room-')) desk.hear(news);
    else legs.get(news.legId)?.emit(news.event);
  };

  const onDied = (dead: WorkerLink, error: Error | undefined): void => {
    log.error({ worker: dead.index, err: error }, 'media worker died');
    links.delete(dead.index);
    // Its transcodes ended with it.
    Atomics.store(new Int32Array(transcodeCounts), dead.index, 0);
    desk.workerDied(dead.index);
    const stranded = [...legs.values()].filter(({ link }) => link === dead);
    for (const { legId } of stranded) legs.delete(legId);
    for (const leg of stranded) leg.emit({ type: 'media-timeout' });
    replaceLater(dead.index);
  };

  const startWorker = async (index: number): Promise<void> => {
    const link = await startWorkerLink({
      setup: {
        workerIndex: index,
        hasCoreLeft: availableParallelism() > workers,
        epochMs,
        rtpPorts: partitionPorts(options.rtpPorts, workers, index),
        prompts: options.prompts,
        livekitUrl: options.livekit.url,
        nodeId: options.nodeId,
        settings: { ...defaultSettings, ...options.settings },
        transcoding: options.transcoding && { ...options.transcoding, counts: transcodeCounts },
        nodeLink: options.nodeLink,
      },
      onNews,
      onDied,
    });
    if (closing === undefined) links.set(index, link);
    else await link.close();
  };

  const replaceLater = (index: number): void => {
    if (closing !== undefined) return;
    const cancel = after(replaceAfterMs, () => {
      replacements.delete(index);
      startWorker(index).catch((error: unknown) => {
        log.error({ worker: index, err: error }, 'media worker not replaced');
        replaceLater(index);
      });
    });
    replacements.set(index, cancel);
  };

  /** The living worker with the fewest legs. */
  const leastBusy = (): WorkerLink | undefined => {
    const busy = new Map([...links.values()].map((link) => [link, 0]));
    for (const { link } of [...legs.values(), ...opening]) {
      const before = busy.get(link);
      if (before !== undefined) busy.set(link, before + 1);
    }
    return [...busy].sort(([, a], [, b]) => a - b)[0]?.[0];
  };

  const close = async (): Promise<void> => {
    for (const cancel of replacements.values()) cancel();
    await Promise.all([...legs.values()].map((leg) => leg.close()));
    desk.close();
    await Promise.all([...links.values()].map((link) => link.close()));
  };

  try {
    await Promise.all(Array.from({ length: workers }, (_, index) => startWorker(index)));
  } catch (error) {
    await (closing ??= close());
    throw error;
  }

  const openLeg = async (
    legId: LegId,
    localAddress: string,
    { video = false }: { readonly video?: boolean } = {},
  ): Promise<BridgeLeg> => {
    const link = closing === undefined ? leastBusy() : undefined;
    if (link === undefined) throw new MediaError('media/no-worker', 'no media worker runs');
    const place = { link };
    opening.add(place);
    const reply = await link.request((requestId) => ({
      type: 'open',
      requestId,
      legId,
      localAddress,
      video,
    }));
    opening.delete(place);
    if (reply === undefined) throw new MediaError('media/no-worker', 'the media worker died');
    if (reply.type !== 'opened')
      throw new MediaError('media/no-port', 'no RTP port pair could be bound');
    const leg = createBridgeLeg({
      legId,
      link,
      localPort: reply.localPort,
      localRtcpPort: reply.localRtcpPort,
      localVideoPort: reply.localVideoPort,
      localVideoRtcpPort: reply.localVideoRtcpPort,
      dtlsFingerprint: reply.dtlsFingerprint,
      desk,
      saidCards,
      onListenerFault: (error) => {
        log.error({ legId, err: error }, 'media event listener threw');
      },
      onClosed: () => legs.delete(legId),
    });
    legs.set(legId, leg);
    if (traced.has(legId)) link.post({ type: 'trace', legId, on: true });
    return leg;
  };

  return {
    soundLinks: doors?.links,
    openLeg,
    trace: (legId, on) => {
      if (on) traced.add(legId);
      else traced.delete(legId);
      legs.get(legId)?.link.post({ type: 'trace', legId, on });
    },
    onTraced: (listener) => {
      onTraced = listener;
    },
    levels: async () => {
      const replies = await Promise.all(
        [...links.values()].map((link) =>
          link.request((requestId) => ({ type: 'levels', requestId })),
        ),
      );
      return new Map(
        replies.flatMap((reply) => (reply?.type === 'levels-read' ? [...reply.levels] : [])),
      );
    },
    gauges: async () => {
      const totals: Record<string, number> = { workers: links.size, meetings: desk.count() };
      await Promise.all(
        [...links.values()].map(async (link) => {
          const reply = await link.request((requestId) => ({ type: 'gauges', requestId }));
          if (reply?.type !== 'gauges-read') return;
          for (const [name, value] of Object.entries(reply.gauges)) {
            const before = totals[name] ?? 0;
            // Worst and mean figures do not add up over workers: the worst one is told.
            totals[name] = name.endsWith('Ms') ? Math.max(before, value) : before + value;
          }
        }),
      );
      return totals;
    },
    close: () => (closing ??= close()),
  };
};
