/**
 * Faults of the store, in words that stay the same whatever the database is:
 * `store/unavailable` it cannot be reached, opened or written (disk full, thread gone);
 * `store/busy` somebody else held it too long; `store/unique` a value that must be unique is
 * taken; `store/constraint` another rule of the schema was broken; `store/unreadable-pin` a PIN
 * was sealed with another secret; `store/other-secret` the nodes of this database have another one;
 * `store/folder-in-use` another process runs on this data folder;
 * `store/fault` anything else: a bug.
 */
export type StoreErrorCode =
  | 'store/unavailable'
  | 'store/busy'
  | 'store/unique'
  | 'store/constraint'
  | 'store/unreadable-pin'
  | 'store/other-secret'
  | 'store/folder-in-use'
  | 'store/fault';

export class StoreError extends Error {
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}

export const isStoreError = (error: unknown, code: StoreErrorCode): boolean =>
  error instanceof StoreError && error.code === code;
