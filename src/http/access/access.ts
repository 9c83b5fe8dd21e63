/** Who may do what in the API, put together: keys, accounts, sessions, sign-in, the audit log. */
import type { FastifyInstance } from 'fastify';
import type { AccessStore } from '../../call/ports/access.ts';
import type { Clock, Logger } from '../../call/ports/process.ts';
import { accountRoutes } from './account-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { createAudit } from './audit.ts';
import { createGate, type Gate } from './gate.ts';
import { keyRoutes } from './key-routes.ts';
import { createLoginLimiter } from './login-limiter.ts';
import type { Passwords } from './password.ts';
import { sessionRoutes, signInRoutes, type SessionRoutesDeps } from './session-routes.ts';
import { createSessions, ordinaryIdleMs } from './sessions.ts';
import { serviceReturnPath, signInServiceRoutes } from './sign-in-service-routes.ts';
import { createSignInService, type SignInServiceSettings } from './sign-in-service.ts';

export interface AccessDeps {
  readonly access: AccessStore;
  readonly apiKey: string;
  readonly publicUrl: string;
  readonly passwords: Passwords;
  readonly signInService: SignInServiceSettings | undefined;
  /** How long a session lasts that nobody uses. */
  readonly sessionIdleMs?: number | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Access {
  readonly gate: Gate;
  /** For those who are nobody yet: signing in. */
  openRoutes(app: FastifyInstance): void;
  /** Closes `app`, watches what is done through it, and adds the routes of this folder. */
  guardedRoutes(app: FastifyInstance): void;
}

export function createAccess(deps: AccessDeps): Access {
  const { access, clock, logger, passwords, publicUrl } = deps;
  // Cookies are marked for https by what browsers use, whatever a proxy speaks to us.
  const secure = publicUrl.startsWith('https:');
  const sessions = createSessions({
    access,
    clock,
    secure,
    idleMs: deps.sessionIdleMs ?? ordinaryIdleMs,
  });
  const gate = createGate({ ...deps, sessions });
  const audit = createAudit({ log: access.audit, clock, logger });
  const forSessions: SessionRoutesDeps = {
    access,
    sessions,
    passwords,
    limiter: createLoginLimiter(),
    audit,
    clock,
    signInService: deps.signInService !== undefined,
  };

  return {
    gate,
    openRoutes(app) {
      app.register(signInRoutes(forSessions));
      if (deps.signInService === undefined) return;
      const service = createSignInService(deps.signInService, `${publicUrl}${serviceReturnPath}`);
      const { accounts } = access;
      app.register(
        signInServiceRoutes({ service, accounts, sessions, audit, clock, logger, secure }),
      );
    },
    guardedRoutes(app) {
      gate.guard(app);
      audit.watch(app);
      app.register(sessionRoutes(forSessions));
      app.register(keyRoutes(access.keys, clock));
      app.register(accountRoutes({ access, passwords, clock }));
      app.register(auditRoutes(access.audit));
    },
  };
}
