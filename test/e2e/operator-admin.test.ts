/** What the operator page keeps and looks after, and its door, in a real browser. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessFaults, says, takePictures, type TestBrowser, textOf } from './support/browser.ts';
import type { MeetingStage } from './support/meeting-stage.ts';
import { openOperatorStage, operatorPassword, type OperatorDesk } from './support/operator-desk.ts';

describe('the pages of who looks after the gateway', () => {
  let stage: MeetingStage;
  let browser: TestBrowser;
  let desk: OperatorDesk;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ stage, browser, desk, close } = await openOperatorStage());
  });
  afterAll(() => close());

  it('searches the log, keeps keys and accounts, and shows who did what', async () => {
    const caller = await stage.phone();
    await caller.answer;
    await stage.clear();
    const page = await browser.page('da-DK');
    await desk.signIn(page);
    await says(page, 'I gang');
    expect(await desk.visit(page, 'Prøveopkald', 'Prøveopkald er slået fra', 'test-calls')).toEqual(
      [],
    );
    expect(await desk.visit(page, 'Opkaldslog', 'opkald vises', 'log-all')).toEqual([]);
    await page.select('select[name=result]', 'abandoned');
    await page.locator('.search ::-p-text(Søg)').click();
    await says(page, 'Opgav', 'tbody');
    expect(page.url()).toContain('result=abandoned');
    await takePictures(page, 'log');
    const table = await page.evaluate("document.querySelector('a[download]').href");
    expect(table).toContain('result=abandoned&separator=semicolon');

    await page.locator('nav ::-p-text(Nøgler)').click();
    await says(page, 'Ny nøgle');
    await page.locator('.panel input').fill('bookingsystem');
    await page.locator('.panel button').click();
    await says(page, 'Nøglen vises kun nu.');
    expect(await textOf(page, 'code.secret')).toMatch(/^rb_/);
    expect(await accessFaults(page)).toEqual([]);
    await takePictures(page, 'keys');
    await page.locator('td button').click();
    await page.locator('dialog .harsh').click();
    await says(page, 'Tilbagekaldt');

    await page.locator('nav ::-p-text(Konti)').click();
    await says(page, 'Ny konto');
    const birgit = desk.unusedName('birgit');
    await page.locator('.panel input').fill(birgit);
    await page.locator('.panel input[type=password]').fill(operatorPassword);
    await page.locator('.panel button').click();
    await says(page, birgit, 'tbody');
    await takePictures(page, 'accounts');
    expect(await accessFaults(page)).toEqual([]);

    const audit = desk.visit(page, 'Hændelseslog', 'POST /api/accounts', 'audit');
    expect(await audit).toEqual([]);
  });

  it('keeps webhooks, and asks whoever leaves the page open whether they are there', async () => {
    const page = await browser.page('sv-SE');
    await desk.signIn(page);
    await says(page, 'Pågående');
    expect(await desk.visit(page, 'Webhooks', 'Ny webhook', 'webhooks-none')).toEqual([]);
    await page.type('.panel input', 'https://receiver.example.org/ringbro');
    await page.type('.panel input[list]', 'call.ended, canary.failed');
    await page.keyboard.press('Enter');
    await says(page, 'Hemligheten för signaturer visas bara nu.');
    await says(page, 'call.ended, canary.failed', 'tbody');
    await takePictures(page, 'webhooks');
    expect(await accessFaults(page)).toEqual([]);
    await page.locator('td ::-p-text(Ta bort)').click();
    await page.locator('dialog .harsh').click();
    await says(page, 'Inget att visa.');

    const session = (await page.evaluate(
      "fetch('/api/session').then((answer) => answer.json())",
    )) as object;
    await page.setRequestInterception(true);
    page.on('request', (request) => {
      const isAsked = request.method() === 'GET' && request.url().endsWith('/api/session');
      const body = JSON.stringify({ ...session, idleInS: 100 });
      void (isAsked ? request.respond({ body }) : request.continue());
    });
    await page.reload();
    await says(page, 'Är du kvar? Du loggas ut om 1:', 'dialog');
    await takePictures(page, 'idle');
    expect(await accessFaults(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog', { hidden: true });
    await says(page, 'Ny webhook');
  });

  it('says what is wrong at the door, and when a session is over', async () => {
    const page = await browser.page('en-GB');
    const carl = await desk.makeAccount('carl', ['read-only']);
    await desk.signIn(page, carl, 'not the password');
    await says(page, 'The name or the password is wrong.');
    expect(await accessFaults(page)).toEqual([]);
    await takePictures(page, 'sign-in');
    for (let more = 0; more < 4; more += 1) await desk.signIn(page, carl, 'not the password');
    await says(page, 'The name or the password is wrong.');
    await desk.signIn(page, carl);
    await says(page, 'Too many tries. Wait');

    const dora = await desk.makeAccount('dora', ['read-only']);
    await desk.signIn(page, dora);
    await says(page, 'No calls right now.');
    expect(await textOf(page, 'nav')).not.toContain('Keys');
    const { body } = await stage.gateway.api('GET', '/api/accounts');
    const { items } = body as { items: { name: string; accountId: string }[] };
    const account = items.find(({ name }) => name === dora);
    await stage.gateway.api('PATCH', `/api/accounts/${account?.accountId}`, { disabled: true });
    await page.locator('nav ::-p-text(Call log)').click();
    await says(page, 'You have been signed out.');
  });

  it('let no script of its pages fail and no policy be broken', () => {
    // What these tests ask for themselves: wrong passwords and one too many.
    const unasked = browser.faults.filter((fault) => !/\b(401|403|429)\b/.test(fault));
    expect(unasked).toEqual([]);
  });
});
