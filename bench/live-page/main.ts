/** `npm run bench:live-page`: how smoothly the operator page follows many calls, in a real Chromium. */
import { parseArgs } from 'node:util';
import puppeteer, { type Page } from 'puppeteer-core';
import { cheapPasswords, openHttpFixture, type HttpFixture } from '../../test/http/http-fixture.ts';
import { findChromium } from '../../test/support/chromium.ts';
import { describeMachine } from '../support/machine.ts';
import { percentile } from '../support/statistics.ts';
import { probe, readProbe } from './probe.ts';
import { createTraffic } from './traffic.ts';

const help = `npm run bench:live-page [-- options]

  --calls N      live at any time          [500]
  --rate N       events a second           [25]
  --seconds N    how long it is measured   [30]`;

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '500' },
    rate: { type: 'string', default: '25' },
    seconds: { type: 'string', default: '30' },
    help: { type: 'boolean', default: false },
  },
});

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
const password = 'a password for the measurement';

async function signIn(http: HttpFixture, page: Page, url: string, calls: number): Promise<void> {
  const account = { name: 'bench', scopes: ['operator', 'read-only'], password };
  await http.request('POST', '/api/accounts', account);
  await page.goto(`${url}/operator`);
  await page.locator('input[name=name]').fill(account.name);
  await page.locator('input[name=password]').fill(password);
  await page.keyboard.press('Enter');
  // The table knows of all, and draws those in sight.
  const all = `[...document.querySelectorAll('.count')].reduce((sum, { textContent }) => sum + Number(textContent), 0) >= ${calls}`;
  await page.waitForFunction(all, { timeout: 30_000 });
}

async function measure(): Promise<void> {
  const [calls, rate, seconds] = [values.calls, values.rate, values.seconds].map(Number);
  if (calls === undefined || rate === undefined || seconds === undefined) return;
  const http = await openHttpFixture({
    publicUrl: 'http://127.0.0.1',
    passwords: cheapPasswords,
    levels: () => Promise.resolve(traffic.levels()),
  });
  const traffic = createTraffic(http, calls);
  const browser = await puppeteer.launch({
    executablePath: findChromium() ?? 'chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  try {
    await traffic.fill();
    const url = await http.app.listen({ host: '127.0.0.1', port: 0 });
    const page = await browser.newPage();
    await page.setViewport({ width: 1280, height: 900 });
    await page.evaluateOnNewDocument(probe);
    await signIn(http, page, url, calls);
    await sleep(2_000);
    await page.evaluate('probe.start()');
    for (let sent = 0; sent < rate * seconds; sent += 1) {
      await traffic.step();
      await sleep(1000 / rate);
    }
    await sleep(1_000);
    report(await readProbe(page), { calls, rate, seconds });
  } finally {
    await browser.close();
    await http.close();
  }
}

function report(
  { updatesMs, longTasksMs, seconds, heapMb }: Awaited<ReturnType<typeof readProbe>>,
  { calls, rate }: { calls: number; rate: number; seconds: number },
): void {
  const ms = (share: number): string => `${percentile(updatesMs, share).toFixed(0)} ms`;
  const busyMs = longTasksMs.reduce((sum, each) => sum + each, 0);
  const { date, cores, cpuModel, node } = describeMachine(new Date());
  print(
    `${date}: ${cores} cores (${cpuModel}), Node ${node}; ${calls} calls, ${rate} events a second\n`,
  );
  print('| event to painted p50 | p95 | p99 | most | tasks over 50 ms | of the time | heap |');
  print('| --- | --- | --- | --- | --- | --- | --- |');
  print(
    `| ${ms(0.5)} | ${ms(0.95)} | ${ms(0.99)} | ${ms(1)} | ${longTasksMs.length} in ${seconds.toFixed(0)} s | ${((100 * busyMs) / (seconds * 1000)).toFixed(1)} % | ${heapMb.toFixed(0)} MB |`,
  );
  print(`\n${updatesMs.length} updates`);
}

if (values.help) print(help);
else await measure();
