/** 404 where there is nothing, 405 with `Allow` where there is something under another method. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problem } from './problems.ts';
import { sendProblem } from './error-handler.ts';

/** Before the first route: it has to see them all. */
export function answerWhatIsNotThere(app: FastifyInstance): void {
  const methodsByPattern = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const methods = methodsByPattern.get(url) ?? new Set();
    for (const one of [method].flat()) methods.add(one);
    methodsByPattern.set(url, methods);
  });

  app.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.replace(/[?#].*$/s, '');
    const allowed = [...methodsByPattern]
      .filter(([pattern]) => matches(pattern, path))
      .flatMap(([, methods]) => [...methods]);
    if (allowed.length === 0) {
      sendProblem(reply, problem('request/not-found'));
      return;
    }
    void reply.header('allow', [...new Set(allowed)].sort().join(', '));
    sendProblem(reply, problem('request/method-not-allowed'));
  });
}

/** Fastify's patterns as far as we use them: `:name` is one segment, `*` is the rest. */
function matches(pattern: string, path: string): boolean {
  const segments = path.split('/');
  const parts = pattern.split('/');
  if (parts.at(-1) === '*') return false;
  return (
    parts.length === segments.length &&
    parts.every((part, index) => part.startsWith(':') || part === segments[index])
  );
}
