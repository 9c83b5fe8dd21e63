/**
 * From the events of this node to the outbox. A store that is down is waited for: what happened
 * meanwhile is kept in memory, as much as is fit, the oldest dropped first and counted.
 */
import type { GatewayEvent } from '../call/gateway-event.ts';
import type { Clock, Logger } from '../call/ports/process.ts';
import type { QueuedMessage, WebhookOutbox } from '../call/ports/webhooks.ts';

export interface WebhookQueue {
  readonly add: (event: GatewayEvent) => void;
  /** Writes what waits, if the store takes it. Idempotent, never rejects. */
  close(): Promise<void>;
}

export interface WebhookQueueDeps {
  readonly outbox: Pick<WebhookOutbox, 'put'>;
  /** Unique over the lives of all nodes. */
  readonly lifeId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Something was put in the outbox. */
  readonly onPut: () => void;
}

const mostKept = 10_000;
const atOnce = 100;
const retryMs = 1_000;

export function createWebhookQueue(deps: WebhookQueueDeps): WebhookQueue {
  const { outbox, clock, logger } = deps;
  const waiting: QueuedMessage[] = [];
  let lastAt = 0;
  let sequence = 0;
  let writing: Promise<void> | undefined;
  let cancel: (() => void) | undefined;
  let dropped = 0;
  let closed = false;

  /** Sorts in the order of this node also where its clock is set back. */
  function nextMessageId(): string {
    lastAt = Math.max(lastAt, clock.now());
    sequence += 1;
    const time = lastAt.toString(36).padStart(9, '0');
    return `msg_${time}${sequence.toString(36).padStart(8, '0')}${deps.lifeId}`;
  }

  function write(): void {
    if (writing !== undefined || cancel !== undefined || waiting.length === 0) return;
    const batch = waiting.slice(0, atOnce);
    writing = outbox.put(batch).then(
      (isWanted) => {
        writing = undefined;
        const done = new Set(batch);
        while (waiting[0] !== undefined && done.has(waiting[0])) waiting.shift();
        if (isWanted) deps.onPut();
        write();
      },
      (error: unknown) => {
        writing = undefined;
        logger.warn({ err: error, waiting: waiting.length, dropped }, 'outbox cannot be written');
        if (closed) return;
        cancel = clock.at(clock.now() + retryMs, () => {
          cancel = undefined;
          write();
        });
      },
    );
  }

  return {
    add({ type, at, data }) {
      const createdAt = clock.now();
      const timestamp = new Date(at).toISOString();
      const payload = JSON.stringify({ type, timestamp, data });
      waiting.push({ messageId: nextMessageId(), type, createdAt, payload });
      if (waiting.length > mostKept) {
        waiting.shift();
        dropped += 1;
      }
      write();
    },
    async close() {
      closed = true;
      cancel?.();
      cancel = undefined;
      write();
      while (writing !== undefined) await writing;
    },
  };
}
