import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { pathTo } from '../../server/paths.ts';
import { CHECKS } from '../../server/suppliers/applications/application-form.ts';
import { photo } from '../suppliers/application-story.ts';

/** A picture as a person chooses it from their computer. */
export const paper = (name: string) => ({ name, mimeType: 'image/png', buffer: photo });

export const main = (page: Page) => page.getByRole('main');

/** Presses a button of the page's main part and waits for the page that it leads to. */
export async function press(page: Page, name: string): Promise<void> {
  await Promise.all([page.waitForEvent('load'), main(page).getByRole('button', { name, exact: true }).click()]);
}

export async function says(page: Page, ...texts: string[]): Promise<void> {
  const shown = await main(page).innerText();
  for (const text of texts) expect(shown, page.url()).toContain(text);
}

/** Fills fields by their names; a select takes the value of a choice. */
export async function fill(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) {
    const choice = main(page).locator(`select[name="${name}"]`);
    if ((await choice.count()) > 0) await choice.selectOption(value);
    else await main(page).locator(`[name="${name}"]`).fill(value);
  }
}

export async function attach(page: Page, kind: string, name: string): Promise<void> {
  await main(page).locator(`input[name="document.${kind}"]`).setInputFiles(paper(name));
}

/** Opens the case of this name from the list in which it waits. */
export async function openCase(page: Page, list: 'own' | 'recommend' | 'review', name: string): Promise<void> {
  await page.goto(pathTo('applications', { list }));
  await main(page).getByRole('link', { name }).click();
  await page.waitForURL('**/applications/*');
}

export async function recommendCase(page: Page, name: string): Promise<void> {
  await openCase(page, 'recommend', name);
  await fill(page, { recommendation: '已到现场核实，属实，同意推荐' });
  await press(page, '推荐');
  await says(page, '已推荐');
}

/** Ticks the whole check-list off, passes and publishes; answers with the notice's path. */
export async function publishCase(page: Page, name: string, subject: keyof typeof CHECKS): Promise<string> {
  await openCase(page, 'review', name);
  for (const item of CHECKS[subject]) await main(page).locator(`input[name="check.${item}"][value="ok"]`).check();
  await press(page, '保存审核清单');
  await fill(page, { issuer: '秀山县农业农村委（测试）' });
  await press(page, '通过审核并公示');
  await says(page, '公示中');
  return (await main(page).locator('a[href^="/notices/"]').first().getAttribute('href')) ?? '';
}

/** Certifies; answers with the certificate's number. */
export async function certifyCase(page: Page, name: string): Promise<string> {
  await openCase(page, 'review', name);
  await press(page, '认定并发证');
  await says(page, '认定有效');
  const number = /BF\d{4}[SP]\d{6}/.exec(await main(page).innerText())?.[0];
  expect(number, page.url()).toBeDefined();
  return number ?? '';
}
