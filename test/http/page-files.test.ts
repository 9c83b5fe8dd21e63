import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type HttpFixture, openHttpFixture } from './http-fixture.ts';

describe('the pages for people', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let fixture: HttpFixture;
  beforeAll(async () => {
    folder = await temporaryFolder();
    await mkdir(join(folder.path, 'operator'));
    await mkdir(join(folder.path, 'assets'));
    await writeFile(join(folder.path, 'operator/index.html'), '<!doctype html><title>it</title>');
    await writeFile(join(folder.path, 'assets/operator-abc123.js'), 'start()');
    await writeFile(join(folder.path, 'secret.js'), 'none of yours');
    fixture = await openHttpFixture({ pagesFolder: folder.path });
  });
  afterAll(async () => {
    await fixture.close();
    await folder.remove();
  });
  const get = (url: string) => fixture.app.inject({ method: 'GET', url });

  it('one document answers all addresses of the operator page, and lets no other script in', async () => {
    for (const url of ['/operator', '/operator/', '/operator/calls/leg-1', '/operator?problem=x']) {
      const response = await get(url);
      expect(response.statusCode, url).toBe(200);
      expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(response.headers['cache-control']).toBe('no-cache');
      expect(response.headers['content-security-policy']).toContain("script-src 'self';");
      expect(response.headers['content-security-policy']).not.toContain('unsafe');
      expect(response.body).toContain('<title>it</title>');
    }
  });

  it('files with a hash in their name are kept by browsers for good', async () => {
    const response = await get('/assets/operator-abc123.js');
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(response.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(response.headers['x-content-type-options']).toBe('nosniff');
    expect(response.body).toBe('start()');
  });

  it.each([
    '/assets/other.js',
    '/assets/..%2Fsecret.js',
    '/assets/.%2E/secret.js',
    '/assets/%2e%2e%5csecret.js',
    '/assets/.hidden.js',
    '/assets/operator-abc123.js%00',
    '/assets/',
  ])('nothing else is sent: %s', async (url) => {
    const response = await get(url);
    expect(response.statusCode).toBe(404);
    expect(response.body).not.toContain('none of yours');
  });

  it('says how to build the page where it was not built', async () => {
    const unbuilt = await openHttpFixture({ pagesFolder: join(folder.path, 'nowhere') });
    const response = await unbuilt.app.inject({ method: 'GET', url: '/operator' });
    expect(response.statusCode).toBe(503);
    expect(response.body).toContain('npm run build:web');
    await unbuilt.close();
  });
});
