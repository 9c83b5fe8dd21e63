import { describe } from 'vitest';
import { resealContract } from './reseal.contract.ts';

describe('after the secret was replaced, on SQLite', () => {
  resealContract(() => Promise.resolve(undefined));
});
