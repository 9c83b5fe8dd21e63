import { describe } from 'vitest';
import { guessLogContract } from './guess-log.contract.ts';
import { newSqliteDatabase } from './test-databases.ts';

describe('guesses on SQLite', () => {
  guessLogContract(newSqliteDatabase);
});
