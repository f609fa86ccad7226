import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { mergeGuestCart } from '../../server/cart/guest-cart.ts';
import { dayOf } from '../../server/shared/days.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { type Page, type Person, personOf } from '../setup/person.ts';
import { PASSWORD } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
});
afterAll(() => app.close());
beforeEach(() => app.db.cartLine.deleteMany());

const lines = (login = 'employee') =>
  app.db.cartLine.findMany({
    where: { cart: { user: { login } } },
    orderBy: { productId: 'asc' },
    select: { productId: true, quantity: true },
  });

const put = async (who: Person, product: { id: number }, quantity: number) =>
  who.send(await who.open(`/products/${product.id}`), 'form#buy', { quantity });

const signIn = (who: Person, page: Page, login = 'employee') =>
  who.send(page, 'form[action="/sign-in"]', { login, password: PASSWORD });

describe('a visitor', () => {
  it('fills a cart without signing in: priced, changed, emptied', async () => {
    const { rice, tea } = world.products;
    const visitor = await personOf(app, null);
    await put(visitor, tea, 1);
    const cart = await put(visitor, rice, 4);
    expect(cart.path).toBe('/cart?own=1');
    expect(cart.text).toContain('凉河白茶');
    expect(cart.$('.sum__total').first().text()).toContain('¥400.00');
    expect(cart.$('.site-header .count').text()).toContain('2');
    expect(cart.text).toContain('登录后可以结算，已选商品会保留。');

    const more = await visitor.send(cart, `#line-${tea.id} form[data-submit-on-change]`, { quantity: 3 });
    expect(more.$(`#q-${tea.id}`).val()).toBe('3');
    const refused = await visitor.send(more, `#line-${tea.id} form[data-submit-on-change]`, { quantity: 'drei' });
    expect(refused.status).toBe(422);
    expect(refused.$(`#q-${tea.id}`).val()).toBe('drei');
    const without = await visitor.send(more, `#line-${tea.id} form[action*="remove"]`);
    expect(without.text).not.toContain('凉河白茶');
    expect(await app.db.cartLine.count()).toBe(0);
  });

  it('who goes to the checkout signs in and is back at it with everything chosen', async () => {
    const { tea } = world.products;
    const visitor = await personOf(app, null);
    const cart = await put(visitor, tea, 2);
    const asked = await visitor.open(cart.$('main a[href^="/checkout"]').first().attr('href') ?? '', 200);
    expect(asked.path).toContain('/sign-in?returnTo=');
    const checkout = await signIn(visitor, asked);
    expect(checkout.path).toBe('/checkout');
    expect(checkout.text).toContain('凉河白茶');
    expect(checkout.$('body').text()).toContain('已把您登录前选好的 1 种商品放进购物车');
    expect(await lines()).toEqual([{ productId: tea.id, quantity: 2 }]);
  });

  it('who just signs in is led to the cart that was filled', async () => {
    const visitor = await personOf(app, null);
    await put(visitor, world.products.tea, 1);
    expect((await signIn(visitor, await visitor.open('/sign-in'))).path).toBe('/cart');
  });

  it('is told what is no quantity, as everybody is', async () => {
    const visitor = await personOf(app, null);
    const page = await put(visitor, world.products.tea, -1);
    expect(page.$('.error-summary a[href="#f-quantity"]').length).toBe(1);
  });
});

describe('what was chosen before signing in', () => {
  const employee = async () => {
    const actor = await findActor(app.db, world.users.employee.id, dayOf(now));
    if (!actor) throw new Error('no employee');
    return actor;
  };

  it('joins what the cart holds: of the same product the larger quantity stands, however often it is done', async () => {
    const { rice, tea, chicken } = world.products;
    const member = await personOf(app, 'employee');
    await put(member, tea, 5);
    await put(member, chicken, 1);
    const visitor = await personOf(app, null);
    await put(visitor, tea, 2);
    await put(visitor, chicken, 3);
    await put(visitor, rice, 4);
    await signIn(visitor, await visitor.open('/sign-in'));
    const joined = [
      { productId: rice.id, quantity: 4 },
      { productId: tea.id, quantity: 5 },
      { productId: chicken.id, quantity: 3 },
    ].sort((a, b) => a.productId - b.productId);
    expect(await lines()).toEqual(joined);
    await mergeGuestCart(app.db, await employee(), [{ productId: rice.id, quantity: 4 }]);
    expect(await lines()).toEqual(joined);
  });

  it('of which nothing can be had any more is kept and said in the cart', async () => {
    const { chicken } = world.products;
    const visitor = await personOf(app, null);
    await put(visitor, chicken, 51);
    const cart = await signIn(visitor, await visitor.open('/sign-in?returnTo=/cart'));
    expect(cart.$(`#line-${chicken.id} .line__problem`).text()).toContain('50');
  });

  it('arrives once when two windows sign in at once', async () => {
    const actor = await employee();
    const wishes = [{ productId: world.products.tea.id, quantity: 2 }];
    await Promise.all(Array.from({ length: 8 }, () => mergeGuestCart(app.db, actor, wishes)));
    expect(await lines()).toEqual([{ productId: world.products.tea.id, quantity: 2 }]);
  });

  it('goes into the unit’s cart of a buyer who has no own one', async () => {
    const { rice } = world.products;
    await app.db.roleGrant.deleteMany({ where: { userId: world.users.outsideBuyer.id, role: 'employee' } });
    const visitor = await personOf(app, null);
    await put(visitor, rice, 2);
    const cart = await signIn(visitor, await visitor.open('/sign-in'), 'outside-buyer');
    expect(cart.path).toBe('/cart?unit=outside');
    expect(await lines('outside-buyer')).toEqual([{ productId: rice.id, quantity: 2 }]);
  });
});

describe('buying at once', () => {
  const BUY = 'form#buy';

  it('checks out just this product and leaves the cart as it is', async () => {
    const { rice, tea } = world.products;
    const employee = await personOf(app, 'employee');
    await put(employee, rice, 2);
    const page = await employee.open(`/products/${tea.id}`);
    const checkout = await employee.send(page, BUY, { quantity: 3, next: 'checkout' });
    expect(checkout.path).toBe(`/checkout?product=${tea.id}&quantity=3`);
    expect(checkout.$('.sum__total').text()).toContain('¥384.00');
    const pay = await employee.send(checkout, 'form.cart-columns');
    expect(pay.path).toMatch(/^\/sandbox\/pay\//);
    const order = await app.db.order.findFirstOrThrow({ orderBy: { id: 'desc' }, include: { lines: true } });
    expect(order.lines).toMatchObject([{ productId: tea.id, quantity: 3 }]);
    expect(await lines()).toEqual([{ productId: rice.id, quantity: 2 }]);
  });

  it('leads a visitor over signing in to this very checkout', async () => {
    const { tea } = world.products;
    const visitor = await personOf(app, null);
    const asked = await visitor.send(await visitor.open(`/products/${tea.id}`), BUY, { quantity: 2, next: 'checkout' });
    expect((await signIn(visitor, asked)).path).toBe(`/checkout?product=${tea.id}&quantity=2`);
  });

  it('says at the product why it cannot be bought so', async () => {
    const { rice } = world.products;
    const employee = await personOf(app, 'employee');
    const page = await employee.open(`/products/${rice.id}`);
    const refused = await employee.send(page, BUY, { quantity: 3, next: 'checkout' });
    expect(refused.path).toBe(`/products/${rice.id}`);
    expect(refused.$('.error-summary a[href="#f-quantity"]').length).toBe(1);
    expect(refused.$('#f-quantity').val()).toBe('3');
  });
});
