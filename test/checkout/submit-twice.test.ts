import { load } from 'cheerio';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Agent, csrfFrom, makeTestApp, signInAs, type TestApp } from '../setup/app.ts';
import { aProduct } from '../world/products.ts';
import { aUser } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';

let app: TestApp;
let world: World;
let product: { id: number };
let buyer: Agent;
let buyerId: number;

beforeAll(async () => {
  app = await makeTestApp();
  world = await makeWorld(app.db, { now: new Date() });
});
afterAll(() => app.close());

beforeEach(async () => {
  product = await aProduct(app.db, { stock: 20 });
  const grants = [{ role: 'employee' as const, unit: world.units.bank }];
  const user = await aUser(app.db, { grants, address: true });
  buyerId = user.id;
  buyer = await signInAs(app.visitor(), user.login);
});

async function addToCart({ id }: { id: number }): Promise<void> {
  const page = await buyer.get(`/products/${id}`);
  const form = load(page.text)('#buy');
  await buyer
    .post(String(form.attr('action')))
    .type('form')
    .send({ productId: id, quantity: 1, _csrf: csrfFrom(page.text) })
    .expect(303);
}

/** The checkout page as it stands open in the browser: sending it twice sends the same. */
async function openForm(): Promise<() => ReturnType<Agent['post']>> {
  const page = load((await buyer.get('/checkout').expect(200)).text);
  const form = page('main form[action^="/checkout"]');
  const fields = form.serialize();
  return () =>
    buyer
      .post(String(form.attr('action')))
      .type('form')
      .send(fields);
}

const orders = () => app.db.order.count({ where: { buyerId } });
const inCart = async () =>
  (await app.db.cartLine.findMany({ where: { cart: { userId: buyerId } } })).map((line) => line.productId);

describe('sending the checkout page', () => {
  it('twice, one press after the other and both at once, makes one order that is paid at one address', async () => {
    await addToCart(product);
    const send = await openForm();
    const together = await Promise.all([send(), send()]);
    const again = await send();
    const targets = new Set([...together, again].map((answer) => `${answer.status} ${answer.headers.location}`));
    expect(targets.size).toBe(1);
    expect([...targets][0]).toMatch(/^303 .*\/sandbox\/pay\/cs_/);
    expect(await orders()).toBe(1);
  });

  it('again from the browser’s history leaves alone what was put into the cart since', async () => {
    await addToCart(product);
    const send = await openForm();
    await send().expect(303);
    expect(await inCart()).toEqual([]);
    const other = await aProduct(app.db, { stock: 5 });
    await addToCart(other);
    await send().expect(303);
    expect(await orders()).toBe(1);
    expect(await inCart()).toEqual([other.id]);
  });
});
