import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import writeExcelFile from 'write-excel-file/node';
import { csrfFrom } from '../../setup/app.ts';
import { type Page, type Person, personOf } from '../../setup/person.ts';
import { differences, sumsOf } from '../declared.ts';
import { type Market, openMarket } from '../market.ts';

let market: Market;
let organizer: Person;
beforeAll(async () => {
  market = await openMarket('2026-05-06');
  organizer = await personOf(market.app, 'organizer');
  const added = await organizer.send(
    await organizer.open('/external-purchases'),
    'form[action="/external-purchases"]',
    {
      ...{ code: '832', name: '832 平台（测试）' },
    },
  );
  expect(added.path).toBe('/external-purchases/832/mapping');
  const columns = {
    orderNumber: '订单编号',
    purchasedOn: '下单时间',
    unit: '采购单位',
    goods: '商品',
    category: '品类',
  };
  const money = { amount: '实付', weight: '净重' };
  const chosen = Object.entries({ ...columns, ...money }).map(([part, head]) => [`column-${part}`, head]);
  const fixed = { 'fixed-origin': 'yongdong', 'fixed-fundingSource': 'canteen_budget', weightUnit: 'kilograms' };
  const saved = await organizer.send(added, 'form[action="/external-purchases/832/mapping"]', {
    ...Object.fromEntries(chosen),
    ...fixed,
  });
  expect(saved.path).toBe('/external-purchases/832/import');
});
afterAll(() => market.app.close());

const HEADS = ['订单编号', '下单时间', '采购单位', '商品', '品类', '实付', '净重'];
type Row = [string, string, string, string, string, string | number, string | number];
const rice = (order: string, changes: Partial<Record<number, string | number>> = {}) =>
  Object.assign([order, '2026/4/8 10:20:00', '农行市分行', '贡米 25 公斤', '贡米', 660.5, 100], changes) as Row;

async function preview(who: Person, rows: Row[]): Promise<Page> {
  const cells = [HEADS, ...rows].map((row) =>
    row.map((value) => ({ value, type: typeof value === 'number' ? Number : String })),
  );
  const sheet = await writeExcelFile(cells as never, {} as never).toBuffer();
  const page = await who.agent.get('/external-purchases/832/import');
  const answer = await who.agent
    .post('/external-purchases/832/import')
    .field('_csrf', csrfFrom(page.text))
    .attach('list', sheet, '清单.xlsx');
  expect(answer.status).toBe(303);
  return who.open(String(answer.headers.location));
}

const importAll = (who: Person, page: Page) => who.send(page, `form[action="${page.path}"]`);
const bank = () => sumsOf(market, market.world.units.bank, market.world.programmes.group);

describe('importing a platform’s list', () => {
  it('shows what is new, and then places and counts it under its own channel', async () => {
    const page = await preview(organizer, [
      rice('A-1'),
      rice('A-1', { 5: 200, 6: 40 }),
      rice('A-2', { 1: '2026-04-09' }),
    ]);
    expect(page.text).toContain('新增 3');
    expect(await bank()).toEqual({ placed: 0, counted: 0 });
    const done = await importAll(organizer, page);
    expect(done.text).toContain('新增 3 行');
    expect(await bank()).toEqual({ placed: 152_100, counted: 152_100 });
    const entry = await market.app.db.tallyEntry.findFirstOrThrow({ where: { source: 'external' } });
    expect(entry).toMatchObject({ channel: 'external', fundingSource: 'canteen_budget', orderId: null });
    expect(await differences(market)).toEqual([]);
  });

  it('takes the same list again for what it is, and reverses what a later one tells less', async () => {
    const again = await preview(organizer, [rice('A-1'), rice('A-2', { 1: '2026-04-09' })]);
    expect(again.text).toContain('没有变化');
    const lowered = await preview(organizer, [rice('A-2', { 1: '2026-04-09', 5: 300, 6: 60 })]);
    expect(lowered.text).toContain('¥660.50');
    await importAll(organizer, lowered);
    expect(await bank()).toEqual({ placed: 116_050, counted: 116_050 });
    const nothing = await preview(organizer, [rice('A-2', { 1: '2026-04-09', 5: 0, 6: 0 })]);
    await importAll(organizer, nothing);
    expect(await bank()).toEqual({ placed: 86_050, counted: 86_050 });
    expect(await differences(market)).toEqual([]);
  });

  it('names every fault by its cell and then writes nothing', async () => {
    const start = await market.app.db.externalPurchase.count();
    const page = await preview(organizer, [
      rice('B-1', { 5: '六百', 1: '昨天' }),
      rice('B-2'),
      rice('A-1', { 5: 99_999 }),
      rice('B-3', { 2: '集团外单位' }),
    ]);
    const cells = page
      .$('[aria-labelledby="faults"] th .code')
      .map((_, cell) => page.$(cell).text())
      .get();
    expect(cells.slice(0, 4)).toEqual(['B2', 'F2', 'F4', 'C5']);
    expect(page.$(`form[action="${page.path}"]`)).toHaveLength(0);
    const forced = await organizer.agent
      .post(page.path)
      .type('form')
      .send({ _csrf: csrfFrom((await organizer.agent.get(page.path)).text) });
    expect(forced.status).toBe(422);
    expect(await market.app.db.externalPurchase.count()).toBe(start);
  });

  it('asks once what a unit or a category is called there', async () => {
    const page = await preview(organizer, [rice('C-1', { 2: '农行重庆市分行营业部', 4: '粮食' })]);
    expect(page.$('form[action$="/answers"] select')).toHaveLength(2);
    const told = await organizer.send(page, 'form[action$="/answers"]', {
      'unit:农行重庆市分行营业部': 'bank',
      'category:粮食': 'rice',
    });
    expect(told.text).toContain('新增 1');
    expect(await market.app.db.unitAlias.count({ where: { alias: '农行重庆市分行营业部' } })).toBe(1);
    const next = await preview(organizer, [rice('C-2', { 2: '农行重庆市分行营业部', 4: '粮食' })]);
    expect(next.$('form[action$="/answers"]')).toHaveLength(0);
  });

  it('writes each line once when the same list comes twice at once', async () => {
    const start = await bank();
    const rows = [rice('D-1'), rice('D-2')];
    const pages = [await preview(organizer, rows), await preview(organizer, rows)];
    const answers = await Promise.all(pages.map((page) => importAll(organizer, page)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await bank()).placed - start.placed).toBe(132_100);
    expect(await market.app.db.externalPurchase.count({ where: { orderNumber: { in: ['D-1', 'D-2'] } } })).toBe(2);
    expect(await differences(market)).toEqual([]);
  });

  it('is the organizers’ and the operator’s', async () => {
    const buyer = await personOf(market.app, 'buyer');
    await buyer.open('/external-purchases', 403);
    const operator = await personOf(market.app, 'operator');
    const page = await preview(operator, [rice('E-1', { 2: '集团外单位' })]);
    expect(page.text).toContain('新增 1');
    await organizer.open(page.path, 404);
  });
});
