import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { PASSWORD } from '../world/users.ts';

export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1280, height: 860 };

/** People at a market, each in a browser context of their own. */
export interface Visitors {
  /** what failed in their pages: a script's error, a refused style, an answer from 500 on */
  faults: string[];
  /** somebody without an account */
  visit: (options?: BrowserContextOptions) => Promise<Page>;
  /** whoever signs in as `login` */
  person: (login: string, options?: BrowserContextOptions) => Promise<Page>;
}

export function visitorsOf(browser: Browser, baseURL: string): Visitors {
  const faults: string[] = [];
  const visit = async (options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ viewport: DESK, locale: 'zh-CN', baseURL, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`));
    page.on('console', (said) => said.type() === 'error' && faults.push(`${page.url()}: ${said.text()}`));
    page.on('response', (answer) => answer.status() >= 500 && faults.push(`${answer.url()}: ${answer.status()}`));
    return page;
  };
  const person = async (login: string, options: BrowserContextOptions = {}) => {
    const page = await visit(options);
    await page.goto('/sign-in');
    await signIn(page, login);
    return page;
  };
  return { faults, visit, person };
}

/** Fills in the sign-in page that is open, and waits until it is left. */
export async function signIn(page: Page, login: string): Promise<void> {
  await page.getByLabel('账号').fill(login);
  await page.getByLabel('密码').fill(PASSWORD);
  await page.getByRole('main').getByRole('button', { name: '登录' }).click();
  await page.waitForURL((url) => url.pathname !== '/sign-in');
}

/** Nothing on the page is wider than its screen. */
export async function fits(page: Page): Promise<void> {
  const widest = await page.evaluate<number>('document.documentElement.scrollWidth');
  expect(widest, `${page.url()} is wider than the screen`).toBeLessThanOrEqual(page.viewportSize()?.width ?? 0);
}
