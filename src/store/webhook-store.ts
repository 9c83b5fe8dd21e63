/**
 * Webhooks and their outbox in the database. One node at a time sends to a webhook: it holds a lease
 * that it renews with each delivery, and that any node may take once it is over.
 */
import type { ExpressionBuilder, Selectable } from 'kysely';
import type { Webhook, WebhookBook, WebhookOutbox } from '../call/ports/webhooks.ts';
import type { Database } from './database.ts';
import type { PinSeal } from './pin-seal.ts';
import type { Schema, WebhooksTable } from './schema.ts';

export interface WebhookStore extends WebhookBook, WebhookOutbox {}

export interface WebhookStoreOptions {
  readonly database: Database;
  /** One life of this node: its leases end with it. */
  readonly leaseId: string;
  readonly seal: PinSeal;
}

const fresh = { failing_since: null, attempts: 0, next_attempt_at: 0, last_problem: null };
export const webhookContext = (webhookId: string): string => `webhook ${webhookId}`;

/** All methods reject with a `StoreError` when the database fails. */
export function createWebhookStore(options: WebhookStoreOptions): WebhookStore {
  const { database, leaseId, seal } = options;
  const { main } = database;

  const held = (webhookId: string) =>
    main
      .updateTable('webhooks')
      .where('webhook_id', '=', webhookId)
      .where('lease_by', '=', leaseId);

  async function claimOne(webhookId: string, now: number, until: number): Promise<boolean> {
    const { numUpdatedRows } = await main
      .updateTable('webhooks')
      .set({ lease_by: leaseId, lease_until: until })
      .where('webhook_id', '=', webhookId)
      .where((builder) => builder.and([isDue(builder, now), isFree(builder, now)]))
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  const book = createBook(options);

  return {
    ...book,
    failing: (webhookId) => book.get(webhookId),
    async put(messages) {
      const isWanted = (await enabled(main)).some(({ events }) =>
        messages.some(({ type }) => wants(events, type)),
      );
      if (!isWanted) return false;
      await main.transaction().execute(async (transaction) => {
        for (const { webhook_id, events } of await enabled(transaction)) {
          const rows = messages
            .filter(({ type }) => wants(events, type))
            .map((message) => ({
              webhook_id,
              message_id: message.messageId,
              created_at: message.createdAt,
              payload: message.payload,
            }));
          if (rows.length === 0) continue;
          await transaction
            .insertInto('webhook_messages')
            .values(rows)
            .onConflict((conflict) => conflict.columns(['webhook_id', 'message_id']).doNothing())
            .execute();
        }
      });
      return true;
    },
    async claim(now, until) {
      const candidates = await main
        .selectFrom('webhooks')
        .selectAll()
        .where((builder) => builder.and([isDue(builder, now), isFree(builder, now)]))
        .where('webhook_id', 'in', main.selectFrom('webhook_messages').select('webhook_id'))
        .execute();
      const claimed = [];
      for (const row of candidates) {
        if (!(await claimOne(row.webhook_id, now, until))) continue;
        const secret = seal.open(row.secret, webhookContext(row.webhook_id));
        claimed.push({ ...fromRow(row), secret });
      }
      return claimed;
    },
    async next(webhookId, limit) {
      const rows = await main
        .selectFrom('webhook_messages')
        .selectAll()
        .where('webhook_id', '=', webhookId)
        .orderBy('message_id')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        messageId: row.message_id,
        createdAt: row.created_at,
        payload: row.payload,
      }));
    },
    async delivered(webhookId, messageId, { at, until }) {
      await main
        .deleteFrom('webhook_messages')
        .where('webhook_id', '=', webhookId)
        .where('message_id', '=', messageId)
        .execute();
      const { numUpdatedRows } = await held(webhookId)
        .set({ ...fresh, last_delivered_at: at, lease_until: until })
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async failed(webhookId, { at, problem, nextAttemptAt, disable }) {
      await held(webhookId)
        .set((builder) => ({
          failing_since: builder.fn.coalesce('failing_since', builder.val(at)),
          attempts: builder('attempts', '+', 1),
          next_attempt_at: nextAttemptAt,
          last_problem: problem,
          disabled_at: disable ? at : null,
          lease_by: null,
          lease_until: 0,
        }))
        .execute();
      if (disable) await dropMessages(database, webhookId);
    },
    async release(webhookId) {
      await held(webhookId).set({ lease_by: null, lease_until: 0 }).execute();
    },
    async backlog() {
      const { messages, oldest } = await main
        .selectFrom('webhook_messages')
        .select(({ fn }) => [
          fn.countAll<number | string>().as('messages'),
          fn.min<number | null>('created_at').as('oldest'),
        ])
        .executeTakeFirstOrThrow();
      return { messages: Number(messages), oldestAt: oldest ?? undefined };
    },
  };
}

function createBook({ database, seal }: WebhookStoreOptions): WebhookBook {
  const { main } = database;
  return {
    async add(webhook, secret) {
      await main
        .insertInto('webhooks')
        .values({
          webhook_id: webhook.webhookId,
          url: webhook.url,
          events: JSON.stringify(webhook.events),
          secret: seal.seal(secret, webhookContext(webhook.webhookId)),
          description: webhook.description ?? null,
          created_at: webhook.createdAt,
          ...fresh,
          disabled_at: null,
          last_delivered_at: null,
          lease_by: null,
          lease_until: 0,
        })
        .execute();
    },
    async list() {
      const rows = await main
        .selectFrom('webhooks')
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('webhook_id')
        .execute();
      return rows.map(fromRow);
    },
    async get(webhookId) {
      const row = await main
        .selectFrom('webhooks')
        .selectAll()
        .where('webhook_id', '=', webhookId)
        .executeTakeFirst();
      return row && fromRow(row);
    },
    async remove(webhookId) {
      await dropMessages(database, webhookId);
      const { numDeletedRows } = await main
        .deleteFrom('webhooks')
        .where('webhook_id', '=', webhookId)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
    async enable(webhookId) {
      const { numUpdatedRows } = await main
        .updateTable('webhooks')
        .set({ ...fresh, disabled_at: null })
        .where('webhook_id', '=', webhookId)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
  };
}

const enabled = (database: Database['main']) =>
  database
    .selectFrom('webhooks')
    .select(['webhook_id', 'events'])
    .where('disabled_at', 'is', null)
    .execute();

const dropMessages = async ({ main }: Database, webhookId: string): Promise<void> => {
  await main.deleteFrom('webhook_messages').where('webhook_id', '=', webhookId).execute();
};

const isDue = (builder: ExpressionBuilder<Schema, 'webhooks'>, now: number) =>
  builder.and([builder('disabled_at', 'is', null), builder('next_attempt_at', '<=', now)]);

/** Not even this node takes what it has: it may just be giving it back. */
const isFree = (builder: ExpressionBuilder<Schema, 'webhooks'>, now: number) =>
  builder.or([builder('lease_by', 'is', null), builder('lease_until', '<', now)]);

function wants(events: string, type: string): boolean {
  const wanted = JSON.parse(events) as readonly string[];
  return wanted.length === 0 || wanted.includes(type);
}

const fromRow = (row: Selectable<WebhooksTable>): Webhook => ({
  webhookId: row.webhook_id,
  url: row.url,
  events: JSON.parse(row.events) as readonly string[],
  description: row.description ?? undefined,
  createdAt: row.created_at,
  failingSince: row.failing_since ?? undefined,
  attempts: row.attempts,
  nextAttemptAt: row.next_attempt_at,
  lastProblem: row.last_problem ?? undefined,
  disabledAt: row.disabled_at ?? undefined,
  lastDeliveredAt: row.last_delivered_at ?? undefined,
});
