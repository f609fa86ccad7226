import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { moveCategory } from '../../server/catalog/categories/move-category.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { type Person, personOf } from '../setup/person.ts';
import { aProduct } from '../world/products.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;
let operator: Person;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  operator = await personOf(app, 'operator');
});
afterAll(() => app.close());

const ADD = 'form.card';
const named = (name: string) => app.db.category.findFirstOrThrow({ where: { name } });

async function add(name: string, nameEn: string, parentId: number | '' = '') {
  const page = await operator.open('/admin/categories');
  return operator.send(page, ADD, { name, nameEn, parentId, illustration: 'default', aliases: '' });
}

describe('the tree of categories', () => {
  it('is the operator’s alone', async () => {
    await (await personOf(app, 'supplier')).agent.get('/admin/categories').expect(403);
  });

  it('takes new ones with words and a code of their own, and refuses a name that is there', async () => {
    const page = await operator.open('/admin/categories');
    const wish = { name: '蜂蜜', nameEn: 'Honey & bee goods', aliases: '土蜂蜜、百花蜜', illustration: 'default' };
    const added = await operator.send(page, ADD, wish);
    expect(added.text).toContain('已新增品类');
    expect(page.$('[name="illustration"][value="tea"] + img').attr('src')).toContain('/illustrations/tea.svg');
    expect(page.$('tr[data-category="tea"] img').attr('src')).toContain('/illustrations/tea.svg');
    expect(page.$('.picture-choices').text()).not.toMatch(/[a-z]/);
    const honey = await named('蜂蜜');
    expect(honey).toMatchObject({ code: 'honey-bee-goods', path: `/${honey.id}/`, aliases: ['土蜂蜜', '百花蜜'] });
    expect((await operator.open('/')).$('a[href="/products?category=honey-bee-goods"]').length).toBeGreaterThan(0);
    const again = await operator.send(await operator.open('/admin/categories'), ADD, { ...wish, nameEn: 'Other' });
    expect(again.status).toBe(422);
    expect(again.$('.error-summary a[href="#f-name"]')).toHaveLength(1);
    expect(again.$('#f-nameEn').val()).toBe('Other');
  });

  it('renames, and search follows by way of the outbox', async () => {
    await app.db.outbox.deleteMany();
    const { chicken } = world.categories;
    const page = await operator.open(`/admin/categories/${chicken.id}`);
    await operator.send(page, 'form#rename', { name: '高山鸡', illustration: 'default' });
    expect((await operator.open('/')).text).toContain('高山鸡');
    const rows = await app.db.outbox.findMany({ where: { topic: 'product.changed' } });
    expect(rows.map(({ payload }) => payload)).toContainEqual({ productId: world.products.chicken.id });
    const audit = await app.db.auditLine.findFirstOrThrow({ where: { action: 'category.rename' } });
    expect(audit).toMatchObject({ subjectId: chicken.id, before: { name: '山地鸡' } });
  });

  it('moves with all below it, and never into itself, also when two move at once', async () => {
    await add('甲', 'First');
    const first = await named('甲');
    await add('乙', 'Second');
    const second = await named('乙');
    await add('甲下', 'Below first', first.id);
    const below = await named('甲下');
    const page = await operator.open(`/admin/categories/${first.id}`);
    expect(page.$(`#f-parentId option[value="${below.id}"]`)).toHaveLength(0);
    const refused = await operator.send(page, 'form#move', { parentId: below.id });
    expect(refused.status).toBe(422);
    const actor = await findActor(app.db, world.users.operator.id, '2026-06-15');
    if (!actor) throw new Error('no operator');
    const both = await Promise.allSettled([
      moveCategory(app.db, actor, first.id, second.id, now),
      moveCategory(app.db, actor, second.id, first.id, now),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const all = await app.db.category.findMany();
    for (const { id, parentId, path } of all)
      expect(path).toBe(`${all.find((one) => one.id === parentId)?.path ?? '/'}${id}/`);
  });

  it('changes the order among siblings', async () => {
    const order = async () =>
      (await app.db.category.findMany({ where: { parentId: null }, orderBy: [{ sort: 'asc' }, { id: 'asc' }] })).map(
        ({ id }) => id,
      );
    const [one, two] = await order();
    const page = await operator.open('/admin/categories');
    const { code } = await app.db.category.findUniqueOrThrow({ where: { id: two } });
    await operator.send(page, `tr[data-category="${code}"] form`, { direction: 'up' });
    expect((await order()).slice(0, 2)).toEqual([two, one]);
  });

  it('retires one with its goods moved, and keeps its name for what was bought', async () => {
    await add('旧类', 'Old class');
    await add('新类', 'New class');
    const [old, fresh] = [await named('旧类'), await named('新类')];
    const product = await aProduct(app.db, { category: old });
    const page = await operator.open(`/admin/categories/${old.id}`);
    const empty = await operator.send(page, 'form#retire', { intoId: '', retireReason: '' });
    expect(empty.$('.error-summary a')).toHaveLength(2);
    const retired = await operator.send(page, 'form#retire', { intoId: fresh.id, retireReason: '合并' });
    expect(retired.text).toContain('已停用');
    expect((await app.db.product.findUniqueOrThrow({ where: { id: product.id } })).categoryId).toBe(fresh.id);
    expect((await operator.open('/')).$('a[href="/products?category=old-class"]')).toHaveLength(0);
    expect((await app.visitor().get('/api/v1/categories')).text).not.toContain('old-class');
  });

  it('refuses what would change how goods count for a programme or a target', async () => {
    const { rice, grainOil, tea } = world.categories;
    await app.db.programmeCategory.create({
      data: { programmeId: world.programmes.group.id, categoryId: grainOil.id },
    });
    const page = await operator.open(`/admin/categories/${rice.id}`);
    const moved = await operator.send(page, 'form#move', { parentId: tea.id });
    expect(moved.status).toBe(422);
    expect(moved.text).toContain('粮油');
    const retired = await operator.send(page, 'form#retire', { intoId: tea.id, retireReason: '合并' });
    expect(retired.status).toBe(422);
  });
});
