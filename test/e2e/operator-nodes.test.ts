/** The operator page of one node, and a call on another: two gateways. */
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { dial } from '../../src/caller/phone.ts';
import { silentLogger } from '../../src/caller/silent-logger.ts';
import { processClock } from '../../src/process-clock.ts';
import { says, startBrowser, textOf, type TestBrowser } from './support/browser.ts';
import { createOperatorDesk, operatorPassword } from './support/operator-desk.ts';
import { openEventStream } from './support/event-stream.ts';
import { openNodePair, type NodePair } from './support/node-pair.ts';

let pair: NodePair;
let browser: TestBrowser;

beforeAll(async () => {
  pair = await openNodePair({ RINGBRO_OPERATOR_PASSWORD: operatorPassword });
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
  await pair.close();
});

it('shows a call of another node as it comes, moves and ends, and ends it from here', async () => {
  const { a: here, b: there } = pair;
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
  onTestFinished(() => phone.close());
  await phone.answer;
  await says(page, 'Keying the ID', 'table');
  const [came] = await before.until('call.ringing');
  before.close();
  await phone.press(callId);
  await says(page, 'Waiting to be let in 1');
  await page.locator('tbody a').click();
  await says(page, 'node-b', '.facts');
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
