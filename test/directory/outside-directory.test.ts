/** An outside directory on a real port, and the store behind it. */
import { randomInt } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asCallId } from '../../src/call/identifiers.ts';
import type { MeetingDirectory } from '../../src/call/ports/meetings.ts';
import type { Logger } from '../../src/call/ports/process.ts';
import { createAskDirectory } from '../../src/directory/ask-directory.ts';
import { createOutsideDirectory } from '../../src/directory/outside-directory.ts';
import { parseOutsideMeeting } from '../../src/http/outside-meeting.ts';
import { generateCallId } from '../../src/meeting/call-id.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { createManualClock } from '../store/manual-clock.ts';
import { meetingDraft, silentLogger } from '../store/records.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const callId = asCallId('123123789')!;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
let server: Server;
let clock: ReturnType<typeof createManualClock>;
let directory: MeetingDirectory;
let asked: { readonly url: string; readonly authorization: string; readonly body: string }[];
let respond: RequestListener;
let logged: string[];

const json =
  (status: number, body: unknown): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

beforeEach(async () => {
  folder = await temporaryFolder();
  clock = createManualClock();
  asked = [];
  logged = [];
  store = await openStore({
    folder: folder.path,
    nodeId: 'node-a',
    pinSecret: 'secret of the test',
    makeCallId: () => generateCallId(randomInt),
    clock,
    logger: silentLogger,
  });
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { authorization = '' } = request.headers;
      asked.push({ url: request.url ?? '', authorization, body });
      respond(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const note = (fields: object, message: string) =>
    void logged.push(JSON.stringify({ ...fields, message }));
  const logger: Logger = { ...silentLogger, warn: note };
  directory = createOutsideDirectory({
    book: store.meetings,
    marks: store.directory,
    ask: createAskDirectory({ url: `http://127.0.0.1:${port}/ids`, key: 'key', timeoutMs: 300 }),
    toDraft: (body) => parseOutsideMeeting(body, 'Europe/Stockholm'),
    cacheMs: 60_000,
    clock,
    logger,
  });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await store.close();
  await folder.remove();
});

test('an ID that nobody has here is asked for with the key, and becomes a meeting', async () => {
  respond = json(200, { title: 'Samtal', admission: 'lobby', guestPin: '4711' });
  expect(await directory.byCallId(callId)).toMatchObject({ callId, admission: 'lobby' });
  expect(asked).toEqual([
    { url: '/ids', authorization: 'Bearer key', body: '{"callId":"123123789"}' },
  ]);
  expect(await store.meetings.byCallId(callId)).toMatchObject({ guestPin: '4711' });
});

test('a meeting that was booked here is asked of nobody', async () => {
  await store.meetings.create(meetingDraft({ callId }));
  respond = json(404, {});
  expect(await directory.byCallId(callId)).toMatchObject({ callId });
  expect(asked).toEqual([]);
});

test('callers of one meeting who come at once are one question', async () => {
  respond = json(200, {});
  const found = await Promise.all([1, 2, 3].map(() => directory.byCallId(callId)));
  expect(found.map((meeting) => meeting?.callId)).toEqual([callId, callId, callId]);
  expect(asked).toHaveLength(1);
});

test('an answer counts for a while; then a change or an end of the booking is seen', async () => {
  respond = json(200, { admission: 'open' });
  await directory.byCallId(callId);
  respond = json(200, { admission: 'lobby' });
  clock.advance(59_000);
  expect(await directory.byCallId(callId)).toMatchObject({ admission: 'open' });
  clock.advance(1_000);
  expect(await directory.byCallId(callId)).toMatchObject({ admission: 'lobby' });
  respond = json(404, {});
  clock.advance(60_000);
  expect(await directory.byCallId(callId)).toBeUndefined();
});

test('an ID that is not known there is not asked for again at once, but soon', async () => {
  respond = json(404, {});
  expect(await directory.byCallId(callId)).toBeUndefined();
  expect(await directory.byCallId(callId)).toBeUndefined();
  expect(asked).toHaveLength(1);
  respond = json(200, {});
  clock.advance(10_000);
  expect(await directory.byCallId(callId)).toMatchObject({ callId });
});

describe('no good answer', () => {
  const answers: Record<string, [RequestListener, string]> = {
    'a fault': [json(500, {}), 'directory/http-500'],
    'a wrong key': [json(401, {}), 'directory/http-401'],
    'no JSON': [(_request, response) => response.end('<html>'), 'directory/not-json'],
    'another meeting': [json(200, { callId: '987987987' }), 'directory/wrong-answer'],
    'an unknown field': [json(200, { pin: '1234' }), 'directory/wrong-answer'],
    'a wrong field': [json(200, { admission: 'all' }), 'directory/wrong-answer'],
    'PINs that do not go together': [
      json(200, { guestPin: '1234', hostPin: '12345' }),
      'directory/wrong-answer',
    ],
    'too much': [
      (_request, response) => response.end(`"${'x'.repeat(100_000)}"`),
      'directory/too-long',
    ],
    'nothing in time': [() => undefined, 'directory/timeout'],
    'half an answer': [
      (_request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{');
        setImmediate(() => response.destroy());
      },
      'directory/unreachable',
    ],
    'a redirect': [
      (_request, response) => response.writeHead(302, { location: '/other' }).end(),
      'directory/unreachable',
    ],
  };

  test.each(Object.entries(answers))(
    '%s is an error with a code',
    async (_name, [how, problem]) => {
      respond = how;
      await expect(directory.byCallId(callId)).rejects.toMatchObject({
        code: 'directory/unavailable',
      });
      expect(logged.join()).toContain(problem);
      expect(logged.join()).not.toContain('123123789');
      expect(asked).toHaveLength(1);
    },
  );

  test('leaves the meeting as it was last known', async () => {
    respond = json(200, { admission: 'lobby' });
    await directory.byCallId(callId);
    respond = json(503, {});
    clock.advance(3_600_000);
    expect(await directory.byCallId(callId)).toMatchObject({ admission: 'lobby' });
  });
});
