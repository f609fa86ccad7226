import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { catchUp, searchHandlers } from '../../server/search/search-changes.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { faultsOn, type Person, personOf } from '../setup/person.ts';
import { warmStatements } from '../setup/warm-statements.ts';
import { aProduct } from '../world/products.ts';
import { certify } from '../world/suppliers.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;
let supplier: Person;
let workTeam: Person;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  supplier = await personOf(app, 'supplier');
  workTeam = await personOf(app, 'workteam');
});
afterAll(() => app.close());

const FORM = 'form[action="/supplier/goods"][method="post"]';
const honey = () => ({
  name: '凉河土蜂蜜',
  description: '山上中蜂，一年割一次。',
  aliases: '土蜂蜜、百花蜜',
  spec: '500 克/瓶',
  saleUnit: '瓶',
  categoryId: world.categories.tea.id,
  placeId: world.places.lianghe.id,
  netGrams: '500',
  shelfLifeDays: '365',
  priceFen: '88.00',
  tierFrom1: '10',
  tierPrice1: '80',
});

async function newHoney(person: Person, changes: Record<string, string | number | null> = {}) {
  return person.send(await person.open('/supplier/goods/new'), FORM, { ...honey(), ...changes });
}

const newest = () =>
  app.db.product.findFirstOrThrow({ orderBy: { id: 'desc' }, include: { tiers: true, family: true } });

/** What `npm start` does in the background, once. */
async function work() {
  const { container } = app;
  while ((await drainOutbox(app.db, searchHandlers(container), container.log)) > 0);
}

describe('new goods', () => {
  it('are a draft with their first specification, price, tiers and price history', async () => {
    const page = await newHoney(supplier);
    expect(page.text).toContain('已存为草稿');
    const made = await newest();
    expect(made).toMatchObject({
      ...{ state: 'draft', supplierId: world.suppliers.lianghe.id, netGrams: 500, priceFen: 8800, shelfLifeDays: 365 },
      ...{
        tiers: [{ fromQuantity: 10, priceFen: 8000 }],
        family: { name: '凉河土蜂蜜', aliases: ['土蜂蜜', '百花蜜'] },
      },
    });
    expect(await app.db.priceChange.findMany({ where: { productId: made.id } })).toMatchObject([
      { oldFen: 0, newFen: 8800, state: 'effective' },
    ]);
    await (await personOf(app, null)).open(`/products/${made.id}`, 404);
  });

  it('are refused with every fault by its field, and what was typed stays', async () => {
    const before = await app.db.productFamily.count();
    const refused = await newHoney(supplier, {
      ...{
        name: '',
        netGrams: '0.5',
        priceFen: 'teuer',
        placeId: world.places.wulong.id,
        seasonFrom: 3,
        tierPrice1: '',
      },
    });
    expect(refused.status).toBe(422);
    for (const field of ['name', 'netGrams', 'priceFen', 'seasonTo'])
      expect(refused.$(`.error-summary a[href="#f-${field}"]`).length, field).toBe(1);
    expect(refused.$('#f-priceFen').val()).toBe('teuer');
    expect(refused.$('#f-description').val()).toBe('山上中蜂，一年割一次。');
    expect(await app.db.productFamily.count()).toBe(before);
  });

  it('come from the supplier’s own county, and tiers fall as quantities rise', async () => {
    const abroad = await newHoney(supplier, { placeId: world.places.shuanghe.id });
    expect(faultsOn(abroad)).toEqual(['请选本县的产地']);
    const dearer = await newHoney(supplier, { tierPrice1: '90' });
    expect(dearer.$('.error-summary a[href="#f-tierPrice1"]').length).toBe(1);
  });

  it('are nobody’s who does not sell', async () => {
    await (await personOf(app, 'employee')).open('/supplier/goods', 403);
    const made = await newest();
    const other = await personOf(app, 'rice-supplier');
    await other.open(`/supplier/goods/${made.familyId}`, 404);
    await other.open(`/supplier/specifications/${made.id}`, 404);
  });

  it('are listed by a work team for its village, which the audit trail says', async () => {
    const page = await newHoney(workTeam, { name: '工作队代办的蜂蜜' });
    expect(page.text).toContain('工作队代办的蜂蜜');
    const made = await newest();
    expect(made.supplierId).toBe(world.suppliers.lianghe.id);
    const line = await app.db.auditLine.findFirstOrThrow({ where: { action: 'product.create', subjectId: made.id } });
    expect(line).toMatchObject({ onBehalfOf: world.suppliers.lianghe.name, actorId: world.users.workTeam.id });
  });
});

describe('the shelf', () => {
  it('takes only what is certified, and search finds it a moment later', async () => {
    await newHoney(supplier, { name: '上架蜂蜜' });
    const made = await newest();
    const path = `/supplier/specifications/${made.id}`;
    expect((await supplier.open(path)).text).toContain('商品没有有效认定');
    const forged = await supplier.open(path);
    forged.$('main').append(`<form id="forged" action="${path}/shelf"><input name="shelf" value="on"></form>`);
    const csrf = forged.$('input[name="_csrf"]').first().val();
    const refused = await supplier.send(forged, '#forged', { _csrf: String(csrf) });
    expect(refused.status).toBe(422);
    expect(faultsOn(refused)).toEqual(['商品没有有效认定']);

    await certify(app.db, { product: made });
    const { container } = app;
    const seen = await catchUp(container, null);
    const found = async () => (await supplier.open('/products?q=上架蜂蜜')).$(`a[href="/products/${made.id}"]`).length;
    expect(await found()).toBe(0);
    await supplier.send(await supplier.open(path), `form[action="${path}/shelf"]`);
    await work();
    const later = await catchUp(container, seen);
    expect(await found()).toBeGreaterThan(0);

    await supplier.send(await supplier.open(path), `form[action="${path}/shelf"]`);
    await work();
    await catchUp(container, later);
    expect(await found()).toBe(0);
    expect((await app.db.product.findUniqueOrThrow({ where: { id: made.id } })).state).toBe('off_sale');
  });

  it('keeps name, category, origin and weight of what was certified', async () => {
    const { tea } = world.products;
    const path = `/supplier/specifications/${tea.id}`;
    const page = await supplier.open(`${path}/form`);
    const refused = await supplier.send(page, `form[action="${path}"]`, { netGrams: 300 });
    expect(refused.status).toBe(422);
    expect(faultsOn(refused)).toEqual(['认定过或有人订过的不能改，请另加规格']);
    const renamed = await supplier.send(page, `form[action="${path}"]`, { spec: '250 克/礼盒' });
    expect(renamed.status).toBe(422);
    expect(renamed.$('#f-spec').val()).toBe('250 克/礼盒');
    const kept = await supplier.send(page, `form[action="${path}"]`, { specEn: '250 g box', caseQuantity: 12 });
    expect(kept.status).toBe(200);
    expect(await app.db.product.findUniqueOrThrow({ where: { id: tea.id } })).toMatchObject({
      ...{ netGrams: 250, caseQuantity: 12, spec: '250 克/盒', specEn: '250 g box' },
    });
  });
});

describe('a family', () => {
  it('says something else, and gets another specification', async () => {
    const { tea } = world.products;
    const family = `/supplier/goods/${tea.familyId}`;
    const edited = await supplier.send(await supplier.open(`${family}/form`), `form[action="${family}"]`, {
      ...{ nameEn: 'Lianghe white tea', description: '明前手采。' },
    });
    expect(edited.text).toContain('明前手采。');
    const page = await supplier.open(`${family}/specifications/new`);
    const added = await supplier.send(page, `form[action="${family}/specifications"]`, {
      ...{ spec: '100 克/罐', saleUnit: '罐', netGrams: 100, priceFen: '58' },
    });
    expect(added.status).toBe(200);
    expect(await newest()).toMatchObject({ familyId: tea.familyId, categoryId: tea.categoryId, state: 'draft' });
  });
});

describe('a certified family', () => {
  const send = async (familyId: number, changes: Record<string, string | number>) => {
    const family = `/supplier/goods/${familyId}`;
    return supplier.send(await supplier.open(`${family}/form`), `form[action="${family}"]`, {
      ...{ description: '说明' },
      ...changes,
    });
  };

  it('keeps name and brand, since its certificate speaks of them (rule 17)', async () => {
    const { tea } = world.products;
    const brand = await app.db.brand.create({ data: { code: 'other', name: '别的品牌', nameEn: 'Other' } });
    const refused = await send(tea.familyId, { name: '进口红酒', brandId: brand.id });
    expect(refused.status).toBe(422);
    expect(faultsOn(refused).join()).toContain('请另建商品并申请认定');
    expect(refused.$('#f-name').val()).toBe('进口红酒');
    expect(await app.db.productFamily.findUniqueOrThrow({ where: { id: tea.familyId } })).toMatchObject({
      ...{ name: '凉河白茶', brandId: null },
    });
  });

  it('says so beforehand, with the way to another name', async () => {
    const page = await supplier.open(`/supplier/goods/${world.products.tea.familyId}/form`);
    expect(page.$('#f-name').attr('readonly')).toBe('readonly');
    expect(page.$('#f-name-hint').text()).toContain('请另建商品，用新名称申请认定');
    expect(page.$('#f-brandId').attr('readonly')).toBe('readonly');
    expect(page.$('main a[href="/applications/new"]').length).toBe(1);
    const draft = await aProduct(app.db, { supplier: world.suppliers.lianghe, certified: false });
    const free = await supplier.open(`/supplier/goods/${draft.familyId}/form`);
    expect(free.$('#f-name').attr('readonly')).toBeUndefined();
    expect(free.$('#f-name-hint').length).toBe(0);
    expect(free.$('select#f-brandId').length).toBe(1);
  });

  it('is renamed while nothing of it was certified or ordered', async () => {
    const draft = await aProduct(app.db, { supplier: world.suppliers.lianghe, certified: false });
    expect((await send(draft.familyId, { name: '另一个名字' })).text).toContain('另一个名字');
  });
});

describe('the list', () => {
  it('filters by shelf, stock and words, and goes on by key', async () => {
    const { lianghe } = world.suppliers;
    for (let number = 1; number <= 31; number += 1)
      await aProduct(app.db, { supplier: lianghe, name: `竹编 ${number}`, state: 'off_sale', stock: 0 });
    const first = await supplier.open('/supplier/goods?q=竹编');
    expect(first.$('tr[data-product]').length).toBe(30);
    const next = await supplier.open(String(first.$('a[rel="next"]').attr('href')));
    expect(next.$('tr[data-product]').length).toBe(1);
    expect((await supplier.open('/supplier/goods?q=竹编&stock=left')).$('tr[data-product]').length).toBe(0);
    expect((await supplier.open('/supplier/goods?q=竹编&shelf=on')).$('tr[data-product]').length).toBe(0);
    expect((await supplier.open('/supplier/goods?q=100%25')).text).toContain('没有符合条件的商品');
  });

  it('reads a page in as many statements whatever the number of goods', async () => {
    const statements: string[] = [];
    const watched = await makeTestApp({
      clock: () => now,
      databaseUrl: app.container.config.databaseUrl,
      onQuery: (sql) => statements.push(sql),
    });
    const person = await personOf(watched, 'supplier');
    const countOf = (path: string) => warmStatements(statements, () => person.open(path));
    expect(await countOf('/supplier/goods?q=竹编')).toBe(await countOf('/supplier/goods?q=竹编 3'));
    await watched.close();
  });
});
