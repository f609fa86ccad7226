import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { placeOfMost } from '../../server/checkout/channel-of-order.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import { pathTo } from '../../server/paths.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { type Page, type Person, personOf } from '../setup/person.ts';
import { PASSWORD } from '../world/users.ts';

const FORM = 'form.cart-columns';
let market: Market;
let buyer: Person;
let pavilion: number;
let corner: number;

const db = () => market.app.db;
const zone = (code: string, kind: 'pavilion' | 'unit_zone', productIds: number[]) =>
  db().zone.create({
    data: {
      ...{ code, kind, name: `${code}馆`, nameEn: code, intro: '', introEn: '' },
      products: { create: productIds.map((productId) => ({ productId })) },
    },
  });

beforeAll(async () => {
  market = await openMarket('2026-06-15');
  const { tea, rice } = market.world.products;
  ({ id: pavilion } = await zone('xiushan', 'pavilion', [tea.id, rice.id]));
  ({ id: corner } = await zone('corner', 'unit_zone', [rice.id]));
  buyer = await personOf(market.app, 'buyer');
});
afterAll(() => market.app.close());
beforeEach(() => db().cartLine.deleteMany());

/** Goes from a zone's page (or none) over its card to the product and puts so many into the unit's cart. */
async function choose(who: Person, product: { id: number }, quantity: number, code?: string, more = {}): Promise<Page> {
  if (!code) return who.send(await who.open(pathTo('product', { id: product.id })), 'form#buy', { quantity, ...more });
  const shelf = await who.open(pathTo('zone', { code }));
  const href = shelf.$(`.product-card a[href^="/products/${product.id}?"]`).attr('href') ?? '';
  return who.send(await who.open(href), 'form#buy', { quantity, ...more });
}

const forUnit = { unit: 'bank' };
const checkOut = async () => buyer.send(await buyer.open('/checkout?unit=bank'), FORM);

/** The newest order's channel, and that of all its tally lines. */
async function counted() {
  const { id, channel, zoneId } = await db().order.findFirstOrThrow({ orderBy: { id: 'desc' } });
  const entries = await db().tallyEntry.findMany({ where: { orderId: id }, distinct: ['channel', 'zoneId'] });
  return { channel, zoneId, entries: entries.map((entry) => [entry.channel, entry.zoneId]) };
}
const inMarket = { channel: 'market', zoneId: null, entries: [['market', null]] };
const inPavilion = () => ({ channel: 'pavilion', zoneId: pavilion, entries: [['pavilion', pavilion]] });

describe('a purchase from a zone’s page', () => {
  it('counts in the zone’s channel, and says where it was chosen', async () => {
    const { tea } = market.world.products;
    await choose(buyer, tea, 2, 'xiushan', forUnit);
    const order = await checkOut();
    expect(await counted()).toEqual(inPavilion());
    expect(order.text).toContain('xiushan馆');
    await choose(buyer, tea, 2, undefined, forUnit);
    await checkOut();
    expect(await counted()).toEqual(inMarket);
  });

  it('counts so from the filtered list of the zone, and when it is bought at once', async () => {
    const { tea } = market.world.products;
    const list = await buyer.open(pathTo('products', { zone: 'xiushan' }));
    const href = list.$(`.product-card a[href^="/products/${tea.id}?"]`).attr('href') ?? '';
    expect(href).toContain('zone=xiushan');
    const page = await buyer.send(await buyer.open(href), 'form#buy', { quantity: 2, ...forUnit, next: 'checkout' });
    await buyer.send(page, FORM);
    expect(await counted()).toEqual(inPavilion());
  });

  it('mixed with others counts where the largest part of its goods was chosen', async () => {
    const { tea, rice } = market.world.products;
    await choose(buyer, tea, 1, undefined, forUnit);
    await choose(buyer, rice, 10, 'corner', forUnit);
    await checkOut();
    expect(await counted()).toEqual({ channel: 'unit_zone', zoneId: corner, entries: [['unit_zone', corner]] });
    await choose(buyer, tea, 5, undefined, forUnit);
    await choose(buyer, rice, 4, 'corner', forUnit);
    await checkOut();
    expect(await counted()).toEqual(inMarket);
    expect(placeOfMost([])).toBeNull();
    expect(placeOfMost([{ zoneId: 7, payableFen: 5 }, { payableFen: 5 }])).toBeNull();
    expect(
      placeOfMost([
        { zoneId: 9, payableFen: 5 },
        { zoneId: 7, payableFen: 5 },
      ]),
    ).toBe(7);
    expect(placeOfMost([{ zoneId: 9, payableFen: 3 }, { zoneId: 9, payableFen: 3 }, { payableFen: 5 }])).toBe(9);
  });

  it('is remembered by where it was last put in, also when the quantity changes', async () => {
    const { tea, rice } = market.world.products;
    await choose(buyer, rice, 4, undefined, forUnit);
    await choose(buyer, rice, 1, 'xiushan', forUnit);
    const cart = await choose(buyer, tea, 1, 'xiushan', forUnit);
    await buyer.send(cart, `#line-${tea.id} form[data-submit-on-change]`, { quantity: 3 });
    const lines = await db().cartLine.findMany({ orderBy: { productId: 'asc' } });
    expect(lines.map(({ zoneId }) => zoneId)).toEqual([pavilion, pavilion]);
  });

  it('of goods that the zone does not hold counts in the market', async () => {
    const { tea } = market.world.products;
    const page = await buyer.open(pathTo('product', { id: tea.id, zone: 'corner' }));
    expect(page.$('input[name="zone"]')).toHaveLength(0);
    await buyer.send(page, 'form#buy', { quantity: 2, zone: 'corner', ...forUnit });
    await checkOut();
    expect(await counted()).toEqual(inMarket);
  });

  it('is remembered of a visitor who signs in on the way', async () => {
    const { tea } = market.world.products;
    const visitor = await personOf(market.app, null);
    await choose(visitor, tea, 1, 'xiushan');
    const asked = await visitor.open('/sign-in');
    await visitor.send(asked, 'form[action="/sign-in"]', { login: 'employee', password: PASSWORD });
    const lines = await db().cartLine.findMany({ where: { cart: { user: { login: 'employee' } } } });
    expect(lines).toMatchObject([{ productId: tea.id, quantity: 1, zoneId: pavilion }]);
  });

  it('stands up to being recomputed', async () => {
    const found: unknown[] = [];
    await reconcile(market.app.container.config.databaseUrl, (difference) => found.push(difference));
    expect(found).toEqual([]);
  });
});
