import { load } from 'cheerio';
import { readSheet } from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import writeExcelFile, { type SheetData } from 'write-excel-file/node';
import { apiTokenFor, makeTestApp, type TestApp } from '../setup/app.ts';
import { faultsOn, type Page, type Person, personOf } from '../setup/person.ts';
import { binary, entriesOf } from '../setup/zip.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;
let buyer: Person;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  buyer = await personOf(app, 'buyer');
});
afterAll(() => app.close());

const HEADS = ['工号', '姓名', '部门', '电话', '账号'];

async function upload(page: Page, rows: SheetData): Promise<Page> {
  const csrf = String(page.$('#roster input[name="_csrf"]').val());
  const bytes = await writeExcelFile([HEADS, ...rows] as SheetData).toBuffer();
  const answer = await buyer.agent
    .post(`${page.path}/roster`)
    .field('_csrf', csrf)
    .attach('roster', bytes, '名单.xlsx');
  const $ = load(answer.text);
  return { $, status: answer.status, path: `${page.path}/roster`, text: $('main').text() };
}

describe('a welfare run on its pages', () => {
  it('is made, filled, opened, chosen from by link and by account, ordered and bundled', async () => {
    const form = await buyer.open('/welfare');
    const refused = await buyer.send(form, '#new-run', { name: '端午慰问', perHead: 'x', chooseUntil: '2026-06-20' });
    expect(refused.status).toBe(422);
    expect(refused.$('#f-name').val()).toBe('端午慰问');
    const address = await app.db.address.findFirstOrThrow({ where: { unitId: world.units.bank.id } });
    let page = await buyer.send(form, '#new-run', {
      ...{ name: '端午慰问', perHead: '200', chooseUntil: '2026-06-20' },
      ...{ addressId: String(address.id), paymentWay: 'on_account' },
    });
    const run = page.path;
    const dear = await buyer.send(page, '#new-package', { name: '太贵', items: 'tea-250g 2' });
    expect(faultsOn(dear).join()).toContain('256.00');
    page = await buyer.send(page, '#new-package', { name: '茶礼', items: 'tea-250g 1', isDefault: null });
    page = await buyer.send(page, '#new-package', { name: '米礼', items: 'rice-5kg 2', isDefault: null });
    const wrong = await upload(page, [['A1', '', '', '', 'nobody']]);
    expect(wrong.status).toBe(422);
    expect(
      wrong
        .$('[data-cell]')
        .get()
        .map((row) => wrong.$(row).attr('data-cell')),
    ).toEqual(['B2', 'E2']);
    const checked = await upload(page, [
      ['A1', '甲', '科技部', '', 'employee'],
      ['A2', '乙', '综合部', '', ''],
    ]);
    page = await buyer.send(checked, '#merge');
    page = await buyer.send(page, 'form[action$="/steps/open"]');
    expect(page.path).toBe(run);
    expect(page.text).toContain('选择中');

    const slips = await buyer.open(`${run}/slips`);
    expect(slips.$('svg').length).toBeGreaterThan(0);
    const second = await app.db.welfareClaim.findFirstOrThrow({ where: { staffNumber: 'A2' } });
    const visitor = await personOf(app, null);
    const link = await visitor.open(`/welfare/choose/${second.token}`);
    expect(link.text).not.toContain('甲');
    const chosen = await visitor.send(link, 'li:contains("米礼") form');
    expect(chosen.text).toContain('你选择了“米礼”');
    const employee = await personOf(app, 'employee');
    const own = await employee.open('/welfare');
    expect(own.text).toContain('端午慰问');
    expect(own.text).not.toContain('新建福利');
    await employee.open(run, 404);
    const token = await apiTokenFor(app.db, world.users.employee, [], now);
    const tea = await app.db.welfarePackage.findFirstOrThrow({ where: { name: '茶礼' } });
    const answer = await app
      .visitor()
      .post(`/api/v1/welfare/runs/${second.runId}/choice`)
      .set('Authorization', `Bearer ${token}`)
      .send({ packageId: tea.id });
    expect(answer.status).toBe(200);

    page = await buyer.send(await buyer.open(run), 'form[action$="/steps/order"]');
    expect(page.text).toContain('已下单');
    expect(await app.db.welfareOrder.count()).toBe(2);
    expect((await visitor.send(link, 'li:contains("茶礼") form')).status).toBe(409);

    const sheet = await buyer.agent.get(`${run}/sign-off.xlsx`).buffer(true).parse(binary);
    const rows = await readSheet(sheet.body);
    expect(
      rows
        .slice(2)
        .map((row) => [row[1], row[3]])
        .sort(),
    ).toEqual([
      ['A1', '茶礼'],
      ['A2', '米礼'],
    ]);
    expect((await buyer.open(`${run}/sign-off`)).text).toContain('科技部');
    expect((await buyer.open(`${run}/roster?q=乙`)).$('[data-claim]').length).toBe(1);

    const zip = await buyer.agent.get(`${run}/bundle.zip`).buffer(true).parse(binary);
    const parts = entriesOf(zip.body);
    expect([...parts.keys()]).toEqual([
      ...['01 封面.xlsx', '02 审批.xlsx', '03 订单.xlsx', '04 验收.xlsx', '05 退款.xlsx', '06 对账单.xlsx'],
      ...['07 转账.xlsx', '08 发票.xlsx', '09 签收表.xlsx'],
    ]);
    const cover = await readSheet(parts.get('01 封面.xlsx') as Buffer);
    const ordered = (await readSheet(parts.get('03 订单.xlsx') as Buffer))
      .slice(1)
      .reduce((sum, row) => sum + Number(row[6]), 0);
    expect(Number(cover.find((row) => row[0] === '订单金额（含运费）')?.[1])).toBeCloseTo(ordered, 2);
    expect(ordered).toBe(128 + 12 + 120 + 20);
  });
});
