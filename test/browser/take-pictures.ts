import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { findChromium } from '../../server/cli/bootstrap/chromium.mjs';
import { openBrowser } from '../setup/browser.ts';

const folder = join(import.meta.dirname, 'pictures');
const DESKTOP = { width: 1280, height: 860 };
const PHONE = { width: 390, height: 844 };

/** `npm run pictures -- http://127.0.0.1:3000`: the README's pictures, from a served demonstration. */
async function main(origin = 'http://127.0.0.1:3000'): Promise<void> {
  process.env.CHROMIUM_PATH ||= findChromium() ?? '';
  const browser = await openBrowser();
  await picture(browser, 'home', DESKTOP, async (page) => void (await page.goto(origin)));
  await picture(
    browser,
    'search-on-a-phone',
    PHONE,
    async (page) => void (await page.goto(`${origin}/products?q=gongmi`)),
  );
  await picture(browser, 'board', DESKTOP, async (page) => {
    await signIn(page, origin, 'organizer');
    await page.goto(`${origin}/board`);
  });
  await picture(browser, 'parcel', DESKTOP, async (page) => {
    await signIn(page, origin, 'supplier');
    await page.goto(`${origin}/supplier/fulfilments`);
  });
  await browser.close();
}

async function picture(
  browser: Browser,
  name: string,
  viewport: { width: number; height: number },
  open: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await browser.newPage({ viewport, deviceScaleFactor: 1, locale: 'zh-CN' });
  await open(page);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  console.log(`${name}.png ${viewport.width} × ${viewport.height}`);
  await page.close();
}

async function signIn(page: Page, origin: string, login: string): Promise<void> {
  await page.goto(`${origin}/sign-in`);
  await page.locator('input[name="login"]').fill(login);
  await page.locator('input[name="password"]').fill('bangfu2026');
  await page.locator('main button[type="submit"]').click();
  await page.waitForURL((url) => url.pathname !== '/sign-in');
}

await main(process.argv[2]);
