/** The HTTP face of the gateway: API, its description, health and a few plain pages. */
import Fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import type { Logger } from '../call/ports/process.ts';
import { describeApi } from './api-description.ts';
import { requireApiKey } from './api-key.ts';
import { callRoutes } from './call-routes.ts';
import { dialOutRoutes } from './dial-out-routes.ts';
import { createErrorHandler, sendProblem } from './error-handler.ts';
import { healthRoutes } from './health-routes.ts';
import { meetingRoutes } from './meeting-routes.ts';
import { answerWhatIsNotThere } from './not-found.ts';
import { pages } from './pages.ts';
import type { HttpAppOptions } from './ports.ts';
import { problem } from './problems.ts';

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

  app.register(pages(() => options.dialIn));
  app.register(healthRoutes(options.health, options.trunks));
  // Whatever is registered in here needs the key.
  app.register((api, _options, done) => {
    api.addHook('onRequest', requireApiKey(options.apiKey));
    api.register(meetingRoutes(options));
    api.register(callRoutes(options));
    api.register(dialOutRoutes(options));
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
