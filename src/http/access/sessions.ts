/**
 * Sessions of people: a random cookie, known by its hash. A session ends after half an hour unused,
 * and after twelve hours whatever happens; its cookie is changed each quarter of an hour. Only what
 * changes something is use: an open page reads on by itself, and whoever sat there may have gone.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Account, AccessStore, Session } from '../../call/ports/access.ts';
import type { Clock } from '../../call/ports/process.ts';
import { cookieName, readCookie, writeCookie } from './cookies.ts';
import { hashSecret, newId, newSecret } from './secrets.ts';

/** Where the settings say nothing else. */
export const ordinaryIdleMs = 30 * 60_000;

export const sessionLimits = {
  absoluteMs: 12 * 60 * 60_000,
  rotateMs: 15 * 60_000,
} as const;

export interface Sessions {
  readonly idleMs: number;
  /** A new one, whatever cookie came: nobody can plant theirs (session fixation). */
  begin(reply: FastifyReply, account: Account): Promise<Session>;
  /** Undefined where there is none, or it is over, or its account is disabled. */
  find(request: FastifyRequest): Promise<{ session: Session; account: Account } | undefined>;
  /** A new cookie where it is time. */
  rotate(request: FastifyRequest, reply: FastifyReply, session: Session): Promise<void>;
  end(reply: FastifyReply, session: Session): Promise<void>;
  /** Somebody is there: the session as it is from now on. */
  use(session: Session): Promise<Session>;
  /** How long it goes on, should nobody use it any more. */
  idleInMs(session: Session): number;
}

export interface SessionsDeps {
  readonly access: Pick<AccessStore, 'sessions' | 'accounts'>;
  readonly clock: Clock;
  /** Whether browsers come by https. */
  readonly secure: boolean;
  readonly idleMs: number;
}

export function createSessions({ access, clock, secure, idleMs }: SessionsDeps): Sessions {
  const { sessions, accounts } = access;
  const name = cookieName('session', secure);

  function setCookie(reply: FastifyReply, token: string, maxAgeMs: number): void {
    const maxAgeS = Math.floor(maxAgeMs / 1000);
    const text = writeCookie(name, token, { secure, sameSite: 'Strict', maxAgeS });
    void reply.header('set-cookie', text);
  }

  const tokenOf = (request: FastifyRequest): string | undefined =>
    readCookie(request.headers.cookie, name);

  const isOver = (session: Session, now: number): boolean =>
    now - session.lastSeenAt > idleMs || now - session.createdAt > sessionLimits.absoluteMs;

  return {
    idleMs,
    async begin(reply, account) {
      const now = clock.now();
      const token = newSecret();
      const session: Session = {
        sessionId: newId('ses'),
        accountId: account.accountId,
        csrfToken: newSecret(),
        createdAt: now,
        lastSeenAt: now,
        rotatedAt: now,
      };
      await sessions.removeStale(now - idleMs, now - sessionLimits.absoluteMs);
      await sessions.add(session, hashSecret(token));
      setCookie(reply, token, sessionLimits.absoluteMs);
      return session;
    },
    async find(request) {
      const token = tokenOf(request);
      if (token === undefined) return undefined;
      const now = clock.now();
      const session = await sessions.byHash(hashSecret(token), now);
      if (session === undefined || isOver(session, now)) return undefined;
      const account = await accounts.byId(session.accountId);
      if (account === undefined || account.disabledAt !== undefined) return undefined;
      return { session, account };
    },
    async rotate(request, reply, session) {
      const now = clock.now();
      const token = tokenOf(request);
      if (token === undefined || now - session.rotatedAt < sessionLimits.rotateMs) return;
      const next = newSecret();
      const hashes = { from: hashSecret(token), to: hashSecret(next) };
      if (await sessions.rotate(session.sessionId, hashes, now))
        setCookie(reply, next, session.createdAt + sessionLimits.absoluteMs - now);
    },
    async end(reply, session) {
      await sessions.remove(session.sessionId);
      setCookie(reply, '', 0);
    },
    async use(session) {
      const now = clock.now();
      await sessions.seen(session.sessionId, now);
      return { ...session, lastSeenAt: now };
    },
    idleInMs: (session) =>
      Math.min(session.lastSeenAt + idleMs, session.createdAt + sessionLimits.absoluteMs) -
      clock.now(),
  };
}
