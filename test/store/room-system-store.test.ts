import { describe } from 'vitest';
import { roomSystemStoreContract } from './room-system-store.contract.ts';
import { newSqliteDatabase } from './test-databases.ts';

describe('room systems on SQLite', () => {
  roomSystemStoreContract(newSqliteDatabase);
});
