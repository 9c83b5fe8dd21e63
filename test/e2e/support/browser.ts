/** A real Chromium without a screen: pages as people see and key them. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import axe from 'axe-core';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { findChromium } from '../../support/chromium.ts';
import { sleep } from './meeting-stage.ts';

export const screenshots = resolve('.cache/screenshots');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const desktop = { width: 1280, height: 900 };
const phone = { width: 390, height: 844 };

export interface TestBrowser {
  /** A page of a person of their own: no cookies, this language. Fails the test at what its script throws. */
  page(language: string): Promise<Page>;
  /** What went wrong in any page: faults of scripts, what the policy refused, answers of 500 and above. */
  readonly faults: string[];
  close(): Promise<void>;
}

export async function startBrowser(): Promise<TestBrowser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no Chromium: apt-get install chromium');
  const browser: Browser = await puppeteer.launch({
    executablePath,
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars'],
      // WebRTC where there is no network but loopback.
      ...['--allow-loopback-in-peer-connection', '--disable-features=WebRtcHideLocalIpsWithMdns'],
    ],
  });
  const faults: string[] = [];
  await mkdir(screenshots, { recursive: true });
  return {
    faults,
    async page(language) {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      await page.setViewport(desktop);
      const languages = `Object.defineProperty(navigator, 'languages', { get: () => ['${language}'] })`;
      await page.evaluateOnNewDocument(languages);
      page.on('pageerror', (error) => faults.push(String(error)));
      page.on('console', (message) => {
        // 401 is how a page learns that nobody is signed in.
        if (message.type() === 'error' && !message.text().includes('401'))
          faults.push(message.text());
      });
      page.on('response', (response) => {
        if (response.status() >= 500) faults.push(`${response.status()} ${response.url()}`);
      });
      return page;
    },
    close: () => browser.close(),
  };
}

/** What an element says, as it is shown; empty where there is none. */
export async function textOf(page: Page, selector: string): Promise<string> {
  const text = `document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`;
  // Between two pages there is nothing to ask.
  return String(await page.evaluate(text).catch(() => ''));
}

/** Waits until the page says this somewhere; `within`: in this element. */
export async function says(page: Page, wanted: string, within = 'body'): Promise<void> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const text = await textOf(page, within);
    if (text.includes(wanted)) return;
    if (Date.now() > deadline) throw new Error(`"${wanted}" was not said, but:\n${text}`);
    await sleep(50);
  }
}

/**
 * The page in light and dark, and as wide as a phone; kept to be looked at, and so none where nobody
 * will. `fullPage`: to its end.
 */
export async function takePictures(page: Page, name: string, fullPage = false): Promise<void> {
  if (process.env['CI'] !== undefined) return;
  // What sticks to the window would stand in the middle of the page.
  if (fullPage) await page.evaluate('scrollTo(0, 0)');
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.screenshot({ path: join(screenshots, `${name}-${scheme}.png`), fullPage });
  }
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
  await page.setViewport(phone);
  await page.screenshot({ path: join(screenshots, `${name}-phone.png`), fullPage });
  await page.setViewport(desktop);
}

/** What WCAG 2.2 A and AA forbid and a program can see, as `rule: where`; in light and dark, and as wide as a phone. */
export async function accessFaults(page: Page): Promise<string[]> {
  const found: string[] = [];
  // By the debugger: the page's own policy lets no script in, as it should.
  await page.evaluate(axe.source);
  const look = async (as: string, runOnly: object | readonly string[]): Promise<void> => {
    const violations = (await page.evaluate(
      `axe.run(document, ${JSON.stringify({ runOnly })}).then(({ violations }) =>
        violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' | ')))`,
    )) as string[];
    found.push(...violations.map((violation) => `${as} ${violation}`));
  };
  await look('light', rules);
  // Of what is dark, or narrow, the rest is the same.
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  await look('dark', { type: 'rule', values: ['color-contrast'] });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
  await page.setViewport(phone);
  await look('phone', { type: 'rule', values: ['target-size', 'scrollable-region-focusable'] });
  const isWider = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
  if (isWider === true) found.push('phone: wider than its window');
  await page.setViewport(desktop);
  return found;
}
