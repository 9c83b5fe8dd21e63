import { describe } from 'vitest';
import { accessStoreContract } from './access-store.contract.ts';
import { newSqliteDatabase } from './test-databases.ts';

describe('access on SQLite', () => {
  accessStoreContract(newSqliteDatabase);
});
