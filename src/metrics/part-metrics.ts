/** How the parts of the gateway are: read when somebody asks for the metrics. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { TrunkStatus } from '../call/ports/sip-engine.ts';
import { watchTranscodes } from './transcode-metrics.ts';

/** Figures that rise only. */
export type Totals = () => Readonly<Record<string, number>>;

export interface PartSources {
  readonly liveCalls: () => Readonly<Record<string, number>>;
  /** Calls refused at the door, by reason. */
  readonly refusals: () => ReadonlyMap<string, number>;
  readonly draining: () => boolean;
  /** As in `/health/ready`; each is timed. */
  readonly checks: Readonly<Record<string, () => boolean | Promise<boolean>>>;
  readonly engine: () => Readonly<Record<string, number>>;
  readonly media: () => Promise<Readonly<Record<string, number>>>;
  readonly trunks: () => readonly TrunkStatus[];
  readonly journalBacklog: () => number;
  readonly eventStreams: () => number;
  readonly webhooks: {
    readonly counts: Totals;
    readonly backlog: () => Promise<{ messages: number; oldestAt: number | undefined }>;
  };
  readonly now: () => number;
  readonly version: string;
  /** How long a check may take. */
  readonly checkTimeoutMs?: number;
}

const ordinaryTimeoutMs = 2_000;

export function watchParts(registry: Registry, sources: PartSources): void {
  watchCore(registry, sources);
  watchChecks(registry, sources);
  watchMedia(registry, sources);
  watchWebhooks(registry, sources);
}

const snake = (name: string): string =>
  name.replaceAll(/([A-Z])/g, (letter) => `_${letter.toLowerCase()}`);

function watchCore(registry: Registry, sources: PartSources): void {
  const registers = [registry];
  new Gauge({
    name: 'ringbro_build_info',
    help: 'Always 1',
    labelNames: ['version'] as const,
    registers,
  }).set({ version: sources.version }, 1);
  new Gauge({
    name: 'ringbro_calls',
    help: 'Live calls by state',
    labelNames: ['state'] as const,
    registers,
    collect() {
      for (const [state, count] of Object.entries(sources.liveCalls())) this.set({ state }, count);
    },
  });
  new Counter({
    name: 'ringbro_calls_refused_total',
    help: 'Calls refused at the door, by reason (docs/errors.md)',
    labelNames: ['reason'] as const,
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of sources.refusals()) this.inc({ reason }, count);
    },
  });
  new Gauge({
    name: 'ringbro_draining',
    help: '1 while no new calls are taken',
    registers,
    collect() {
      this.set(Number(sources.draining()));
    },
  });
  new Gauge({
    name: 'ringbro_journal_backlog_calls',
    help: 'Calls whose newest state is not in the store yet',
    registers,
    collect() {
      this.set(sources.journalBacklog());
    },
  });
  new Gauge({
    name: 'ringbro_event_streams',
    help: 'Readers of /api/events',
    registers,
    collect() {
      this.set(sources.eventStreams());
    },
  });
  new Gauge({
    name: 'ringbro_sip_engine',
    help: 'What the SIP engine holds: dialogs, transactions, connections; with FreeSWITCH its event_sockets',
    labelNames: ['what'] as const,
    registers,
    collect() {
      for (const [what, count] of Object.entries(sources.engine()))
        this.set({ what: snake(what) }, count);
    },
  });
  new Gauge({
    name: 'ringbro_trunk_up',
    help: '1: registered and answering, where it is asked to; 0: not',
    labelNames: ['trunk'] as const,
    registers,
    collect() {
      this.reset();
      for (const { name, registered, peer } of sources.trunks())
        this.set({ trunk: name }, Number(registered !== false && peer !== 'down'));
    },
  });
}

/** A check that hangs is down: the metrics do not wait for it. */
async function timed(
  check: () => boolean | Promise<boolean>,
  timeoutMs: number,
): Promise<{ up: boolean; seconds: number }> {
  const began = performance.now();
  const late = new Promise<false>((resolve) => {
    setTimeout(resolve, timeoutMs, false).unref();
  });
  const up = await Promise.race([Promise.resolve().then(check), late]).catch(() => false);
  return { up, seconds: (performance.now() - began) / 1000 };
}

function watchChecks(registry: Registry, { checks, checkTimeoutMs }: PartSources): void {
  const registers = [registry];
  const labelNames = ['part'] as const;
  const seconds = new Gauge({
    name: 'ringbro_part_answer_seconds',
    help: 'How long each part took to answer now: store, livekit, …',
    labelNames,
    registers,
  });
  new Gauge({
    name: 'ringbro_part_up',
    help: '1 while the part answers: store, journal, sip, livekit, media, freeswitch',
    labelNames,
    registers,
    async collect() {
      const all = Object.entries(checks).map(async ([part, check]) => {
        const answer = await timed(check, checkTimeoutMs ?? ordinaryTimeoutMs);
        this.set({ part }, Number(answer.up));
        seconds.set({ part }, answer.seconds);
      });
      await Promise.all(all);
    },
  });
}

/** One question for all who ask at the same time: each metric collects by itself. */
function askedOnce<T>(ask: () => Promise<T>): () => Promise<T | undefined> {
  let asked: Promise<T | undefined> | undefined;
  return () =>
    // A bridge that is closing or broken is told of by its own check.
    (asked ??= ask()
      .catch(() => undefined)
      .finally(() => {
        asked = undefined;
      }));
}

function watchMedia(registry: Registry, { media }: PartSources): void {
  const registers = [registry];
  const figures = askedOnce(media);
  new Gauge({
    name: 'ringbro_media_loop_delay_seconds',
    help: 'How late the worst media worker was for a tick of 20 ms',
    registers,
    async collect() {
      this.set(((await figures())?.['worstLatenessMs'] ?? 0) / 1000);
    },
  });
  new Counter({
    name: 'ringbro_media_skipped_ticks_total',
    help: 'Ticks that media workers skipped: callers heard a gap',
    registers,
    async collect() {
      const { skippedTicks = 0 } = (await figures()) ?? {};
      this.reset();
      this.inc(skippedTicks);
    },
  });
  new Counter({
    name: 'ringbro_link_datagrams_lost_total',
    help: 'Datagrams of other nodes with the sound of their callers that never came',
    registers,
    async collect() {
      const { linkDatagramsLost = 0 } = (await figures()) ?? {};
      this.reset();
      this.inc(linkDatagramsLost);
    },
  });
  new Gauge({
    name: 'ringbro_media',
    help: 'What the media workers hold: workers, meetings, legs, sockets, links to rooms and to other nodes, joins that wait',
    labelNames: ['what'] as const,
    registers,
    async collect() {
      const held = Object.entries((await figures()) ?? {}).filter(([name]) => !isToldApart(name));
      for (const [what, count] of held) this.set({ what: snake(what) }, count);
    },
  });
  watchTranscodes(registry, figures);
}

/** By a metric of its own. */
const isToldApart = (name: string): boolean =>
  ['worstLatenessMs', 'skippedTicks', 'linkDatagramsLost'].includes(name) ||
  name.startsWith('transcode');

function watchWebhooks(registry: Registry, { webhooks, now }: PartSources): void {
  const registers = [registry];
  const oldest = new Gauge({
    name: 'ringbro_webhook_oldest_seconds',
    help: 'Age of the oldest message that waits for a webhook',
    registers,
  });
  new Gauge({
    name: 'ringbro_webhook_backlog_messages',
    help: 'Messages that wait for webhooks, of all nodes',
    registers,
    async collect() {
      // While the store is down nothing is known, and that is told by its own metric.
      const backlog = await webhooks.backlog().catch(() => undefined);
      if (backlog === undefined) return;
      this.set(backlog.messages);
      oldest.set(backlog.oldestAt === undefined ? 0 : (now() - backlog.oldestAt) / 1000);
    },
  });
  new Counter({
    name: 'ringbro_webhook_attempts_total',
    help: 'Attempts of this node by outcome; disabled: webhooks given up',
    labelNames: ['outcome'] as const,
    registers,
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(webhooks.counts()))
        this.inc({ outcome }, count);
    },
  });
}
