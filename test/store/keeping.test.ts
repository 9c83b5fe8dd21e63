import { describe } from 'vitest';
import { keepingContract } from './keeping.contract.ts';
import { newSqliteDatabase } from './test-databases.ts';

describe('keeping on SQLite', () => {
  keepingContract(newSqliteDatabase);
});
