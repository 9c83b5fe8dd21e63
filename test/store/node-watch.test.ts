import { describe } from 'vitest';
import { nodeWatchContract } from './node-watch.contract.ts';
import { newSqliteDatabase } from './test-databases.ts';

describe('nodes on SQLite', () => {
  nodeWatchContract(newSqliteDatabase);
});
