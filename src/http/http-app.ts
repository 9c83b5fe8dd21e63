/** The HTTP face of the gateway: API, its description, health and a few plain pages. */
import Fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Logger } from '../call/ports/process.ts';
import { createAccess } from './access/access.ts';
import { createPasswords } from './access/password.ts';
import { canaryRoutes } from './canary-routes.ts';
import { describeApi } from './api-description.ts';
import { callRoutes } from './call-routes.ts';
import { dialOutRoutes } from './dial-out-routes.ts';
import { createErrorHandler, sendProblem } from './error-handler.ts';
import { eventRoutes } from './event-routes.ts';
import { healthRoutes } from './health-routes.ts';
import { holdRoutes } from './hold-routes.ts';
import { hostRoutes } from './host-routes.ts';
import { inviteeRoutes } from './invitee-routes.ts';
import { ladderRoutes } from './ladder-routes.ts';
import { levelRoutes } from './level-routes.ts';
import { meetingRoutes } from './meeting-routes.ts';
import { metricsRoutes } from './metrics-routes.ts';
import { answerWhatIsNotThere } from './not-found.ts';
import { pageFiles } from './page-files.ts';
import { pages } from './pages.ts';
import { peopleRoutes } from './people-routes.ts';
import { personRoutes } from './person-routes.ts';
import type { HttpAppOptions } from './ports.ts';
import { problem } from './problems.ts';
import { roomSystemRoutes } from './room-system-routes.ts';
import { traceRoutes } from './trace-routes.ts';
import { webhookRoutes } from './webhook-routes.ts';

const bodyLimitBytes = 64 * 1024;
const requestTimeoutMs = 10_000;

/** Call `listen` on what it returns, and `close` at the end; it listens to nothing by itself. */
export function createHttpApp(options: HttpAppOptions): FastifyInstance {
  const { logger } = options;
  const app = Fastify({
    // Fastify's own log lines hold whole URLs, and those hold call IDs: ours name the route.
    logger: false,
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    trustProxy: [...(options.trustProxy ?? [])],
    routerOptions: { maxParamLength: 100 },
    frameworkErrors: (_error, _request, reply) => {
      sendProblem(reply, problem('request/not-found'));
    },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler(createErrorHandler(logger));
  answerWhatIsNotThere(app);
  logRequests(app, logger);
  sayNoMore(app);
  describeApi(app);

  const access = createAccess({
    ...options,
    passwords: options.passwords ?? createPasswords(),
    signInService: options.signInService,
  });
  app.register(pages(() => options.dialIn));
  app.register(pageFiles(options.pagesFolder));
  app.register(healthRoutes({ ...options, gate: access.gate }));
  access.openRoutes(app);
  // Whatever is registered in here needs a key or a session, and says in `config` whose.
  app.register((api, _options, done) => {
    access.guardedRoutes(api);
    const { events, nodeId, metrics, webhooks, clock } = options;
    api.register(meetingRoutes(options));
    api.register(callRoutes(options));
    api.register(hostRoutes(options));
    api.register(inviteeRoutes(options));
    api.register(peopleRoutes(options));
    api.register(holdRoutes(options));
    api.register(personRoutes(options));
    api.register(dialOutRoutes(options));
    api.register(eventRoutes({ events, nodeId, gate: access.gate }));
    api.register(ladderRoutes(options));
    if (options.tracing !== undefined) api.register(traceRoutes(options.tracing, options.live));
    if (options.roomSystems !== undefined)
      api.register(roomSystemRoutes(options.roomSystems, clock));
    api.register(canaryRoutes(options.canary));
    if (options.levels !== undefined) api.register(levelRoutes(options.levels, clock));
    if (webhooks !== undefined) api.register(webhookRoutes(webhooks, clock));
    if (metrics !== undefined) api.register(metricsRoutes(metrics));
    done();
  });
  return app;
}

function logRequests(app: FastifyInstance, logger: Logger): void {
  app.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request;
    const ms = Math.round(reply.elapsedTime);
    logger.debug({ method, route: routeOptions.url, status: reply.statusCode, ms }, 'request');
    done();
  });
}

/** Answers hold PINs and call IDs: nobody on the way keeps them or guesses at their type. */
function sayNoMore(app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    void reply.header('x-content-type-options', 'nosniff');
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
    done(null, payload);
  });
}
