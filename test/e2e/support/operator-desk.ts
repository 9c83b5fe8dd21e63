/** The operator page of a staged gateway, as people use it. */
import type { Page } from 'puppeteer-core';
import { accessFaults, says, startBrowser, takePictures, type TestBrowser } from './browser.ts';
import { createMeetingStage, type MeetingStage } from './meeting-stage.ts';

export const operatorPassword = 'a password for tests';

export interface OperatorDesk {
  /** By keyboard alone. */
  signIn(page: Page, name?: string, secret?: string): Promise<void>;
  /** Its name is another one each time: a test that is tried again finds what its first try left behind. */
  makeAccount(name: string, scopes: readonly string[]): Promise<string>;
  /** A name that nobody has, to be keyed in on the page. */
  unusedName(name: string): string;
  /** By the menu; waits until the page says this. Leaves pictures, and answers what is not accessible. */
  visit(page: Page, inMenu: string, wanted: string, picture: string): Promise<string[]>;
}

export function createOperatorDesk({ gateway }: Pick<MeetingStage, 'gateway'>): OperatorDesk {
  let names = 0;
  const unusedName: OperatorDesk['unusedName'] = (name) => {
    names += 1;
    return `${name}${names}`;
  };
  return {
    unusedName,
    async signIn(page, name = 'operator', secret = operatorPassword) {
      await page.goto(`${gateway.httpUrl}/operator`);
      await page.waitForSelector('input[name=name]:focus');
      await page.keyboard.type(name);
      await page.keyboard.press('Tab');
      await page.keyboard.type(secret);
      await page.keyboard.press('Enter');
    },
    async makeAccount(name, scopes) {
      const account = { name: unusedName(name), scopes, password: operatorPassword };
      const { status } = await gateway.api('POST', '/api/accounts', account);
      if (status !== 201) throw new Error(`no account: ${status}`);
      return account.name;
    },
    async visit(page, inMenu, wanted, picture) {
      await page.locator(`nav ::-p-text(${inMenu})`).click();
      await says(page, wanted);
      await takePictures(page, picture);
      return accessFaults(page);
    },
  };
}

export interface OperatorStage {
  readonly stage: MeetingStage;
  readonly browser: TestBrowser;
  readonly desk: OperatorDesk;
  readonly close: () => Promise<void>;
}

/** A stage whose operator page is looked at in a browser. */
export const openOperatorStage = async (
  env: Readonly<Record<string, string>> = {},
): Promise<OperatorStage> => {
  const stage = await createMeetingStage({ RINGBRO_OPERATOR_PASSWORD: operatorPassword, ...env });
  const browser = await startBrowser();
  return {
    stage,
    browser,
    desk: createOperatorDesk(stage),
    close: async () => {
      await browser.close();
      await stage.close();
    },
  };
};
