/** What looks in from outside, wired: events, webhooks, the outside directory, metrics. Nothing is decided here. */
import { randomBytes } from 'node:crypto';
import packageFile from '../../package.json' with { type: 'json' };
import type { CallCore } from '../call/call-core.ts';
import { createCallEvents, endedEvent } from '../call/call-events.ts';
import { createEventHub, type EventHub } from '../call/event-hub.ts';
import type { GatewayEvent } from '../call/gateway-event.ts';
import { tellOfMeetings } from '../call/meeting-events.ts';
import type { CallRecord } from '../call/ports/call-records.ts';
import type { MediaBridge } from '../call/ports/media.ts';
import type { MeetingBook, MeetingDirectory } from '../call/ports/meetings.ts';
import type { Clock, Logger } from '../call/ports/process.ts';
import type { SipEngine } from '../call/ports/sip-engine.ts';
import type { Config } from '../config.ts';
import { createAskDirectory } from '../directory/ask-directory.ts';
import { createOutsideDirectory } from '../directory/outside-directory.ts';
import { parseOutsideMeeting } from '../http/outside-meeting.ts';
import type { HealthChecks } from '../http/ports.ts';
import type { WebhookSupport } from '../http/webhook-routes.ts';
import { createMetrics, type Metrics } from '../metrics/metrics.ts';
import type { Store } from '../store/store.ts';
import { urlProblem } from '../webhooks/address-rules.ts';
import { createWebhookPost } from '../webhooks/webhook-post.ts';
import { createWebhookQueue } from '../webhooks/webhook-queue.ts';
import { createWebhookSender } from '../webhooks/webhook-sender.ts';
import { newWebhookSecret } from '../webhooks/webhook-signature.ts';

export interface Outside {
  readonly events: EventHub;
  readonly metrics: Metrics;
  readonly webhooks: WebhookSupport;
  /** Tells of what is changed through it. */
  readonly meetings: MeetingBook;
  /** With the outside directory behind it, where there is one. */
  readonly directory: MeetingDirectory;
  /** Events of this node go to the others by this. */
  tellOthersBy(tell: (event: GatewayEvent) => void): void;
  /** Calls that ended while nobody watched: an earlier life's, a dead node's. */
  callsClosed(records: readonly CallRecord[]): void;
  /** From here on calls are told of, and the parts are asked for figures. */
  watch(parts: WatchedParts): void;
  /** Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface WatchedParts {
  readonly core: CallCore;
  readonly engine: SipEngine;
  readonly media: MediaBridge;
  readonly checks: HealthChecks;
}

export interface OutsideDeps {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Well below what a lease of the outbox lasts. */
const webhookTimeoutMs = 10_000;

export const openOutside = ({ config, store, clock, logger }: OutsideDeps): Outside => {
  let tellOthers: (event: GatewayEvent) => void = () => undefined;
  const lifeId = randomBytes(5).toString('hex');
  const events = createEventHub({
    lifeId,
    tellOthers: (event) => {
      tellOthers(event);
    },
  });
  const metrics = createMetrics();
  const log = logger.child({ part: 'webhooks' });
  const allow = config.http.webhookAllow;
  const sender = createWebhookSender({
    outbox: store.webhooks,
    post: createWebhookPost({ allow, timeoutMs: webhookTimeoutMs }),
    clock,
    logger: log,
    random: Math.random,
    publish: events.publish,
  });
  const queue = createWebhookQueue({
    outbox: store.webhooks,
    lifeId,
    clock,
    logger: log,
    onPut: sender.look,
  });
  events.onOwn(queue.add);
  const meetings = tellOfMeetings({ book: store.meetings, clock, publish: events.publish });
  let closing: Promise<void> | undefined;

  return {
    events,
    metrics,
    meetings,
    directory: directoryOf({ config, store, clock, logger }, meetings, metrics),
    webhooks: {
      book: store.webhooks,
      urlProblem: (url) => urlProblem(url, allow),
      newSecret: newWebhookSecret,
    },
    tellOthersBy(tell) {
      tellOthers = tell;
    },
    callsClosed(records) {
      for (const record of records) events.publish(endedEvent(record, clock.now()));
    },
    watch(parts) {
      const calls = createCallEvents();
      parts.core.onChange(({ record }) => {
        metrics.callChanged(record);
        for (const event of calls.changed(clock.now(), record)) events.publish(event);
      });
      metrics.watch(sourcesOf(parts, { store, clock, events, webhookCounts: sender.counts }));
    },
    close: () => (closing ??= queue.close().then(() => sender.close())),
  };
};

const directoryOf = (
  { config, store, clock, logger }: OutsideDeps,
  book: MeetingBook,
  metrics: Metrics,
): MeetingDirectory => {
  if (config.directory === undefined) return book;
  return createOutsideDirectory({
    book,
    marks: store.directory,
    ask: createAskDirectory(config.directory),
    toDraft: (body) => parseOutsideMeeting(body, config.calls.timeZone),
    cacheMs: config.directory.cacheMs,
    clock,
    logger: logger.child({ part: 'directory' }),
    onAnswer: metrics.directoryAnswered,
  });
};

const sourcesOf = (
  { core, engine, media, checks }: WatchedParts,
  rest: {
    readonly store: Store;
    readonly clock: Clock;
    readonly events: EventHub;
    readonly webhookCounts: () => Readonly<Record<string, number>>;
  },
): Parameters<Metrics['watch']>[0] => ({
  liveCalls: () => core.counts(),
  refusals: () => core.refusals(),
  draining: () => core.draining,
  checks,
  engine: () => engine.gauges(),
  media: () => media.gauges(),
  trunks: () => engine.trunks?.() ?? [],
  journalBacklog: () => rest.store.journal.backlog(),
  eventStreams: () => rest.events.listeners,
  webhooks: { counts: rest.webhookCounts, backlog: () => rest.store.webhooks.backlog() },
  now: () => rest.clock.now(),
  version: packageFile.version,
});
