/** Webhooks, and what waits to be sent to them. */

export interface Webhook {
  readonly webhookId: string;
  readonly url: string;
  /** The types of events it wants; empty: all. */
  readonly events: readonly string[];
  readonly description: string | undefined;
  readonly createdAt: number;
  readonly failingSince: number | undefined;
  /** Failed attempts since the last success. */
  readonly attempts: number;
  readonly nextAttemptAt: number;
  /** Why the last attempt failed: a status or a code, nothing of the answer. */
  readonly lastProblem: string | undefined;
  readonly disabledAt: number | undefined;
  /** When a message was taken last. */
  readonly lastDeliveredAt?: number | undefined;
}

export interface WebhookMessage {
  /** Sorts in the order of sending; the same at each attempt. */
  readonly messageId: string;
  readonly createdAt: number;
  /** What is sent, to the byte. */
  readonly payload: string;
}

export interface QueuedMessage extends WebhookMessage {
  readonly type: string;
}

/** The webhooks as the API writes and reads them. */
export interface WebhookBook {
  add(webhook: Webhook, secret: string): Promise<void>;
  list(): Promise<readonly Webhook[]>;
  get(webhookId: string): Promise<Webhook | undefined>;
  /** With what waits for it. False where there was none. */
  remove(webhookId: string): Promise<boolean>;
  /** Begins anew with a webhook that failed or was disabled. False where there is none. */
  enable(webhookId: string): Promise<boolean>;
}

/** What waits in the store, sent by one node at a time a webhook. */
export interface WebhookOutbox {
  /** For each enabled webhook that wants them. All or none. False: none wants any. */
  put(messages: readonly QueuedMessage[]): Promise<boolean>;
  /** The webhooks that are due and have something waiting, held for this node until `until`. */
  claim(now: number, until: number): Promise<readonly (Webhook & { readonly secret: string })[]>;
  /** The oldest that wait. */
  next(webhookId: string, limit: number): Promise<readonly WebhookMessage[]>;
  /** It was taken: it waits no longer. False where the webhook is held by another node by now. */
  delivered(
    webhookId: string,
    messageId: string,
    time: { readonly at: number; readonly until: number },
  ): Promise<boolean>;
  /** How it stands now; undefined where it was removed. */
  failing(webhookId: string): Promise<Webhook | undefined>;
  failed(webhookId: string, failure: WebhookFailure): Promise<void>;
  /** Nothing waits any more, or this node stops: others may have it. */
  release(webhookId: string): Promise<void>;
  backlog(): Promise<{ readonly messages: number; readonly oldestAt: number | undefined }>;
}

export interface WebhookFailure {
  readonly at: number;
  readonly problem: string;
  readonly nextAttemptAt: number;
  /** Given up: what waits for it is dropped. */
  readonly disable: boolean;
}
