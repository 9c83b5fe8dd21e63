import { createHash, timingSafeEqual } from 'node:crypto';
import type { onRequestHookHandler } from 'fastify';
import { sendProblem } from './error-handler.ts';
import { problem } from './problems.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Lets in who shows the key as a bearer token (RFC 6750); the time taken tells nothing about the key. */
export function requireApiKey(apiKey: string): onRequestHookHandler {
  const expected = digest(apiKey);
  return (request, reply, done) => {
    const token = /^Bearer ([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined && timingSafeEqual(digest(token), expected)) {
      done();
      return;
    }
    void reply.header('www-authenticate', 'Bearer realm="ringbro"');
    sendProblem(reply, problem('request/unauthorized'));
  };
}
