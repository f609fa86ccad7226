import readXlsxFile from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import writeExcelFile from 'write-excel-file/node';
import { csrfFrom, makeTestApp, type TestApp } from '../setup/app.ts';
import { type Page, type Person, personOf } from '../setup/person.ts';
import { unzip } from '../setup/unzip.ts';
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

type Cells = Record<string, string | number>;

async function exported(): Promise<Buffer> {
  const { body } = await supplier.agent.get('/supplier/goods.xlsx').buffer(true).parse(binary);
  return body;
}

/** Uploads these lines, cells by the heads of their columns. */
async function upload(...lines: Cells[]): Promise<Page> {
  const heads = [...new Set(['商品编号', '商品名称', '规格', ...lines.flatMap((line) => Object.keys(line))])];
  const rows = [heads, ...lines.map((line) => heads.map((head) => line[head] ?? null))];
  const bytes = await writeExcelFile(rows).toBuffer();
  const csrf = csrfFrom((await supplier.agent.get('/supplier/sheets/goods')).text);
  const answer = await supplier.agent
    .post('/supplier/sheets/goods')
    .field('_csrf', csrf)
    .attach('file', bytes, '商品.xlsx');
  return supplier.open(String(answer.headers.location));
}

const write = async (page: Page) => supplier.send(page, 'form[data-apply]');
/** The texts of these parts of each thing found, with a space between. */
const textsOf = ({ $ }: Page, things: string, parts: string) =>
  $(things)
    .map((_, thing) =>
      $(thing)
        .find(parts)
        .map((__, part) => $(part).text().trim())
        .get()
        .join(' '),
    )
    .get();
const changesOn = (page: Page) => textsOf(page, '.changes > div', 'dt, dd');
const faultsIn = (page: Page) => textsOf(page, 'tr[data-cell]', '.code, .sub, td');
const good = (id: number) =>
  app.db.product.findUniqueOrThrow({
    where: { id },
    include: { family: true, tiers: { orderBy: { fromQuantity: 'asc' } } },
  });

/** A good of the supplier that nobody certified or ordered, so that all of it may change. */
async function uncertified(priceFen = 6000) {
  const { category, place } = await app.db.product.findUniqueOrThrow({
    where: { id: world.products.tea.id },
    include: { category: true, place: true },
  });
  const supplies = { supplier: world.suppliers.lianghe, category, origin: place, priceFen };
  const product = await aProduct(app.db, { ...supplies, certified: false });
  await described(product);
  return product;
}

const described = ({ familyId: id }: { familyId: number }) =>
  app.db.productFamily.update({ where: { id }, data: { description: '高山上种的' } });

describe('all that the form of goods has', () => {
  it('is changed by its cells, seen old and new before, and written with its traces', async () => {
    const brand = await app.db.brand.create({ data: { code: 'hills', name: '群山', nameEn: 'Hills' } });
    const { id, code } = await uncertified();
    await app.db.outbox.deleteMany();
    const page = await upload({
      ...{ 商品编号: code, 商品名称: '山里土豆', 英文名称: 'Hill potatoes', 别名: '洋芋，土豆', 品牌: '群山' },
      ...{ 商品介绍: '一行\n两行', 英文介绍: 'Grown high.', 储存方法: '阴凉', 英文储存方法: 'Cool' },
      ...{ 规格: '2 公斤/袋', 英文规格: '2 kg', 销售单位: '袋', 英文销售单位: 'bag', 品类: '贡米', 产地: '凉河村' },
      ...{ '净重（克）': 2000, 结算方式: '按重量', '重量误差（%）': 7.5, '单价（元）': 61, 改价原因: '新季' },
      ...{ 第1档起订数: 20, '第1档单价（元）': 59.5, 第2档起订数: 50, '第2档单价（元）': 58 },
      ...{ 起订量: 2, 订货倍数: 2, 每件数量: 10, '保质期（天）': 90, 供应起始月: 11, 供应截止月: '2 月', 冷链: '是' },
    });
    expect(faultsIn(page)).toEqual([]);
    expect(changesOn(page)).toEqual(
      expect.arrayContaining([
        '品牌 （空） → 群山',
        '单价（元） 60.00 → 61.00',
        '第2档起订数 （空） → 50',
        '结算方式 按件结算 → 按实际重量结算',
        '冷链 否 → 是',
      ]),
    );
    expect((await good(id)).family.nameEn).not.toBe('Hill potatoes');
    expect((await write(page)).text).toContain('已写入 1 种规格');
    expect(await good(id)).toMatchObject({
      ...{
        spec: '2 公斤/袋',
        specEn: '2 kg',
        saleUnit: '袋',
        saleUnitEn: 'bag',
        netGrams: 2000,
        saleMode: 'by_weight',
      },
      ...{ toleranceBp: 750, minQuantity: 2, orderMultiple: 2, caseQuantity: 10, shelfLifeDays: 90, coldChain: true },
      ...{ categoryId: world.categories.rice.id, placeId: world.places.lianghe.id, seasonFrom: 11, seasonTo: 2 },
      ...{
        priceFen: 6100,
        tiers: [
          { fromQuantity: 20, priceFen: 5950 },
          { fromQuantity: 50, priceFen: 5800 },
        ],
      },
      family: {
        ...{ name: '山里土豆', nameEn: 'Hill potatoes', aliases: ['洋芋', '土豆'], brandId: brand.id },
        ...{ description: '一行\n两行', descriptionEn: 'Grown high.', storage: '阴凉', storageEn: 'Cool' },
      },
    });
    const history = await app.db.priceChange.findFirstOrThrow({ where: { productId: id }, orderBy: { id: 'desc' } });
    expect(history).toMatchObject({ oldFen: 6000, newFen: 6100, reason: '新季', state: 'effective' });
    const actions = await app.db.auditLine.findMany({ where: { subjectId: { in: [id, (await good(id)).familyId] } } });
    expect(actions.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['family.edit', 'product.edit', 'price.change']),
    );
    const told = await app.db.outbox.findMany({ where: { topic: 'product.changed' } });
    expect(told.map(({ payload }) => payload)).toContainEqual({ productId: id });
  });

  it('comes out and in again without a change, also where a browser sent other line ends', async () => {
    const { familyId } = await uncertified();
    await app.db.productFamily.update({
      where: { id: familyId },
      data: { description: ' 一\r\n二 ', aliases: ['a', ' b'] },
    });
    const sheet = (await readXlsxFile(await exported()))[0];
    const [heads = [], ...rows] = (sheet?.data ?? []) as unknown as (string | number | null)[][];
    const lines = rows.map((row) =>
      Object.fromEntries(heads.flatMap((head, at) => (row[at] === null ? [] : [[String(head), row[at] ?? '']]))),
    );
    expect(lines.length).toBe(await app.db.product.count({ where: { supplierId: world.suppliers.lianghe.id } }));
    const page = await upload(...lines);
    expect(faultsIn(page)).toEqual([]);
    expect(changesOn(page)).toEqual([]);
    expect(page.$('form[data-apply]')).toHaveLength(0);
  });

  it('is emptied by a word, and left alone by an empty cell', async () => {
    const { id, code } = await uncertified();
    await app.db.product.update({ where: { id }, data: { shelfLifeDays: 30, seasonFrom: 3, seasonTo: 5 } });
    await write(
      await upload({ 商品编号: code, '保质期（天）': '清空', 供应起始月: 'clear', 供应截止月: '清空', 别名: '' }),
    );
    expect(await good(id)).toMatchObject({ shelfLifeDays: null, seasonFrom: null, seasonTo: null });
    const page = await upload({ 商品编号: code, 销售单位: '清空' });
    expect(faultsIn(page)[0]).toMatch(/^D2/);
  });
});

describe('price tiers in a sheet', () => {
  it('are read together: what is left out of a line that names any is no tier any more', async () => {
    const { id, code } = await uncertified();
    await write(
      await upload({ 商品编号: code, 第1档起订数: 10, '第1档单价（元）': 59, 第2档起订数: 20, '第2档单价（元）': 58 }),
    );
    const fewer = await upload({
      商品编号: code,
      第1档起订数: 10,
      '第1档单价（元）': 59,
      第2档起订数: '',
      '第2档单价（元）': '',
    });
    expect(changesOn(fewer)).toEqual(['第2档起订数 20 → （空）', '第2档单价（元） 58.00 → （空）']);
    await write(fewer);
    expect((await good(id)).tiers).toMatchObject([{ fromQuantity: 10, priceFen: 5900 }]);
    await write(await upload({ 商品编号: code, 第1档起订数: '清空', '第1档单价（元）': '' }));
    expect((await good(id)).tiers).toEqual([]);
  });

  it('are refused at their own cells, by the rules of the form', async () => {
    const { code } = await uncertified();
    const page = await upload({
      ...{ 商品编号: code, 第1档起订数: 10, '第1档单价（元）': 57, 第2档起订数: 20, '第2档单价（元）': 58 },
    });
    expect(faultsIn(page)).toEqual(['G2 第2档单价（元） 58 单价要比上一档低']);
    const low = await upload({ 商品编号: code, 起订量: 5, 第1档起订数: 5, '第1档单价（元）': 57 });
    expect(faultsIn(low)).toEqual(['E2 第1档起订数 5 要比起订量 5 多']);
  });

  it('wait for the operator where they rise beyond the limit (rule 21)', async () => {
    const { id, code } = await uncertified();
    const page = await upload({ 商品编号: code, '单价（元）': 90 });
    expect(page.text).toContain('新价待核查');
    await write(page);
    expect((await good(id)).priceFen).toBe(6000);
    const waiting = await app.db.priceChange.findFirstOrThrow({ where: { productId: id, state: 'waiting' } });
    expect(waiting).toMatchObject({ newFen: 9000, flag: 'rise_above_limit', reason: 'Excel 改价' });
    const again = await upload({ 商品编号: code, '单价（元）': 61 });
    expect(faultsIn(again)).toEqual(['D2 单价（元） 61 还有一次改价待核查，请先等结果或撤回']);
  });
});

describe('what a sheet may not', () => {
  it('rename what was certified: the cell says why, in the reader’s language, and nothing of the sheet is written', async () => {
    const { id, code } = await uncertified();
    const certified = world.products.tea;
    await described(certified);
    const page = await upload(
      { 商品编号: code, '单价（元）': 61 },
      { 商品编号: certified.code, 商品名称: '别的茶', '净重（克）': 1 },
    );
    const [name, weight] = faultsIn(page);
    expect(name).toMatch(/^B3 商品名称 别的茶 认定过或有人订过的名称、品牌不能改/);
    expect(weight).toMatch(/^E3 净重（克） 1 认定过或有人订过的不能改/);
    expect(page.$('form[data-apply]')).toHaveLength(0);
    expect((await good(id)).priceFen).toBe(6000);
    await app.db.user.update({ where: { login: 'supplier' }, data: { locale: 'en' } });
    const english = await (await personOf(app, 'supplier')).open(page.path);
    expect(faultsIn(english)[0]).toContain('certified or ordered, so its name and brand stay');
    await app.db.user.update({ where: { login: 'supplier' }, data: { locale: 'zh' } });
  });

  it('say two things of one good, name a code twice, or give goods to another supplier', async () => {
    const one = await uncertified();
    const other = await aProduct(app.db, { supplier: world.suppliers.lianghe, priceFen: 100 });
    await app.db.product.update({ where: { id: other.id }, data: { familyId: one.familyId } });
    const two = await upload(
      { 商品编号: one.code, 储存方法: '常温' },
      { 商品编号: other.code, 储存方法: '冷藏' },
      { 商品编号: one.code, 储存方法: '常温' },
      { 商品编号: other.code.toUpperCase(), 储存方法: '' },
    );
    expect(faultsIn(two).map((text) => text.split(' ')[0])).toEqual(['D3', 'A4', 'A5']);
    const agreed = await upload({ 商品编号: one.code, 储存方法: '常温' }, { 商品编号: other.code });
    await write(agreed);
    expect((await good(other.id)).family.storage).toBe('常温');
  });

  it('change more than 150 lines at once, while any number may stand as they are', async () => {
    const { code } = await uncertified();
    const fresh = Array.from({ length: 150 }, (_, at) => ({ 商品名称: '许多', 规格: `${at}` }));
    expect(faultsIn(await upload({ 商品编号: code, 储存方法: '常温' }, ...fresh))[0]).toMatch(
      /^A1 .*最多写入 150 行改动/,
    );
    const others = await upload({ 商品编号: code, 储存方法: '常温' }, { 商品名称: '许多', 规格: '1' });
    expect(faultsIn(others).map((text) => text.split(' ')[0])).toContain('A3');
  });

  it('be applied after something moved, nor twice', async () => {
    const { id, code } = await uncertified();
    const page = await upload({ 商品编号: code, 英文规格: 'a kilogram' });
    await app.db.product.update({ where: { id }, data: { specEn: 'one kilogram' } });
    const moved = await write(page);
    expect(moved.text).toContain('核对之后情况有变');
    expect(changesOn(moved)).toEqual(['英文规格 one kilogram → a kilogram']);
    await write(moved);
    expect((await write(moved)).status).toBe(409);
  });
});

describe('the workbook', () => {
  it('offers lists and bounds, and says what goes into each column', async () => {
    const files = unzip(await exported());
    const sheet = String(files.get('xl/worksheets/sheet1.xml'));
    const rules = [...sheet.matchAll(/<dataValidation [^>]*sqref="([A-Z]+)2:[^>]*>(.*?)<\/dataValidation>/g)];
    expect(rules.length).toBeGreaterThan(20);
    expect(sheet.indexOf('<dataValidations')).toBeGreaterThan(sheet.indexOf('</sheetData>'));
    expect(sheet).toContain("<formula1>'可选项'!$A$2:$A$");
    const sheets = await readXlsxFile(await exported());
    expect(sheets.map(({ sheet: name }) => name)).toEqual(['Excel 录入商品', '填写说明', '可选项']);
    expect(JSON.stringify(sheets[1]?.data)).toContain('空格表示不改');
  });
});
