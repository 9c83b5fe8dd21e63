/**
 * Sends what waits in the outbox: to each webhook in order, one at a time, by one node.
 *
 * ```
 *   waiting ──claimed──▶ sending ──taken──▶ sending the next ──none left──▶ waiting
 *      ▲                    │
 *      └──── back-off ──────┴─not taken──▶ failing for days, or 410 ──▶ disabled
 * ```
 *
 * A message is sent at least once: one that was taken when its node died is sent again, with the
 * same `webhook-id`.
 */
import type { NewEvent } from '../call/gateway-event.ts';
import type { Clock, Logger } from '../call/ports/process.ts';
import type { Webhook, WebhookMessage, WebhookOutbox } from '../call/ports/webhooks.ts';
import type { WebhookPost } from './webhook-post.ts';
import { signatureHeaders } from './webhook-signature.ts';

export interface WebhookSender {
  /** Looks at the outbox now: something was put there. */
  readonly look: () => void;
  /** Since the start. */
  readonly counts: () => {
    readonly taken: number;
    readonly failed: number;
    readonly disabled: number;
  };
  /** Idempotent, never rejects; what is under way is waited for. */
  close(): Promise<void>;
}

export interface WebhookSenderDeps {
  readonly outbox: WebhookOutbox;
  readonly post: WebhookPost;
  readonly clock: Clock;
  readonly logger: Logger;
  /** From 0 to 1: spreads the attempts of many webhooks of one receiver. */
  readonly random: () => number;
  readonly publish: (event: NewEvent) => void;
}

type Claimed = Webhook & { readonly secret: string };

const lookEveryMs = 1_000;
/** Longer than one attempt takes (`PostRules.timeoutMs`). */
const leaseMs = 30_000;
const firstWaitMs = 5_000;
const longestWaitMs = 60 * 60_000;
export const givenUpAfterMs = 3 * 86_400_000;
const messagesAtOnce = 20;

/** Doubling, less up to a fifth. */
export const waitAfter = (attempts: number, random: number): number =>
  Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(attempts, 20)) * (1 - random / 5);

export function createWebhookSender(deps: WebhookSenderDeps): WebhookSender {
  const { outbox, post, clock, logger } = deps;
  const counts = { taken: 0, failed: 0, disabled: 0 };
  const active = new Map<string, Promise<void>>();
  let looking: Promise<void> | undefined;
  let lookAgain = false;
  let cancel: (() => void) | undefined;
  let closed = false;

  function look(): void {
    if (closed) return;
    if (looking !== undefined) {
      lookAgain = true;
      return;
    }
    cancel?.();
    lookAgain = false;
    looking = claim()
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'webhooks cannot be read');
      })
      .finally(() => {
        looking = undefined;
        if (closed) return;
        if (lookAgain) look();
        else cancel = clock.at(clock.now() + lookEveryMs, look);
      });
  }

  async function claim(): Promise<void> {
    const now = clock.now();
    for (const webhook of await outbox.claim(now, now + leaseMs)) {
      if (active.has(webhook.webhookId)) continue;
      const sending = sendAll(webhook)
        .catch((error: unknown) => {
          logger.warn({ err: error, webhook: webhook.webhookId }, 'webhook could not be seen to');
        })
        .finally(() => active.delete(webhook.webhookId));
      active.set(webhook.webhookId, sending);
    }
  }

  async function sendAll(webhook: Claimed): Promise<void> {
    const { webhookId } = webhook;
    for (;;) {
      const messages = await outbox.next(webhookId, messagesAtOnce);
      for (const message of messages) {
        if (closed || !(await send(webhook, message))) {
          if (closed) await outbox.release(webhookId);
          return;
        }
      }
      if (messages.length < messagesAtOnce) break;
    }
    await outbox.release(webhookId);
  }

  /** False: no more for now. */
  async function send(webhook: Claimed, { messageId, payload }: WebhookMessage): Promise<boolean> {
    const { webhookId, url, secret } = webhook;
    const timestampS = Math.floor(clock.now() / 1000);
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'ringbro',
      ...signatureHeaders(secret, { messageId, timestampS, payload }),
    };
    const outcome = await post(url, headers, payload);
    if (outcome.taken) {
      counts.taken += 1;
      const at = clock.now();
      return outbox.delivered(webhookId, messageId, { at, until: at + leaseMs });
    }
    counts.failed += 1;
    const current = (await outbox.failing(webhookId)) ?? webhook;
    await giveWay(current, outcome.problem, outcome.gone);
    return false;
  }

  async function giveWay(webhook: Webhook, problem: string, gone: boolean): Promise<void> {
    const { webhookId, attempts, failingSince } = webhook;
    const at = clock.now();
    const disable = gone || at - (failingSince ?? at) > givenUpAfterMs;
    const nextAttemptAt = Math.round(at + waitAfter(attempts, deps.random()));
    await outbox.failed(webhookId, { at, problem, nextAttemptAt, disable });
    if (!disable) {
      logger.info({ webhook: webhookId, problem, attempts: attempts + 1 }, 'webhook not taken');
      return;
    }
    counts.disabled += 1;
    logger.error({ webhook: webhookId, problem }, 'webhook disabled');
    deps.publish({ type: 'webhook.disabled', at, data: { webhookId, problem } });
  }

  look();

  return {
    look,
    counts: () => ({ ...counts }),
    async close() {
      closed = true;
      cancel?.();
      await looking;
      await Promise.all(active.values());
    },
  };
}
