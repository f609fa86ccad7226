import { setTimeout as pause } from 'node:timers/promises';
import { load } from 'cheerio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { categoryTree } from '../../../server/catalog/category-tree.ts';
import { csvLine } from '../../../server/quotas/board/csv.ts';
import { placeTree } from '../../../server/units/place-tree.ts';
import { type Agent, signInAs } from '../../setup/app.ts';
import { personOf } from '../../setup/person.ts';
import { aTarget } from '../../world/programmes.ts';
import { aUnit } from '../../world/units.ts';
import { type Market, openMarket } from '../market.ts';

let market: Market;
/** every statement so far, as Prisma tells of it some time after it, in the order in which they ended */
const told: string[] = [];
const agents = new Map<string, Agent>();

beforeAll(async () => {
  market = await openMarket('2026-07-02', { onQuery: (sql) => void told.push(sql) });
  const { units, products, programmes } = market.world;
  const { db } = market.app;
  await aTarget(db, { programme: programmes.group, unit: units.bank, fen: 1_000_000 });
  await aTarget(db, { programme: programmes.group, unit: units.bureau, fen: 100_000 });
  const lines = [{ productId: products.tea.id, quantity: 5 }];
  await market.deliver(await market.buy('buyer', { lines, unit: units.bank }));
  await market.deliver(await market.buy('prisonBuyer', { lines, unit: units.firstPrison }));
  await market.buy('employee', { lines: [{ productId: products.tea.id, quantity: 1 }] });
  await market.buy('colleague', { lines: [{ productId: products.tea.id, quantity: 4 }] });
});
afterAll(() => market.app.close());

async function signedIn(login: string): Promise<Agent> {
  const agent = agents.get(login) ?? (await signInAs(market.app.visitor(), login));
  agents.set(login, agent);
  return agent;
}

async function open(login: string, path: string) {
  const answer = await (await signedIn(login)).get(path);
  return { answer, $: load(answer.text) };
}

let marks = 0;

/** Sends a statement of its own and waits until it is told of, as all before it then have been; says where it stands. */
async function mark(): Promise<number> {
  marks += 1;
  const statement = `SELECT 'mark ${marks}'`;
  await market.app.db.$queryRawUnsafe(statement);
  while (!told.includes(statement)) await pause(5);
  return told.indexOf(statement);
}

async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const from = await mark();
  await work();
  return told.slice(from + 1, await mark());
}

/** The statements of a page alone: without the trees that a process reads every ten seconds, and the payment sandbox's own clock. */
async function statementsOfPage(login: string, path: string): Promise<string[]> {
  const { db } = market.app;
  const agent = await signedIn(login);
  const loaded = await statementsOf(async () => {
    categoryTree.forget(db);
    placeTree.forget(db);
    await Promise.all([categoryTree(db), placeTree(db)]);
  });
  const ofTrees = loaded.filter((sql) => /FROM \S*`(category|place)` /.test(sql));
  expect(ofTrees).toHaveLength(2);
  const all = await statementsOf(() => agent.get(path).expect(200));
  return all.filter((sql) => !ofTrees.includes(sql) && !sql.includes('sandbox_object'));
}

describe('a unit without a canteen', () => {
  it('is exempt without anybody’s word, says why, and its purchases still count', async () => {
    const { dual } = market.world.units;
    await market.app.db.unit.update({ where: { id: dual.id }, data: { canteen: 'none' } });
    await market.buy('dualBuyer', { lines: [{ productId: market.world.products.rice.id, quantity: 2 }], unit: dual });
    const { $ } = await open('organizer', '/board');
    const row = $('tbody tr').filter((_, one) => $(one).text().includes('市地质院'));
    expect(row.find('.state').text()).toContain('免任务');
    expect(row.text()).toContain('没有食堂');
    expect(row.text()).toContain('¥120.00');
    await market.app.db.unit.update({ where: { id: dual.id }, data: { canteen: 'own' } });
  });
});

describe('GET /board', () => {
  it('lists units by who needs attention, with state in words and the rule beside the figures', async () => {
    const { answer, $ } = await open('organizer', '/board');
    expect(answer.status).toBe(200);
    const names = $('.board-table tbody th a')
      .toArray()
      .map((link) => $(link).text());
    expect(names.slice(0, 2)).toEqual(['农行市分行', '市监狱局']);
    const bank = $('.board-table tbody tr').first();
    expect(bank.find('.state').text()).toContain('严重滞后');
    expect(bank.find('.progress__expected')).toHaveLength(1);
    expect(bank.text()).toContain('¥1,280.00');
    expect($('.notice').text()).toContain('已计入：职工个人付款后计入');
    expect($('.stats').text()).toContain('¥11,000.00');
  });

  it('needs eight statements, however many the units are, of a past day too', async () => {
    for (const path of ['/board', '/board?at=2026-06-30']) {
      const statements = await statementsOfPage('organizer', path);
      expect(statements.length, statements.join('\n')).toBeLessThanOrEqual(8);
    }
  });

  it('keeps filters in the URL and leaves out what does not match', async () => {
    const { $ } = await open('organizer', '/board?programme=commerce-2026&state=ahead');
    const names = $('.board-table tbody th a')
      .toArray()
      .map((link) => $(link).text());
    expect(names).toEqual(['市监狱局']);
    expect($('a.state-filter[aria-current]').text()).toContain('超前');
    expect($('a[href^="/board.xlsx"]').attr('href')).toContain('state=ahead');
  });

  it('ignores what it cannot read and refuses what does not exist', async () => {
    expect((await open('organizer', '/board?state=odd&page=-1&at=never')).answer.status).toBe(200);
    expect((await open('organizer', '/board?programme=none')).answer.status).toBe(404);
    expect((await open('organizer', '/board?group=none')).answer.status).toBe(404);
  });

  it('leads a unit’s people to their unit, others nowhere', async () => {
    for (const login of ['buyer', 'approver', 'employee']) {
      const { answer } = await open(login, '/board');
      expect([answer.status, answer.headers.location]).toEqual([303, '/board/commerce-2026/units/bank']);
    }
    expect((await open('outsider', '/board')).answer.status).toBe(403);
    expect((await open('outside-buyer', '/board')).answer.status).toBe(200);
    expect((await market.app.visitor().get('/board')).headers.location).toContain('/sign-in');
  });

  it('speaks English completely', async () => {
    const agent = await signInAs(market.app.visitor(), 'operator');
    const page = await agent.get('/board');
    const csrf = load(page.text)('input[name="_csrf"]').first().val();
    await agent.post('/language').type('form').send({ _csrf: csrf, locale: 'en', returnTo: '/board' });
    const $ = load((await agent.get('/board?programme=commerce-2026')).text);
    expect($('h1').text()).toBe('commerce-2026');
    expect($('main').text()).toContain('Far behind');
    expect($('main').text()).not.toContain('quotas:');
  });

  it('needs no more where targets are for a category, an origin or a funding source alone', async () => {
    const { units, programmes, categories, places } = market.world;
    const ofBank = { programme: programmes.county, unit: units.bank, fen: 500_000 };
    await aTarget(market.app.db, { ...ofBank, category: categories.tea });
    await aTarget(market.app.db, { ...ofBank, place: places.xiushan });
    await aTarget(market.app.db, { ...ofBank, fundingSource: 'canteen_budget' });
    await market.app.db.targetVersion.updateMany({ data: { at: new Date('2026-01-05') } });
    for (const path of ['/board?programme=county-2026', '/board?programme=county-2026&at=2026-06-30']) {
      const statements = await statementsOfPage('operator', path);
      expect(statements.length, statements.join('\n')).toBeLessThanOrEqual(8);
    }
  });
});

describe('GET /board.xlsx', () => {
  it('is a workbook for organizers alone', async () => {
    const agent = await signedIn('organizer');
    const answer = await agent
      .get('/board.xlsx?programme=commerce-2026')
      .buffer(true)
      .parse((res, done) => {
        const parts: Buffer[] = [];
        res.on('data', (part: Buffer) => parts.push(part));
        res.on('end', () => done(null, Buffer.concat(parts)));
      });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-disposition']).toContain('commerce-2026-2026-07-02.xlsx');
    expect((answer.body as Buffer).subarray(0, 2).toString()).toBe('PK');
    expect((await open('buyer', '/board.xlsx')).answer.status).toBe(403);
  });
});

describe('GET /board/:programmeCode/units/:unitCode', () => {
  it('shows the organizer targets with versions, parts, subordinates and lines without individuals’ orders', async () => {
    const { answer, $ } = await open('organizer', '/board/commerce-2026/units/bank');
    expect(answer.status).toBe(200);
    expect($('#by-month, #part-category, #part-village, #part-funding, #part-channel')).toHaveLength(5);
    expect($('details').text()).toContain('年初下达（测试）');
    expect($('#entries a[href^="/orders/"]')).toHaveLength(0);
    const bureau = await open('organizer', '/board/commerce-2026/units/bureau');
    expect(bureau.$('#below').length).toBe(1);
    expect(bureau.$('main').text()).toContain('第一监狱');
  });

  it('links the unit’s own orders for its buyer', async () => {
    const { $ } = await open('buyer', '/board/commerce-2026/units/bank');
    const unitOrders = $('#entries a[href^="/orders/"]').length;
    expect(unitOrders).toBe(2);
    expect($('#entries').text()).toContain('2 笔合计');
  });

  it('leads from a unit that is not in the programme to its board, and refuses one that is nowhere', async () => {
    await aUnit(market.app.db, { code: 'elsewhere' });
    const organizer = await personOf(market.app, 'organizer');
    const board = await organizer.open('/board/commerce-2026/units/elsewhere');
    expect(board.text).toContain('elsewhere');
    expect(board.$('h1').text()).toContain(market.world.programmes.group.name);
    await (await personOf(market.app, 'buyer')).open('/board/commerce-2026/units/elsewhere', 404);
    expect((await open('operator', '/board/commerce-2026/units/nobody')).answer.status).toBe(404);
  });

  it('shows an employee the unit’s progress and the own contribution, nothing of colleagues', async () => {
    const { answer, $ } = await open('employee', '/board/commerce-2026/units/bank');
    expect(answer.status).toBe(200);
    expect($('#own').parent().text()).toContain('¥128.00');
    expect($('#by-month')).toHaveLength(0);
    expect($('#entries').text()).toContain('¥128.00');
    expect($('#entries').text()).not.toContain('¥512.00');
    expect((await open('employee', '/board/commerce-2026/units/bureau')).answer.status).toBe(404);
  });

  it('leads from a figure to its lines', async () => {
    const { $ } = await open('organizer', '/board/commerce-2026/units/bank');
    const href = $('.part a.figure').first().attr('href') ?? '';
    const filtered = await open('organizer', href);
    expect(filtered.$('.active-filters').text()).toContain('农行市分行');
    expect(filtered.$('#entries tbody tr').length).toBeGreaterThan(0);
  });
});

describe('a CSV line', () => {
  it('quotes what must be quoted and disarms formulas, but not numbers', () => {
    expect(csvLine(['a,b', 'say "x"', '=1+1', -5, null, true])).toBe('"a,b","say ""x""",\'=1+1,-5,,true\r\n');
  });
});
