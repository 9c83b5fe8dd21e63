/**
 * Messages between the nodes of one PostgreSQL database: NOTIFY to send, one connection that LISTENs
 * (https://www.postgresql.org/docs/15/sql-notify.html). Delivered in order to whoever listens at that
 * moment, and to nobody later: a listener that was away is told that it has been.
 *
 * ```
 *               connected, LISTEN answered        error, end, or silence
 *   connecting ───────────────────────────▶ listening ───────────────────▶ waiting
 *       ▲                                                                     │
 *       └─────────────────────────── back-off is over ────────────────────────┘
 * ```
 *
 * It needs a session: a connection pooler in transaction mode does not carry LISTEN.
 */
import { sql } from 'kysely';
import { Client } from 'pg';
import type { NodeBus } from '../call/ports/nodes.ts';
import type { Clock, Logger } from '../call/ports/process.ts';
import { createBackoff } from './backoff.ts';
import type { Database } from './database.ts';
import { asStoreError, connectionConfig } from './postgres-pool.ts';
import { StoreError } from './store-error.ts';

export interface PostgresBusOptions {
  readonly url: string;
  /** Sends. */
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

const channel = 'ringbro';
/** PostgreSQL takes payloads shorter than 8000 bytes. */
const longestMessageBytes = 7_999;
/** A listening connection whose peer is gone says nothing: it is asked. */
const askEveryMs = 10_000;
const askTimeoutMs = 5_000;
const firstWaitMs = 100;
const longestWaitMs = 5_000;

/** Resolves when it listens; rejects with a `StoreError` when it could not at first. */
export async function openPostgresBus(options: PostgresBusOptions): Promise<NodeBus> {
  const { url, clock, logger } = options;
  const backoff = createBackoff(firstWaitMs, longestWaitMs);
  const listeners: ((message: string) => void)[] = [];
  const resumed: (() => void)[] = [];
  let client: Client | undefined;
  let cancel: (() => void) | undefined;
  let closed = false;

  async function listen(): Promise<void> {
    const opening = new Client({ ...connectionConfig(url), query_timeout: askTimeoutMs });
    opening.on('notification', ({ payload }) => {
      for (const listener of listeners) listener(payload ?? '');
    });
    opening.on('error', () => {
      lose(opening);
    });
    opening.on('end', () => {
      lose(opening);
    });
    try {
      await opening.connect();
      await opening.query(`listen ${channel}`);
    } catch (error) {
      void opening.end().catch(() => undefined);
      throw asStoreError(error);
    }
    if (closed) {
      await opening.end().catch(() => undefined);
      return;
    }
    client = opening;
    askLater();
  }

  function askLater(): void {
    cancel = clock.at(clock.now() + askEveryMs, () => {
      const asked = client;
      asked?.query('select 1').then(
        () => {
          if (client === asked) askLater();
        },
        () => {
          lose(asked);
        },
      );
    });
  }

  function lose(lost: Client): void {
    if (lost !== client) return;
    client = undefined;
    cancel?.();
    void lost.end().catch(() => undefined);
    if (closed) return;
    logger.warn({}, 'messages of other nodes are not heard');
    again();
  }

  function again(): void {
    cancel = clock.at(clock.now() + backoff.nextMs(), () => {
      listen().then(
        () => {
          if (closed) return;
          backoff.reset();
          logger.info({}, 'messages of other nodes are heard again');
          for (const tell of resumed) tell();
        },
        () => {
          if (!closed) again();
        },
      );
    });
  }

  await listen();

  return {
    async send(message) {
      if (Buffer.byteLength(message) > longestMessageBytes) {
        throw new StoreError('store/fault', 'a message to other nodes is too long');
      }
      await sql`select pg_notify(${channel}, ${message})`.execute(options.database.main);
    },
    onMessage(listener) {
      listeners.push(listener);
    },
    onResumed(listener) {
      resumed.push(listener);
    },
    async close() {
      closed = true;
      cancel?.();
      const closing = client;
      client = undefined;
      await closing?.end().catch(() => undefined);
    },
  };
}

/** The bus of a node that is alone: nobody hears. */
export const silentBus: NodeBus = {
  send: () => Promise.resolve(),
  onMessage: () => undefined,
  onResumed: () => undefined,
  close: () => Promise.resolve(),
};
