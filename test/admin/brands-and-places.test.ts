import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forgetCatalog } from '../../server/catalog/forget-catalog.ts';
import { productDocuments } from '../../server/search/index-products.ts';
import type { ProductDocument } from '../../server/search/product-document.ts';
import { dayOf } from '../../server/shared/days.ts';
import { placeTree } from '../../server/units/place-tree.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { faultsOn, type Person, personOf } from '../setup/person.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;
let operator: Person;
let brand: { id: number; code: string };

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  brand = await app.db.brand.create({ data: { code: 'hills', name: '群山', nameEn: 'Hills' } });
  await app.db.brand.create({ data: { code: 'rivers', name: '江河', nameEn: 'Rivers' } });
  await app.db.productFamily.update({ where: { id: world.products.tea.familyId }, data: { brandId: brand.id } });
  forgetCatalog(app.db);
  operator = await personOf(app, 'operator');
});
afterAll(() => app.close());

const editing = (path: string, changes: Record<string, string | number>) =>
  operator.open(path).then((page) => operator.send(page, 'form#edit', changes));
const lastAudit = () => app.db.auditLine.findFirstOrThrow({ orderBy: { id: 'desc' } });

async function documentOf(productId: number): Promise<ProductDocument | undefined> {
  for await (const [document] of productDocuments(app.db, dayOf(now), [productId])) return document;
  return undefined;
}

describe('a brand', () => {
  it('is the operator’s alone to change', async () => {
    for (const login of ['supplier', 'certifier', 'organizer'])
      for (const path of ['/admin/brands', `/admin/brands/${brand.id}`, '/admin/places'])
        await (await personOf(app, login)).open(path, 403);
  });

  it('gets other words and a place: its page, the index and the trail have them', async () => {
    await app.db.outbox.deleteMany();
    const wish = { name: '群山里', nameEn: 'In the hills', placeId: world.places.yongdong.id, story: '从一九九〇年起' };
    expect((await editing(`/admin/brands/${brand.id}`, wish)).text).toContain('已保存');
    expect((await operator.open('/brands/hills')).text).toMatch(/群山里.*从一九九〇年起/);
    const rows = await app.db.outbox.findMany({ where: { topic: 'product.changed' } });
    expect(rows.map(({ payload }) => payload)).toEqual([{ productId: world.products.tea.id }]);
    expect(await documentOf(world.products.tea.id)).toMatchObject({ brandCode: 'hills', brandName: '群山里' });
    expect(await lastAudit()).toMatchObject({
      ...{ action: 'brand.edit', subjectId: brand.id },
      ...{ before: { name: '群山' }, after: { name: '群山里', placeId: world.places.yongdong.id } },
    });
    expect((await operator.open('/admin/audit')).text).toContain('修改品牌');
  });

  it('is refused a name that another has, and keeps what was typed', async () => {
    const page = await editing(`/admin/brands/${brand.id}`, { name: '江河', nameEn: '' });
    expect(page.status).toBe(422);
    expect(faultsOn(page)).toHaveLength(1);
    expect(page.$('#f-name').val()).toBe('江河');
    const taken = await editing(`/admin/brands/${brand.id}`, { name: '江河' });
    expect(faultsOn(taken)).toEqual([expect.stringContaining('已有同名的品牌')]);
  });

  it('ends for new goods and in lists, while what has it keeps it, and comes back', async () => {
    const page = await operator.open(`/admin/brands/${brand.id}`);
    expect((await operator.send(page, 'form#end', { reason: '' })).status).toBe(422);
    const ended = await operator.send(page, 'form#end', { reason: '不再授权' });
    expect(ended.text).toContain('已停用');
    expect(await lastAudit()).toMatchObject({ action: 'brand.end', reason: '不再授权' });
    expect((await operator.send(page, 'form#end', { reason: '再来' })).status).toBe(409);
    expect((await operator.open('/places')).$('a[href="/brands/hills"]')).toHaveLength(0);
    expect((await operator.open('/brands/hills')).text).toContain('已停用');
    const supplier = await personOf(app, 'supplier');
    const choice = `#f-brandId option[value="${brand.id}"]`;
    expect((await supplier.open('/supplier/goods/new')).$(choice)).toHaveLength(0);
    const own = await supplier.open(`/supplier/goods/${world.products.tea.familyId}/form`);
    // What is certified shows its brand and cannot change it.
    expect(own.$('input[name="brandId"]').val()).toBe(String(brand.id));
    expect((await supplier.send(own, 'form.card', { description: '一样的茶' })).status).toBe(200);
    await operator.send(ended, 'form#resume');
    expect((await supplier.open('/supplier/goods/new')).$(choice)).toHaveLength(1);
  });
});

describe('a place', () => {
  it('gets other words, an introduction and a class, and search finds its goods by them', async () => {
    const { yongdong } = world.places;
    await app.db.outbox.deleteMany();
    const wish = { nameEn: 'Yongdong of the hills', aliases: '溶洞、雍洞', intro: '武陵山里', placeClass: 'pioneer' };
    const saved = await editing(`/admin/places/${yongdong.id}`, wish);
    expect(saved.text).toContain('已保存');
    expect(saved.text).toContain('不能在这里改');
    const place = await app.db.place.findUniqueOrThrow({ where: { id: yongdong.id } });
    expect(place).toMatchObject({ ...wish, aliases: ['溶洞', '雍洞'], name: yongdong.name, path: yongdong.path });
    expect((await placeTree(app.db)).byId.get(yongdong.id)?.placeClass).toBe('pioneer');
    expect((await operator.open(`/places/${yongdong.code}`)).text).toContain('武陵山里');
    const told = await app.db.outbox.findMany({ where: { topic: 'product.changed' } });
    expect(told.map(({ payload }) => payload)).toContainEqual({ productId: world.products.tea.id });
    expect((await documentOf(world.products.tea.id))?.categoryWords).toContain('雍洞');
    expect(await lastAudit()).toMatchObject({ action: 'place.edit', before: { aliases: [] } });
  });

  it('is read anew for the index, whatever this process remembers of it', async () => {
    const { yongdong } = world.places;
    await placeTree(app.db);
    await app.db.place.update({ where: { id: yongdong.id }, data: { aliases: ['别处改的'] } });
    expect((await documentOf(world.products.tea.id))?.categoryWords).toContain('别处改的');
  });

  it('keeps its name, code and parent whatever a form sends', async () => {
    const { yongdong } = world.places;
    const page = await operator.open(`/admin/places/${yongdong.id}`);
    await operator.send(page, 'form#edit', { name: '别的', code: 'other', parentId: 1, nameEn: 'Yongdong' });
    const place = await app.db.place.findUniqueOrThrow({ where: { id: yongdong.id } });
    expect(place).toMatchObject({ name: yongdong.name, code: yongdong.code, parentId: yongdong.parentId });
    expect((await editing(`/admin/places/${yongdong.id}`, { nameEn: '', placeClass: 'best' })).status).toBe(422);
  });
});
