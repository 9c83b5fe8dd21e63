import { describe } from 'vitest';
import { newSqliteDatabase } from './test-databases.ts';
import { webhookStoreContract } from './webhook-store.contract.ts';

describe('webhooks on SQLite', () => {
  webhookStoreContract(newSqliteDatabase);
});
