import { describe } from 'vitest';
import { meetingStoreContract } from './meeting-store.contract.ts';
import { newSqliteDatabase } from './test-databases.ts';

describe('meetings on SQLite', () => {
  meetingStoreContract(newSqliteDatabase);
});
