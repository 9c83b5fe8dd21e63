/**
 * Who may use one connection, in the order of asking. Single queries don't wait for each other's answers; a transaction
 * has the connection for itself until it ends.
 */
export interface ConnectionTurns {
  /** `use` is called as soon as no transaction of another owner is open. */
  query<T>(owner: object, use: () => Promise<T>): Promise<T>;
  /** Resolves when the connection is this owner's alone. */
  begin(owner: object): Promise<void>;
  /** Of the transaction that is open. */
  end(): void;
}

export const createConnectionTurns = (): ConnectionTurns => {
  const line: (() => void)[] = [];
  let holder: object | undefined;

  const serve = (): void => {
    while (holder === undefined) {
      const next = line.shift();
      if (next === undefined) return;
      next();
    }
  };
  const queue = (turn: () => void): void => {
    line.push(turn);
    serve();
  };

  return {
    query: (owner, use) =>
      holder === owner
        ? use()
        : new Promise((resolve) => {
            queue(() => {
              resolve(use());
            });
          }),
    begin: (owner) =>
      new Promise((resolve) => {
        queue(() => {
          holder = owner;
          resolve();
        });
      }),
    end() {
      holder = undefined;
      serve();
    },
  };
};
