import { describe } from 'vitest';
import { inviteeStoreContract } from './invitee-store.contract.ts';
import { newSqliteDatabase } from './test-databases.ts';

describe('invitees on SQLite', () => {
  inviteeStoreContract(newSqliteDatabase);
});
