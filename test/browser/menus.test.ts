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
    await inBothLanguages(
      () => market.visit({ viewport: PHONE }),
      async (page) => {
        await page.goto('/');
        return linksOf(page, AROUND);
      },
    );
  });

  it.each(WHO)('opens for %s and fits', { timeout: 60_000 }, async (login) => {
    await inBothLanguages(
      () => market.person(login, { viewport: PHONE }),
      async (page) => {
        await page.goto('/applications/new');
        const links = await linksOf(page, MENU);
        expect(links.length).toBeGreaterThan(1);
        return ['/', '/account', '/inbox', ...links];
      },
    );
  });

  /** Opens what each finds, in two browsers beside one another: one reads Chinese, one English. */
  async function inBothLanguages(come: () => Promise<Page>, find: (page: Page) => Promise<string[]>): Promise<void> {
    const faults = await Promise.all(
      LOCALES.map(async (locale) => {
        const page = await come();
        await speak(page, locale);
        const found = await faultsOf(page, await find(page));
        await page.context().close();
        return found.map((fault) => `${locale} ${fault}`);
      }),
    );
    expect([...faults.flat(), ...market.faults]).toEqual([]);
  }
});

async function speak(page: Page, locale: (typeof LOCALES)[number]): Promise<void> {
  await page.goto('/trace');
  await page.locator(`.header-language button[name=locale][value=${locale}]`).click();
  await page.locator(`html[lang^=${locale}]`).waitFor({ state: 'attached' });
}

/** The addresses on the market that these elements lead to; of a page with filters one is enough. */
async function linksOf(page: Page, elements: string): Promise<string[]> {
  const all = await page.locator(elements).evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
  const own = all.filter((href) => href.startsWith('/'));
  return [...new Map(own.map((href) => [href.replace(/[?#].*/, ''), href])).values()];
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
