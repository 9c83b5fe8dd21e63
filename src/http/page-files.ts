/**
 * The pages for people, as `npm run build:web` makes them. A page is one document for all of its
 * addresses; what it is made of has a hash in its name and never changes.
 */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyPluginCallback, FastifyReply } from 'fastify';
import { ProblemError } from './problems.ts';

const builtFolder = fileURLToPath(new URL('../../web/dist', import.meta.url));

const mediaTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Everything comes from this server, and no string ever becomes script or markup. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const notBuilt = Buffer.from(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>ringbro</title>
<h1>This page has not been built</h1>
<p><code>npm run build:web</code> builds it; <code>npm install</code> does so by itself. The API works without it.</p>
</html>
`);

/** Undefined where there is no such file. */
const read = (path: string): Promise<Buffer | undefined> => readFile(path).catch(() => undefined);

async function sendPage(reply: FastifyReply, folder: string, page: string): Promise<FastifyReply> {
  const html = await read(join(folder, page, 'index.html'));
  return reply
    .code(html === undefined ? 503 : 200)
    .type('text/html; charset=utf-8')
    .header('content-security-policy', pagePolicy)
    .header('referrer-policy', 'no-referrer')
    .header('cross-origin-opener-policy', 'same-origin')
    .header('permissions-policy', 'camera=(), microphone=(), geolocation=()')
    .header('cache-control', 'no-cache')
    .send(html ?? notBuilt);
}

/** @param folder where the built pages are; by default where the build puts them */
export function pageFiles(folder: string = builtFolder): FastifyPluginCallback {
  const schema = { hide: true };
  return (app, _options, done) => {
    for (const url of ['/operator', '/operator/*'])
      app.get(url, { schema }, (_request, reply) => sendPage(reply, folder, 'operator'));
    app.get<{ Params: { file: string } }>('/assets/:file', { schema }, async (request, reply) => {
      const { file } = request.params;
      const type = mediaTypes[extname(file)];
      // No separator and no leading dot: nothing outside the folder has such a name.
      const known = type !== undefined && /^\w[\w.-]*$/.test(file);
      const content = known ? await read(join(folder, 'assets', file)) : undefined;
      if (content === undefined || type === undefined) throw new ProblemError('request/not-found');
      return reply
        .type(type)
        .header('cache-control', 'public, max-age=31536000, immutable')
        .send(content);
    });
    done();
  };
}
