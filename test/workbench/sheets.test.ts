import readXlsxFile from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import writeExcelFile from 'write-excel-file/node';
import { forgetCatalog } from '../../server/catalog/forget-catalog.ts';
import { csrfFrom, makeTestApp, type TestApp } from '../setup/app.ts';
import { type Person, personOf } from '../setup/person.ts';
import { binary } from '../setup/zip.ts';
import { aProduct } from '../world/products.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;
let supplier: Person;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  supplier = await personOf(app, 'supplier');
});
afterAll(() => app.close());

const HEAD = [
  '商品编号',
  '商品名称',
  '商品介绍',
  '规格',
  '销售单位',
  '品类',
  '产地',
  '净重（克）',
  '单价（元）',
  '保质期（天）',
  '冷链',
];
type Row = (string | number | null)[];

async function upload(kind: string, ...rows: Row[]) {
  const bytes = await writeExcelFile(rows.map((row) => row.map((value) => value))).toBuffer();
  const path = `/supplier/sheets/${kind}`;
  const csrf = csrfFrom((await supplier.agent.get(path)).text);
  const answer = await supplier.agent.post(path).field('_csrf', csrf).attach('file', bytes, '商品.xlsx');
  return answer.status === 303 ? supplier.open(String(answer.headers.location)) : supplier.open(path);
}

const cellsOf = (page: Awaited<ReturnType<typeof upload>>) =>
  page
    .$('tr[data-cell]')
    .map((_, row) => `${page.$(row).attr('data-cell')} ${page.$(row).find('td').last().text()}`)
    .get();

describe('goods by Excel', () => {
  it('shows what a table would do, writes nothing until confirmed, then all of it', async () => {
    const { tea } = world.products;
    const before = await app.db.product.count();
    const page = await upload(
      'goods',
      HEAD,
      [tea.code, null, null, null, null, null, null, null, 135, null, null],
      [null, '凉河土豆', '高山土豆', '5 公斤/袋', '袋', 'rice', '凉河村', 5000, 30, 60, '否'],
      [null, '凉河土豆', null, '10 公斤/袋', '袋', '贡米', 'lianghe', 10000, 55, 60, '否'],
    );
    expect(cellsOf(page)).toEqual([]);
    expect(page.text).toContain('新增');
    expect(await app.db.product.count()).toBe(before);
    expect((await app.db.product.findUniqueOrThrow({ where: { id: tea.id } })).priceFen).toBe(12_800);
    const done = await supplier.send(page, 'form[data-apply]');
    expect(done.text).toContain('已写入 3 种规格');
    expect(await app.db.product.findUniqueOrThrow({ where: { id: tea.id } })).toMatchObject({
      priceFen: 13_500,
      spec: '250 克/盒',
    });
    const family = await app.db.productFamily.findFirstOrThrow({
      where: { name: '凉河土豆' },
      include: { products: true },
    });
    expect(family.products.map(({ netGrams }) => netGrams)).toEqual([5000, 10_000]);
    expect((await supplier.send(page, 'form[data-apply]')).status).toBe(409);
  });

  it('names every fault by its cell and then writes nothing, not even the good lines', async () => {
    const { tea, rice } = world.products;
    const before = await app.db.product.count();
    const page = await upload(
      'goods',
      HEAD,
      [null, '好商品', '介绍', '1 公斤', '袋', 'tea', 'lianghe', 1000, 20, 30, '是'],
      [rice.code, null, null, '别人的', null, null, null, null, null, null, null],
      [tea.code, null, null, null, null, null, 'shuanghe', '0.5', '免费', null, '也许'],
      [null, '', '', '', '袋', '没有的品类', 'lianghe', 1000, 20, null, null],
    );
    const cells = cellsOf(page).map((text) => text.split(' ')[0]);
    expect(cells).toEqual(expect.arrayContaining(['A3', 'K4', 'F5']));
    expect(page.$('form[data-apply]').length).toBe(0);
    expect(await app.db.product.count()).toBe(before);
    const fixed = await upload('goods', HEAD, [
      tea.code,
      null,
      null,
      null,
      null,
      null,
      'chuanhe',
      251,
      null,
      null,
      null,
    ]);
    expect(cellsOf(fixed).map((text) => text.split(' ')[0])).toEqual(['G2', 'H2']);
  });

  it('asks for the preview again when something moved meanwhile', async () => {
    const product = await aProduct(app.db, { supplier: world.suppliers.lianghe, priceFen: 10_000 });
    forgetCatalog(app.db);
    const page = await upload('goods', HEAD, [product.code, null, null, null, null, null, null, null, 104, null, null]);
    await app.db.product.update({ where: { id: product.id }, data: { priceFen: 10_400 } });
    const again = await supplier.send(page, 'form[data-apply]');
    expect(again.status).toBe(422);
    expect(again.text).toContain('核对之后情况有变');
  });

  it('comes out as it goes in', async () => {
    const answer = await supplier.agent.get('/supplier/goods.xlsx').buffer(true).parse(binary);
    const rows = (await readXlsxFile(answer.body))[0]?.data ?? (await readXlsxFile(answer.body));
    const table = rows as unknown as Row[];
    expect(table[0]).toEqual(expect.arrayContaining(['商品编号', '净重（克）', '单价（元）']));
    const page = await upload('goods', ...table);
    expect(cellsOf(page)).toEqual([]);
    expect(page.$('form[data-apply]').length).toBe(0);
  });

  it('is told what is missing, and is nobody’s who does not sell', async () => {
    const page = await upload('goods', ['单价（元）'], [12]);
    expect(cellsOf(page)[0]).toContain('缺少“商品编号”一列');
    await (await personOf(app, 'employee')).open('/supplier/sheets/goods', 403);
  });
});

describe('batches by Excel', () => {
  it('go into stock, with faults by cell', async () => {
    const { tea, chicken } = world.products;
    const head = ['商品编号', '生产日期', '入库数量', '合格证编号'];
    const bad = await upload(
      'batches',
      head,
      [tea.code, '2026/6/1', 40, 'HGZ-9'],
      [chicken.code, '2026-01-01', 'x', null],
    );
    expect(cellsOf(bad).map((text) => text.split(' ')[0])).toEqual(['C3']);
    const before = await app.db.batch.count();
    const good = await upload('batches', head, [tea.code, '2026/6/1', 40, 'HGZ-9'], [tea.code, '2026-06-02', 60, null]);
    const done = await supplier.send(good, 'form[data-apply]');
    expect(done.text).toContain('已入库 2 个批次');
    expect(await app.db.batch.count()).toBe(before + 2);
    const stock = await supplier.agent.get('/supplier/stock.xlsx');
    expect(stock.headers['content-type']).toContain('spreadsheetml');
  });
});
