import { load } from 'cheerio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldTally } from '../../../server/quotas/tally/fold-tally.ts';
import { type Agent, signInAs } from '../../setup/app.ts';
import { aProgramme, aTarget } from '../../world/programmes.ts';
import { type Market, openMarket } from '../market.ts';

let market: Market;
const agents = new Map<string, Agent>();

/** A year with receipts, shortages, cancellations, individuals, a unit in two groups, half of it folded. */
beforeAll(async () => {
  market = await openMarket('2026-03-02');
  const { units, products, programmes, categories, groups, places } = market.world;
  const { db } = market.app;
  await aTarget(db, { programme: programmes.group, unit: units.bank, fen: 1_000_000 });
  await aTarget(db, { programme: programmes.group, unit: units.bank, grams: 5_000_000, category: categories.rice });
  await aTarget(db, { programme: programmes.group, unit: units.bureau, grams: 400_000, category: categories.rice });
  await aProgramme(db, { code: 'wulong-2026', group: groups.wulong, assistedPlace: places.wulong, year: 2026 });
  await db.unit.update({ where: { id: units.bank.id }, data: { placeId: places.wulong.id } });
  const tea = (quantity: number) => [{ productId: products.tea.id, quantity }];
  const rice = (quantity: number) => [{ productId: products.rice.id, quantity }];
  await market.deliver(await market.buy('buyer', { lines: tea(5), unit: units.bank }), 4);
  await market.buy('employee', { lines: tea(2) });
  await market.deliver(await market.buy('prisonBuyer', { lines: rice(20), unit: units.firstPrison }));
  await foldTally(db);
  market.turnTo('2026-05-20');
  await market.deliver(await market.buy('buyer', { lines: rice(10), unit: units.bank, fundingSource: 'union_funds' }));
  await market.cancel(await market.buy('buyer', { lines: tea(3), unit: units.bank }));
  await market.buy('colleague', { lines: tea(1) });
  await market.buy('dualBuyer', { lines: tea(2), unit: units.dual });
  await market.settle();
});
afterAll(() => market.app.close());

async function open(login: string, path: string) {
  const agent = agents.get(login) ?? (await signInAs(market.app.visitor(), login));
  agents.set(login, agent);
  const answer = await agent.get(path);
  return { status: answer.status, $: load(answer.text), text: answer.text };
}

interface Figure {
  text: string;
  href: string;
}

async function figuresOn(login: string, path: string): Promise<Figure[]> {
  const { status, $ } = await open(login, path);
  expect(status).toBe(200);
  const found = $('a.figure[href*="/entries"]')
    .toArray()
    .map((link) => ({ text: $(link).text().trim(), href: $(link).attr('href') ?? '' }));
  return [...new Map(found.map((figure) => [figure.href, figure])).values()];
}

const followed = new Map<string, string>();

/** Follows a figure and adds up what is listed there, page by page; tells what the page says of the sum. Each address once. */
async function listed(login: string, href: string): Promise<string> {
  const known = followed.get(href) ?? (await addUp(login, href));
  followed.set(href, known);
  return known;
}

async function addUp(login: string, href: string): Promise<string> {
  const event = new URL(href, 'http://market').searchParams.get('event');
  const sum = { fen: 0, grams: 0 };
  const said: { fen: string | undefined; grams: string | undefined; texts: string } = { fen: '', grams: '', texts: '' };
  for (let next: string | undefined = href; next; ) {
    const { status, $ } = await open(login, next);
    expect(status).toBe(200);
    const box = $(`[data-sum="${event}"]`);
    Object.assign(said, { fen: box.attr('data-fen'), grams: box.attr('data-grams'), texts: box.text() });
    for (const row of $('#entries tbody tr').toArray()) {
      expect($(row).attr('data-event')).toBe(event);
      sum.fen += Number($(row).attr('data-fen'));
      sum.grams += Number($(row).attr('data-grams'));
    }
    next = $('a[rel="next"]').attr('href');
  }
  expect([String(sum.fen), String(sum.grams)]).toEqual([said.fen, said.grams]);
  return said.texts;
}

const PAGES = [
  '/board?programme=commerce-2026',
  '/board?programme=county-2026',
  ...['group', 'county', 'unit_place', 'village', 'category', 'funding', 'channel', 'month'].map(
    (by) => `/board?programme=county-2026&by=${by}`,
  ),
  '/board?programme=commerce-2026&category=rice',
  '/board?programme=county-2026&group=wulong&funding=canteen_budget',
  '/board?programme=commerce-2026&at=2026-04-30',
  '/board?programme=commerce-2026&by=month&at=2026-04-30&funding=individual',
  '/board/commerce-2026/units/bank',
  '/board/commerce-2026/units/bureau',
  '/board/commerce-2026/units/bank?at=2026-03-31&category=tea',
];

describe('every figure of a board or unit’s page', () => {
  it.each(PAGES)('leads to the entries that add up to it: %s', async (path) => {
    const figures = await figuresOn('operator', path);
    expect(figures.length).toBeGreaterThan(3);
    for (const { text, href } of figures) {
      const said = await listed('operator', href);
      expect(said, `${text} of ${href}`).toContain(text);
    }
  });
});

describe('filters', () => {
  it('stay in every link of the page, tabs, sorts, units and figures', async () => {
    const { $ } = await open('operator', '/board?programme=county-2026&funding=canteen_budget&at=2026-05-31');
    const links = $(
      '.tabs a, .sort-links a, .board-table a, .tile, .part a, a.state-filter[href*="#rows"], a[href^="/board.xlsx"]',
    )
      .toArray()
      .map((link) => $(link).attr('href') ?? '');
    expect(links.length).toBeGreaterThan(20);
    for (const href of links) {
      expect(href).toContain('at=2026-05-31');
      expect(href, href).toMatch(/funding=/);
    }
  });

  it('are told in words and can be taken away one by one', async () => {
    const { $ } = await open('operator', '/board?programme=county-2026&funding=union_funds&category=rice&group=wulong');
    expect($('.active-filters').text()).toContain('工会经费');
    const removing = $('.active-filters a').first().attr('href') ?? '';
    expect(removing).not.toContain('group=');
    expect(removing).toContain('funding=union_funds');
  });

  it('judge only targets within them', async () => {
    const { $ } = await open('operator', '/board?programme=commerce-2026&category=rice');
    const bank = $('.board-table tbody tr').filter((_, row) => $(row).find('th').text().includes('农行市分行'));
    expect(bank.text()).toContain('公斤');
    expect(bank.find('.state').length).toBe(1);
    const funded = await open('operator', '/board?programme=commerce-2026&funding=individual');
    expect(funded.$('.stats').text()).not.toContain('任务数');
  });

  it('keep the three places apart: assisted place, units’ own place, goods’ origin', async () => {
    const code = market.world.places.wulong.code;
    const { $ } = await open('operator', `/board?assistedPlace=${code}`);
    expect($('h1').text()).toBe('wulong-2026');
    expect($('[data-assisted] a[aria-current]').text()).toBe('武隆区');
    const elsewhere = await open('operator', `/board?programme=commerce-2026&originPlace=${code}`);
    expect(elsewhere.status).toBe(200);
    expect((await open('operator', '/board?programme=commerce-2026&originPlace=atlantis')).status).toBe(400);
  });
});

describe('a board of a past day', () => {
  it('says what came since', async () => {
    const { $ } = await open('operator', '/board?programme=commerce-2026&at=2026-04-30');
    const then = await open('operator', '/board?programme=commerce-2026');
    expect($('.notice--warning').text()).toContain('此后至今');
    expect($('.stats').text()).not.toBe(then.$('.stats').text());
  });
});

describe('entries as files', () => {
  it('hold the same sum as the page', async () => {
    const href = '/board/commerce-2026/entries?event=placed&unit=bank';
    const { $ } = await open('operator', href);
    const agent = agents.get('operator') as Agent;
    const csv = await agent.get($('a[href*="entries.csv"]').attr('href') ?? '');
    const [head = '', ...lines] = csv.text.replace('\uFEFF', '').trim().split('\r\n');
    const column = head.split(',').indexOf('金额（元）');
    const cents = lines.map((line) => Math.round(Number(line.split(',')[column]) * 100));
    expect(String(cents.reduce((sum, fen) => sum + fen, 0))).toBe($('[data-sum="placed"]').attr('data-fen'));
    const excel = await agent.get($('a[href*="entries.xlsx"]').attr('href') ?? '').buffer(true);
    expect(excel.status).toBe(200);
    expect(excel.headers['content-type']).toContain('spreadsheetml');
  });
});

describe('who may follow a figure', () => {
  it('an employee reads the own lines alone, whatever is asked', async () => {
    for (const query of ['', '?unit=bank', '?unit=bank&month=2026-05', '?unit=bank&category=tea&at=2026-05-20']) {
      const { status, $, text } = await open('employee', `/board/commerce-2026/entries${query}`);
      expect(status).toBe(200);
      const own = Number($('[data-sum="placed"]').attr('data-fen'));
      expect([0, 25_600]).toContain(own);
      expect(text).not.toContain('¥512.00');
    }
    expect((await open('employee', '/board/commerce-2026/entries?unit=bureau')).status).toBe(404);
  });

  it('an employee sees neither a past day nor a part of the unit, whose difference could be one colleague’s purchase', async () => {
    const now = await open('employee', '/board/commerce-2026/units/bank');
    for (const query of ['at=2026-05-19', 'category=tea', 'funding=individual', 'channel=market', 'group=commerce']) {
      const { status, $ } = await open('employee', `/board/commerce-2026/units/bank?${query}`);
      expect(status).toBe(200);
      expect($('.stats').text()).toBe(now.$('.stats').text());
      expect($('.calendar, .part, .awaited, .day-form')).toHaveLength(0);
    }
    expect((await market.get('employee', '/programmes/commerce-2026/progress?at=2026-05-19')).status).toBe(403);
  });

  it('nobody sees an individual’s order, and the line of a unit’s purchase only who answers for the unit', async () => {
    const organizer = await open('organizer', '/board/commerce-2026/entries?funding=individual');
    expect(organizer.$('#entries tbody tr').length).toBeGreaterThan(0);
    expect(organizer.$('#entries a[href^="/orders/"]')).toHaveLength(0);
    const buyer = await open('buyer', '/board/commerce-2026/entries?unit=bank&funding=canteen_budget');
    expect(buyer.$('#entries a[href^="/orders/"]').length).toBeGreaterThan(0);
    expect((await open('buyer', '/board/commerce-2026/entries?unit=bureau')).status).toBe(404);
    expect((await open('buyer', '/board/commerce-2026/entries?group=commerce')).status).toBe(403);
    expect((await open('outsider', '/board/commerce-2026/entries')).status).toBe(404);
  });
});
