/**
 * Every request to the API passes here: who asks (bearer key, or the cookie of a session), whether
 * they may use the route, and whether a change that comes with a cookie was meant (CSRF).
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { AccessStore, ApiKey } from '../../call/ports/access.ts';
import type { Clock, Logger } from '../../call/ports/process.ts';
import { ProblemError } from '../problems.ts';
import { mayUse, type Principal, rememberPrincipal, rootPrincipal } from './principal.ts';
import { hashSecret, sameSecret } from './secrets.ts';
import type { Sessions } from './sessions.ts';

export interface Gate {
  /** Undefined: nobody we know. Asked anew for answers that go on for long, such as event streams. */
  identify(request: FastifyRequest): Promise<Principal | undefined>;
  /** Closes all routes of `app` to those who may not use them. */
  guard(app: FastifyInstance): void;
}

export interface GateDeps {
  readonly apiKey: string;
  readonly access: AccessStore;
  readonly sessions: Sessions;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly publicUrl: string;
}

const keyUsedEveryMs = 60_000;
const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

export const bearerOf = (request: FastifyRequest): string | undefined =>
  /^Bearer ([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? '')?.[1];

export function createGate(deps: GateDeps): Gate {
  const { access, sessions, clock, logger } = deps;
  const ownOrigin = new URL(deps.publicUrl).origin;

  /** Figures for people: what fails here harms nobody. */
  function writeDown(written: Promise<void>): void {
    written.catch((error: unknown) => {
      logger.warn({ err: error }, 'use of a key or session was not written down');
    });
  }

  const isGood = (key: ApiKey, now: number): boolean =>
    key.revokedAt === undefined && (key.expiresAt === undefined || key.expiresAt > now);

  async function byKey(secret: string): Promise<Principal | undefined> {
    // The root key needs no store: it works while that is down.
    if (sameSecret(secret, deps.apiKey)) return rootPrincipal;
    const key = await access.keys.byHash(hashSecret(secret));
    const now = clock.now();
    if (key === undefined || !isGood(key, now)) return undefined;
    if (now - (key.lastUsedAt ?? 0) >= keyUsedEveryMs) writeDown(access.keys.used(key.keyId, now));
    return { kind: 'key', actor: `key ${key.name}`, scopes: key.scopes, unit: key.unit };
  }

  async function bySession(request: FastifyRequest): Promise<Principal | undefined> {
    const found = await sessions.find(request);
    if (found === undefined) return undefined;
    const { session, account } = found;
    const { accountId, scopes, name, unit } = account;
    return { kind: 'account', actor: `account ${name}`, accountId, scopes, unit, session };
  }

  /** A header that is there decides alone: a wrong key is not helped by a cookie. */
  const identify = (request: FastifyRequest): Promise<Principal | undefined> => {
    const secret = bearerOf(request);
    if (secret !== undefined) return byKey(secret);
    return request.headers.authorization === undefined
      ? bySession(request)
      : Promise.resolve(undefined);
  };

  return {
    identify,
    guard(app) {
      app.addHook('onRequest', async (request, reply) => {
        const principal = await identify(request);
        if (principal === undefined) {
          void reply.header('www-authenticate', 'Bearer realm="ringbro"');
          throw new ProblemError('request/unauthorized');
        }
        rememberPrincipal(request, principal);
        if (!mayUse(principal, request.routeOptions.config.access))
          throw new ProblemError('request/forbidden');
        if (principal.session === undefined || safeMethods.includes(request.method)) return;
        checkMeant(request, principal.session.csrfToken, ownOrigin);
        rememberPrincipal(request, {
          ...principal,
          session: await sessions.use(principal.session),
        });
      });
    },
  };
}

/** SameSite=Strict keeps the cookie from other sites already; the token and Origin do, where it does not. */
function checkMeant(request: FastifyRequest, csrfToken: string, ownOrigin: string): void {
  const { origin, host } = request.headers;
  const given = request.headers['x-csrf-token'];
  const foreign = origin !== undefined && origin !== ownOrigin && URL.parse(origin)?.host !== host;
  if (foreign || typeof given !== 'string' || !sameSecret(given, csrfToken))
    throw new ProblemError('request/forged');
}
