/** The operator page of a staged gateway, as people use it. */
import type { Page } from 'puppeteer-core';
import { accessFaults, says, takePictures } from './browser.ts';
import type { MeetingStage } from './meeting-stage.ts';

export const operatorPassword = 'a password for tests';

export interface OperatorDesk {
  /** By keyboard alone. */
  signIn(page: Page, name?: string, secret?: string): Promise<void>;
  makeAccount(name: string, scopes: readonly string[]): Promise<void>;
  /** By the menu; waits until the page says this. Leaves pictures, and answers what is not accessible. */
  visit(page: Page, inMenu: string, wanted: string, picture: string): Promise<string[]>;
}

export function createOperatorDesk({ gateway }: Pick<MeetingStage, 'gateway'>): OperatorDesk {
  return {
    async signIn(page, name = 'operator', secret = operatorPassword) {
      await page.goto(`${gateway.httpUrl}/operator`);
      await page.waitForSelector('input[name=name]:focus');
      await page.keyboard.type(name);
      await page.keyboard.press('Tab');
      await page.keyboard.type(secret);
      await page.keyboard.press('Enter');
    },
    async makeAccount(name, scopes) {
      const account = { name, scopes, password: operatorPassword };
      const { status } = await gateway.api('POST', '/api/accounts', account);
      if (status !== 201) throw new Error(`no account: ${status}`);
    },
    async visit(page, inMenu, wanted, picture) {
      await page.locator(`nav ::-p-text(${inMenu})`).click();
      await says(page, wanted);
      await takePictures(page, picture);
      return accessFaults(page);
    },
  };
}
