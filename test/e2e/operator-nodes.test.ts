/** The operator page of one node, and a call on another: one PostgreSQL, two gateways. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dial } from '../../src/caller/phone.ts';
import { silentLogger } from '../../src/caller/silent-logger.ts';
import { processClock } from '../../src/process-clock.ts';
import { startLiveKitServer } from '../support/livekit-server.ts';
import { startPostgresServer } from '../support/postgres-server.ts';
import { says, startBrowser, textOf, type TestBrowser } from './support/browser.ts';
import { startGateway, type GatewayProcess } from './support/gateway-process.ts';
import { createOperatorDesk, operatorPassword } from './support/operator-desk.ts';
import { openEventStream } from './support/event-stream.ts';

let here: GatewayProcess;
let there: GatewayProcess;
let browser: TestBrowser;
/** What has to go, though a start failed half-way. */
const opened: (() => Promise<void>)[] = [];

beforeAll(async () => {
  const postgres = await startPostgresServer();
  opened.push(() => postgres.close());
  const livekit = await startLiveKitServer();
  opened.push(() => livekit.close());
  const env = {
    DATABASE_URL: await postgres.newDatabase(),
    RINGBRO_PIN_SECRET: randomBytes(32).toString('hex'),
    RINGBRO_OPERATOR_PASSWORD: operatorPassword,
    RINGBRO_ADMISSION_WORDS: 'tone',
    RINGBRO_FIRST_MEETING: 'no',
    RINGBRO_WORKERS: '1',
  };
  const start = async (nodeId: string): Promise<GatewayProcess> => {
    const node = await startGateway({ livekit, env: { ...env, RINGBRO_NODE_ID: nodeId } });
    opened.push(() => node.forget());
    return node;
  };
  here = await start('here');
  there = await start('there');
  browser = await startBrowser();
  opened.push(() => browser.close());
});
afterAll(async () => {
  for (const close of opened.toReversed()) await close();
});

it('shows a call of another node as it comes, moves and ends, and ends it from here', async () => {
  const desk = createOperatorDesk({ gateway: here });
  const page = await browser.page('en-GB');
  await desk.signIn(page);
  await says(page, 'No calls right now.');
  const before = await openEventStream(there);
  const { body } = await here.api('POST', '/api/meetings', { admission: 'lobby' });
  const { callId } = body as { callId: string };

  const phone = await dial(`sip:0480445511@127.0.0.1:${there.sipPort}`, {
    localAddress: '127.0.0.1',
    clock: processClock,
    log: silentLogger,
    number: '+46701234567',
  });
  opened.push(() => phone.close());
  await phone.answer;
  await says(page, 'Keying the ID', 'table');
  const [came] = await before.until('call.ringing');
  before.close();
  await phone.press(callId);
  await says(page, 'Waiting to be let in 1');
  await page.locator('tbody a').click();
  await says(page, 'there', '.facts');
  await page.locator('.actions ::-p-text(Let in)').click();
  await says(page, 'Is in the meeting');
  await page.locator('.actions .harsh').click();
  await page.locator('dialog .harsh').click();
  await says(page, 'The call was ended from here or by another system.');

  // Whoever loses its node goes on at another one, from where it was.
  const after = await openEventStream(here, came);
  const types = await after.until('call.ended');
  after.close();
  expect(types).not.toContain('reset');
  expect(await textOf(page, 'h1')).toContain('+46•••••67');
});
