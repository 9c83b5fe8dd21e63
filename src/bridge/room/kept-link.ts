import type { Clock, Logger } from '../../call/ports/process.ts';
import type { LinkEvent } from './link-types.ts';
import { createReconnectMachine, type ReconnectInput } from './reconnect-machine.ts';
import type { Down } from './signal-client.ts';
import { tokenExpiresAt } from './token-expiry.ts';

/** What a kept link needs of one connection. */
interface Session {
  close(): Promise<void>;
}

export interface DialHooks {
  /** Sound can pass. */
  readonly onUp: () => void;
  readonly onDown: (down: Down) => void;
  /** The server gave a newer token. */
  readonly onToken: (token: string) => void;
}

export interface KeptLinkDeps<S extends Session> {
  readonly token: string;
  readonly joinTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Begins one connection. Its hooks are heard until it is replaced or the link is over. */
  readonly dial: (token: string, hooks: DialHooks) => S;
  readonly onEvent: (event: LinkEvent) => void;
}

export interface KeptLink<S extends Session> {
  /** The present connection, which may still be dialing. */
  session(): S | undefined;
  setToken(token: string): void;
  /** Idempotent, never rejects; resolves when every connection it made is gone. */
  close(): Promise<void>;
}

/** Drives the reconnect machine with real time and real connections. */
export const createKeptLink = <S extends Session>(deps: KeptLinkDeps<S>): KeptLink<S> => {
  const { clock, log } = deps;
  let token = deps.token;
  let session: S | undefined;
  let cancelTimeout: (() => void) | undefined;
  const closing = new Set<Promise<void>>();

  const machine = createReconnectMachine({
    joinTimeoutMs: deps.joinTimeoutMs,
    tokenExpiresAt: tokenExpiresAt(token),
    random: Math.random,
  });

  const drop = (): void => {
    if (session === undefined) return;
    const closed = session.close();
    session = undefined;
    closing.add(closed);
    void closed.finally(() => closing.delete(closed));
  };

  const dial = (): void => {
    let current = true;
    const guarded = (input: ReconnectInput): void => {
      if (current && session === dialed) feed(input);
      if (input.type === 'down') current = false;
    };
    const dialed = deps.dial(token, {
      onUp: () => {
        guarded({ type: 'up' });
      },
      onDown: (down) => {
        guarded({ type: 'down', down });
      },
      onToken: (fresh) => {
        setToken(fresh);
      },
    });
    session = dialed;
  };

  const tell = (event: LinkEvent): void => {
    log.debug(event, 'room link');
    try {
      deps.onEvent(event);
    } catch (error) {
      log.error({ err: error }, 'room link listener threw');
    }
  };

  const feed = (input: ReconnectInput): void => {
    const outputs = machine.handle(clock.now(), input);
    cancelTimeout?.();
    const dueAt = machine.nextTimeoutAt();
    cancelTimeout =
      dueAt === undefined
        ? undefined
        : clock.at(dueAt, () => {
            feed({ type: 'timeout' });
          });
    for (const output of outputs) {
      switch (output.do) {
        case 'dial':
          dial();
          break;
        case 'drop':
          drop();
          break;
        case 'tell':
          tell(output.event);
          break;
      }
    }
  };

  const setToken = (fresh: string): void => {
    token = fresh;
    feed({ type: 'token', expiresAt: tokenExpiresAt(fresh) });
  };

  feed({ type: 'start' });

  return {
    session: () => session,
    setToken,
    close: async () => {
      feed({ type: 'close' });
      await Promise.all(closing);
    },
  };
};
