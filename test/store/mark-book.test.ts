import { describe } from 'vitest';
import { markBookContract } from './mark-book.contract.ts';
import { newSqliteDatabase } from './test-databases.ts';

describe('marks of meetings on SQLite', () => {
  markBookContract(newSqliteDatabase);
});
