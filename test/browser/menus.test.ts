import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser } from '../setup/browser.ts';
import { type ServedMarket, serveMarket } from '../setup/served-market.ts';
import { PHONE } from '../setup/visitors.ts';

/** header, strip, footer and the navigation at the bottom of a phone: what everybody has */
const AROUND = '.site-header a, .strip a, .site-footer a, .bottom-nav a';
/** what a role adds to it */
const MENU = '.side-nav a, .strip__work a';

const WHO = ['employee', 'buyer', 'approver', 'organizer', 'supplier', 'certifier', 'operator', 'workteam'];
const LOCALES = ['zh', 'en'] as const;

describeInBrowser('every link of every menu, on a phone, in both languages', () => {
  let market: ServedMarket;
  beforeAll(async () => {
    market = await serveMarket();
  });
  afterAll(() => market?.close());

  it('opens for a visitor and fits', { timeout: 60_000 }, async () => {
    const page = await market.visit({ viewport: PHONE });
    await page.goto('/');
    for (const locale of LOCALES) {
      await speak(page, '/', locale);
      expect(await faultsOf(page, await linksOf(page, AROUND))).toEqual([]);
    }
  });

  it.each(WHO)('opens for %s and fits', { timeout: 60_000 }, async (login) => {
    const page = await market.person(login, { viewport: PHONE });
    for (const locale of LOCALES) {
      await speak(page, '/account', locale);
      await page.goto('/applications/new');
      const links = await linksOf(page, MENU);
      expect(links.length).toBeGreaterThan(1);
      expect(await faultsOf(page, ['/', '/account', '/inbox', ...links])).toEqual([]);
    }
    expect(market.faults).toEqual([]);
    await page.context().close();
  });
});

async function speak(page: Page, path: string, locale: (typeof LOCALES)[number]): Promise<void> {
  await page.goto(path);
  await page.locator(`.header-language button[name=locale][value=${locale}]`).click();
  await page.locator(`html[lang^=${locale}]`).waitFor({ state: 'attached' });
}

/** The addresses on the market that these elements lead to, each once. */
async function linksOf(page: Page, elements: string): Promise<string[]> {
  const all = await page.locator(elements).evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
  return [...new Set(all.filter((href) => href.startsWith('/')))];
}

/** What does not open, is wider than the screen, has no heading or names a message instead of saying it. */
async function faultsOf(page: Page, paths: string[]): Promise<string[]> {
  const faults: string[] = [];
  for (const path of paths) {
    const answer = await page.goto(path, { waitUntil: 'domcontentloaded' });
    const seen = await page.evaluate<{ width: number; text: string; headings: number }>(
      `({ width: document.documentElement.scrollWidth, text: document.body.innerText, headings: document.querySelectorAll('h1').length })`,
    );
    if (answer?.status() !== 200) faults.push(`${path} answers ${answer?.status()}`);
    if (seen.width > PHONE.width) faults.push(`${path} is ${seen.width - PHONE.width} px wider than the screen`);
    if (seen.headings !== 1) faults.push(`${path} has ${seen.headings} headings of the first level`);
    const key = seen.text.match(/\b[a-z]\w+:\w+\.\w+[\w.]*/);
    if (key) faults.push(`${path} says ${key[0]}`);
  }
  return faults;
}
