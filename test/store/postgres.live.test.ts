/** The store's suites on a real PostgreSQL, and what only several nodes can do to it. */
import { afterAll, beforeAll, describe } from 'vitest';
import { startPostgresServer, type TestPostgresServer } from '../support/postgres-server.ts';
import { meetingStoreContract } from './meeting-store.contract.ts';
import { storeContract } from './store.contract.ts';
import { newPostgresDatabase } from './test-databases.ts';

let server: TestPostgresServer;
beforeAll(async () => {
  server = await startPostgresServer();
});
afterAll(() => server.close());

describe('meetings on PostgreSQL', () => {
  meetingStoreContract(() => newPostgresDatabase(server));
});

describe('the store on PostgreSQL', () => {
  storeContract(() => newPostgresDatabase(server));
});
