import { load } from 'cheerio';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import writeExcelFile, { type SheetData } from 'write-excel-file/node';
import { forgetStaleSheets } from '../../../server/quotas/sheets/forget-stale-sheets.ts';
import { faultsOn, type Page, type Person, personOf } from '../../setup/person.ts';
import { call, declare, differences, sumsOf, taxNumber } from '../declared.ts';
import { type Market, openMarket } from '../market.ts';

let market: Market;
let buyer: Person;
let organizer: Person;
beforeAll(async () => {
  market = await openMarket('2026-05-06');
  buyer = await personOf(market.app, 'buyer');
  organizer = await personOf(market.app, 'organizer');
});
afterAll(() => market.app.close());

const SHEETS = '/offline-purchases/sheets';
const HEAD = [
  ...['序号', '单位', '资金来源', '采购日期', '凭证种类', '卖方名称', '卖方纳税人识别号', '发票号码', '发票金额（元）'],
  ...['品类', '产地', '认定供应商', '商品名称', '金额（元）', '重量（公斤）', '说明'],
];
type Cells = (string | number | null)[];

let number = 26_000_000;
let invoice: string;
beforeEach(() => {
  invoice = String(++number);
});

/** A row of the bank's tea on the test's own invoice of 900 yuan, changed by column. */
function row(changes: Record<number, string | number | null> = {}): Cells {
  const cells: Cells = [
    ...[1, 'bank', '工会经费', '2026/5/4', '', '凉河村股份经济合作社', taxNumber(1), invoice, '900'],
    ...['tea', 'lianghe', '', '白茶', '600.00', '2.5', ''],
  ];
  for (const [column, value] of Object.entries(changes)) cells[Number(column)] = value;
  return cells;
}
/** A further row of the same invoice, with what it shares left empty. */
const further = (changes: Record<number, string | number | null> = {}) =>
  row({ 1: null, 2: null, 3: null, 5: null, 6: null, 8: null, 12: '红茶', 13: '300', 14: '1', ...changes });

async function upload(who: Person, rows: Cells[] | Buffer, name = '采购.xlsx'): Promise<Page> {
  const page = await who.open(SHEETS);
  const csrf = String(page.$('[data-upload] input[name="_csrf"]').val());
  const bytes = Buffer.isBuffer(rows) ? rows : await writeExcelFile(rows as SheetData).toBuffer();
  const answer = await who.agent.post(SHEETS).field('_csrf', csrf).attach('file', bytes, name);
  if (answer.status === 303) return who.open(String(answer.headers.location).replace(market.app.url, ''));
  const $ = load(answer.text);
  return { $, status: answer.status, path: SHEETS, text: $('main').text() };
}

const faultsByCell = ({ $ }: Page) =>
  $('[data-cell]')
    .toArray()
    .map((one) => `${$(one).attr('data-cell')} ${$(one).find('td').last().text()}`);
const warningsOn = ({ $ }: Page) =>
  $('[data-warnings] li')
    .toArray()
    .map((one) => $(one).text().trim());
const bankNow = () => sumsOf(market, market.world.units.bank, market.world.programmes.group);
const declared = () => market.app.db.offlinePurchase.count();

describe('the template', () => {
  it('reads back as nothing but examples, and holds the names to use', async () => {
    const answer = await buyer.agent
      .get('/offline-purchases/template.xlsx')
      .buffer(true)
      .parse((res, done) => {
        const parts: Buffer[] = [];
        res.on('data', (part: Buffer) => parts.push(part));
        res.on('end', () => done(null, Buffer.concat(parts)));
      });
    expect(answer.status).toBe(200);
    expect(faultsByCell(await upload(buyer, answer.body as Buffer))).toEqual(['A1 表里没有内容，请下载模板填写']);
    const { default: readExcelFile, readSheet } = await import('read-excel-file/node');
    expect((await readExcelFile(answer.body)).map(({ sheet }) => sheet)).toEqual([
      '线下采购',
      '填写说明',
      '可填的名称',
    ]);
    expect((await readSheet(answer.body, '可填的名称')).flat()).toContain('lianghe');
    expect((await readSheet(answer.body))[0]).toEqual(HEAD);
  });
});

describe('a sheet', () => {
  it('declares rows of one invoice as one purchase, once, and only when it was confirmed', async () => {
    const [start, before] = [await bankNow(), await declared()];
    const page = await upload(buyer, [['线下采购登记表'], HEAD, row({ 0: '示例', 6: '不读' }), row(), further()]);
    expect(page.text).toContain('申报全部 1 笔');
    expect([faultsByCell(page), await declared()]).toEqual([[], before]);
    const done = await buyer.send(page, '[data-apply]');
    expect(done.text).toContain('补充凭证');
    const made = await market.app.db.offlinePurchase.findMany({
      orderBy: { id: 'desc' },
      take: 2,
      include: { lines: true },
    });
    expect(made[0]).toMatchObject({
      state: 'declared',
      fundingSource: 'union_funds',
      invoiceNumber: invoice,
      invoiceFen: 90_000,
    });
    expect(made[0]?.lines.map(({ goods, fen, grams }) => [goods, fen, grams])).toEqual([
      ['白茶', 60_000, 2500],
      ['红茶', 30_000, 1000],
    ]);
    expect((await bankNow()).placed - start.placed).toBe(90_000);
    const again = await buyer.send(page, '[data-apply]');
    expect([again.status, await declared()]).toEqual([409, before + 1]);
    expect(faultsOn(again)).toEqual(['这个表已经申报过了，没有再次申报']);
    const audit = await market.app.db.auditLine.findMany({
      where: { subjectType: 'offline_purchase', subjectId: made[0]?.id ?? 0 },
    });
    expect(audit.map(({ action }) => action)).toEqual(['offline_purchase.declare']);
    expect((await call(market, 'organizer', 'post', `/offline-purchases/${made[0]?.id}/verification`, {})).status).toBe(
      422,
    );
    expect(await differences(market)).toEqual([]);
  });

  it('tells every fault by its cell in the reader’s language, and declares nothing', async () => {
    const before = await declared();
    const rows = [
      HEAD,
      row({ 1: '外面的单位', 2: '私房钱', 3: '2026-02-30', 6: '123', 9: '火星茶', 13: '一百', 14: '0' }),
      row({ 3: '2026-05-07', 7: String(++number), 8: null, 10: '', 11: '无此社', 12: '' }),
      further({ 3: '2026-05-03', 13: '300.001' }),
    ];
    const page = await upload(buyer, rows);
    const faults = faultsByCell(page);
    expect(faults.map((fault) => fault.split(' ')[0]).sort()).toEqual(
      ['B2', 'C2', 'D2', 'D3', 'D4', 'G2', 'I3', 'J2', 'K3', 'L3', 'M3', 'N2', 'N4', 'O2'].sort(),
    );
    expect(faults.join()).toContain('您不能为这个单位申报');
    expect([page.$('[data-apply]').length, await declared()]).toEqual([0, before]);
    await buyer.agent.get('/?lang=en');
    const forced = await buyer.agent
      .post(`${page.path}/application`)
      .type('form')
      .send({ _csrf: String(page.$('input[name="_csrf"]').first().val()), seen: '' });
    expect([forced.status, await declared()]).toEqual([422, before]);
  });

  it('keeps an invoice within its amount, over the sheet and what others declared', async () => {
    await declare(market, 'approver', { invoiceNumber: invoice, invoiceFen: 90_000, lines: [line(15_000)] });
    const page = await upload(buyer, [HEAD, row({ 13: '500' }), row({ 2: '食堂预算', 13: '300' })]);
    expect(faultsByCell(page)).toEqual(['H3 这张发票金额 900.00 元，其他申报之后只剩 250.00 元']);
    const good = await upload(buyer, [HEAD, row({ 13: '500' }), row({ 2: '食堂预算', 13: '250' })]);
    expect(warningsOn(good)).toEqual([
      'H2：这张发票另有申报 ¥150.00，连同本笔之后还剩 ¥250.00。',
      'H3：这张发票另有申报 ¥650.00，连同本笔之后还剩 ¥0.00。',
    ]);
    await declare(market, 'approver', { invoiceNumber: invoice, invoiceFen: 90_000, lines: [line(10_000)] });
    const moved = await buyer.send(good, '[data-apply]');
    expect([moved.status, faultsByCell(moved)]).toEqual([
      422,
      ['H3 这张发票金额 900.00 元，其他申报之后只剩 150.00 元'],
    ]);
  });

  it('is declared only as it was shown', async () => {
    const before = await declared();
    const page = await upload(buyer, [HEAD, row({ 13: '100' })]);
    await declare(market, 'approver', { invoiceNumber: invoice, invoiceFen: 90_000, lines: [line(20_000)] });
    const moved = await buyer.send(page, '[data-apply]');
    expect([moved.status, await declared()]).toEqual([409, before + 1]);
    expect(moved.text).toContain('另有申报 ¥200.00');
    expect((await buyer.send(moved, '[data-apply]')).text).toContain('已经申报');
  });

  it('warns of likely doubles, before and within', async () => {
    const farmer = { 4: '农户', 5: '凉河村农户', 6: null, 7: null, 8: null, 13: '77' };
    const first = await upload(buyer, [HEAD, row(farmer), row(farmer)]);
    expect(warningsOn(first)).toEqual(['F3：与 F2 同单位、同卖方、同日、同金额，疑似填了两次。']);
    await buyer.send(first, '[data-apply]');
    const second = await upload(buyer, [HEAD, row(farmer)]);
    expect(warningsOn(second)).toHaveLength(2);
    expect(warningsOn(second)[0]).toContain('疑似重复');
    expect(await differences(market)).toEqual([]);
  });

  it('is for the units of one’s own: a buyer’s unit, an organizer’s group; and for its uploader alone', async () => {
    const page = await upload(organizer, [
      HEAD,
      row({ 1: 'second-prison', 13: '10' }),
      row({ 1: 'outside', 13: '10' }),
    ]);
    expect(faultsByCell(page)).toEqual(['B3 您不能为这个单位申报']);
    expect((await buyer.agent.get(page.path)).status).toBe(404);
    const employee = await personOf(market.app, 'employee');
    expect((await employee.agent.get(SHEETS)).status).toBe(403);
  });

  it('pressed twice at the same moment declares once', async () => {
    const before = await declared();
    const page = await upload(buyer, [HEAD, row()]);
    const answers = await Promise.all([1, 2, 3].map(() => buyer.send(page, '[data-apply]')));
    expect([answers.map(({ status }) => status).sort(), await declared()]).toEqual([[200, 409, 409], before + 1]);
  });

  it('without a head or with a column missing says which', async () => {
    expect(faultsByCell(await upload(buyer, [['随便', '写写']]))).toEqual([
      'A1 没有找到表头：前 10 行里要有模板的表头',
    ]);
    const short = HEAD.filter((head) => head !== '产地');
    expect(faultsByCell(await upload(buyer, [short, row()]))).toEqual(['A1 表中没有“产地”这一列']);
    const answer = await upload(buyer, Buffer.from('不是表'), '采购.xlsx');
    expect([answer.status, faultsOn(answer).length]).toEqual([422, 1]);
  });
});

describe('sheets that nobody applied', () => {
  it('are forgotten after a week, applied ones are not', async () => {
    const { db, container } = market.app;
    const applied = await upload(buyer, [HEAD, row()]);
    await buyer.send(applied, '[data-apply]');
    await db.offlineSheet.updateMany({ data: { uploadedAt: new Date('2026-04-01') } });
    const kept = await db.offlineSheet.count({ where: { appliedAt: { not: null } } });
    const fresh = await upload(buyer, [HEAD, row()]);
    expect(await forgetStaleSheets(db, container.clock())).toBeGreaterThan(0);
    expect(await db.offlineSheet.count()).toBe(kept + 1);
    expect((await buyer.open(fresh.path)).status).toBe(200);
    expect(await forgetStaleSheets(db, container.clock())).toBe(0);
  });
});

function line(fen: number) {
  return { category: 'tea', origin: 'lianghe', goods: '茶', fen, grams: 1000 };
}
