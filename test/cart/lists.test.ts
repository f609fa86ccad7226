import { readSheet } from 'read-excel-file/node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { saveLines } from '../../server/cart/change-list.ts';
import { createList } from '../../server/cart/create-list.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { type Page, type Person, personOf } from '../setup/person.ts';
import { aProduct } from '../world/products.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;
let buyer: Person;
let eggs: { id: number };
let beans: { id: number };

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  eggs = await aProduct(app.db, { code: 'eggs', name: '林下鸡蛋', saleUnit: '箱', stock: 47 });
  beans = await aProduct(app.db, { code: 'beans', name: '高山四季豆', stock: 0 });
  buyer = await personOf(app, 'buyer');
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.db.cartLine.deleteMany();
  await app.db.purchaseList.deleteMany();
});

const actorOf = async (userId: number) => {
  const actor = await findActor(app.db, userId, '2026-06-15');
  if (!actor) throw new Error('nobody');
  return actor;
};
const aList = async (name = '周采购', lines = [{ productId: eggs.id, quantity: 10, note: '门卫收' }]) =>
  createList(app.db, await actorOf(world.users.buyer.id), { unitId: world.units.bank.id, name, lines }, now);
const linesOf = (listId: number) =>
  app.db.purchaseListLine.findMany({
    where: { listId },
    orderBy: { productId: 'asc' },
    select: { productId: true, quantity: true, note: true },
  });
const cart = () =>
  app.db.cartLine.findMany({ orderBy: { productId: 'asc' }, select: { productId: true, quantity: true, note: true } });
const press = (page: Page, act: string, changes: Record<string, string | number | null> = {}) =>
  buyer.send(page, '#lines', { ...changes, act });

describe('purchase lists', () => {
  it('is made from the cart and shared by the unit’s buyers', async () => {
    await buyer.send(await buyer.open(`/products/${eggs.id}`), 'form#buy', { unit: 'bank', quantity: 3 });
    const page = await buyer.send(await buyer.open('/lists'), 'form.card', { name: '端午慰问', from: 'cart' });
    expect(page.$('h1').text()).toBe('端午慰问');
    expect(page.$(`#line-${eggs.id} input[name="quantity.${eggs.id}"]`).val()).toBe('3');
    expect((await buyer.open('/lists')).text).toContain('端午慰问');
  });

  it('refuses a second list of the same name and keeps the name', async () => {
    await aList();
    const page = await buyer.send(await buyer.open('/lists'), 'form.card', { name: '周采购' });
    expect(page.status).toBe(422);
    expect(page.$('.error-summary').text()).toContain('同名');
    expect(page.$('#f-name').val()).toBe('周采购');
  });

  it('saves quantities and notes, and takes out what is set to 0', async () => {
    const id = await aList('周采购', [
      { productId: eggs.id, quantity: 10, note: '门卫收' },
      { productId: beans.id, quantity: 2, note: '' },
    ]);
    await press(await buyer.open(`/lists/${id}`), 'save', {
      [`quantity.${eggs.id}`]: 12,
      [`note.${eggs.id}`]: '后门收',
      [`quantity.${beans.id}`]: 0,
    });
    expect(await linesOf(id)).toEqual([{ productId: eggs.id, quantity: 12, note: '后门收' }]);
  });

  it('keeps what was typed wrongly by its field', async () => {
    const id = await aList();
    const page = await press(await buyer.open(`/lists/${id}`), 'save', { [`quantity.${eggs.id}`]: 'viele' });
    expect(page.status).toBe(422);
    expect(page.$(`[id="f-quantity.${eggs.id}"]`).val()).toBe('viele');
    expect(page.$('.error-summary').text()).toContain('请填整数数量');
  });

  it('does not write over what another buyer has changed meanwhile, and shows both', async () => {
    const id = await aList();
    const page = await buyer.open(`/lists/${id}`);
    const change = { actor: await actorOf(world.users.buyer.id), listId: id, version: 1, at: now };
    await saveLines(app.db, change, [{ productId: eggs.id, quantity: 30 }]);
    const stale = await press(page, 'save', { [`quantity.${eggs.id}`]: 12 });
    expect(stale.status).toBe(409);
    expect(stale.$(`#line-${eggs.id}`).text()).toContain('清单上现在是 30 箱');
    expect(stale.$(`[id="f-quantity.${eggs.id}"]`).val()).toBe('12');
    expect(await linesOf(id)).toMatchObject([{ quantity: 30 }]);
    await press(stale, 'save');
    expect(await linesOf(id)).toMatchObject([{ quantity: 12 }]);
  });

  it('takes one of many changes to the same version', async () => {
    const id = await aList();
    const change = { actor: await actorOf(world.users.buyer.id), listId: id, version: 1, at: now };
    const done = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => saveLines(app.db, change, [{ productId: eggs.id, quantity: index + 1 }])),
    );
    expect(done.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  });

  it('puts all or what is chosen into the cart and names what is gone, sold out or short', async () => {
    const gone = await aProduct(app.db, { name: '旧年笋干', state: 'off_sale' });
    const id = await aList('周采购', [
      { productId: eggs.id, quantity: 60, note: '门卫收' },
      { productId: beans.id, quantity: 2, note: '' },
      { productId: gone.id, quantity: 1, note: '' },
      { productId: world.products.tea.id, quantity: 1, note: '' },
    ]);
    const page = await buyer.open(`/lists/${id}`);
    expect(page.$(`#line-${beans.id}`).text()).toContain('已售完');
    const all = await press(page, 'all');
    expect(all.path).toBe('/cart?unit=bank');
    const told = all.$('body').text();
    expect(told).toMatch(/已下架，没有放入：旧年笋干/);
    expect(told).toMatch(/已售完，没有放入：高山四季豆/);
    expect(told).toMatch(/林下鸡蛋（1 公斤\/袋）只剩 47 箱/);
    expect((await cart()).map((line) => line.quantity).sort()).toEqual([1, 60]);
    await app.db.cartLine.deleteMany();
    await press(await buyer.open(`/lists/${id}`), 'chosen', { [`take.${world.products.tea.id}`]: 1 });
    expect(await cart()).toMatchObject([{ productId: world.products.tea.id, quantity: 1 }]);
    expect((await press(await buyer.open(`/lists/${id}`), 'chosen')).status).toBe(422);
  });

  it('is renamed, copied, and deleted once confirmed', async () => {
    const id = await aList();
    await buyer.send(await buyer.open(`/lists/${id}`), `form[action="/lists/${id}/name"]`, { name: '每周一' });
    const token = (await buyer.open(`/lists/${id}`)).$('#lines input[name=_csrf]').val();
    const copied = await buyer.agent.post(`/lists/${id}/copy`).type('form').send({ _csrf: token, name: '每周五' });
    expect(copied.status).toBe(303);
    const names = async () => (await app.db.purchaseList.findMany({ orderBy: { id: 'asc' } })).map((list) => list.name);
    expect(await names()).toEqual(['每周一', '每周五']);
    await buyer.send(await buyer.open(`/lists/${id}`), `form[action="/lists/${id}/removal"]`);
    expect(await names()).toEqual(['每周五']);
  });

  it('goes out as an Excel file', async () => {
    const id = await aList();
    const answer = await buyer.agent
      .get(`/lists/${id}/list.xlsx`)
      .buffer(true)
      .parse((res, done) => {
        const parts: Buffer[] = [];
        res.on('data', (part: Buffer) => parts.push(part));
        res.on('end', () => done(null, Buffer.concat(parts)));
      });
    const rows = await readSheet(answer.body as Buffer);
    expect(rows[1]?.slice(0, 4)).toEqual(['eggs', 10, '门卫收', '林下鸡蛋']);
    expect(rows[1]?.slice(7)).toEqual([100, 1000]);
  });

  it('is nobody’s who does not buy for the unit', async () => {
    const id = await aList();
    const employee = await personOf(app, 'employee');
    await employee.open(`/lists/${id}`, 404);
    await employee.open('/lists', 403);
    await buyer.open('/lists?unit=outside', 404);
  });

  it('is filled from a pasted list', async () => {
    const page = await buyer.send(await buyer.open('/quick-order?unit=bank'), 'form[enctype]', {
      text: 'eggs 7 后门\nbeans 2',
    });
    const list = await buyer.send(page, '#check', { act: 'list', listName: '周三' });
    expect(list.$('h1').text()).toBe('周三');
    expect(list.$('tbody tr').length).toBe(2);
    const id = Number(/\d+/.exec(list.path)?.[0]);
    const again = await buyer.send(await buyer.open(`/quick-order?unit=bank&list=${id}`), 'form[enctype]', {
      text: 'eggs 9',
    });
    await buyer.send(again, '#check', { act: 'list' });
    expect(await linesOf(id)).toMatchObject([{ productId: eggs.id, quantity: 9, note: '后门' }, { quantity: 2 }]);
  });
});
