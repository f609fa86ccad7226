import { randomUUID } from 'node:crypto';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import type { Product } from '../../server/db/generated/client.ts';
import { pathTo } from '../../server/paths.ts';
import { countsOfOrder } from '../../server/quotas/tally/order-counts.ts';
import { catchUp, type Seen } from '../../server/search/search-changes.ts';
import { dayFromColumn } from '../../server/shared/days.ts';
import { followTerms } from '../../server/suppliers/follow-terms.ts';
import { apiTokenFor, makeTestApp, type TestApp } from '../setup/app.ts';
import { faultsOn, personOf } from '../setup/person.ts';
import { aProduct } from '../world/products.ts';
import { certify, interrupt } from '../world/suppliers.ts';
import { makeWorld, type World } from '../world/world.ts';
import {
  act,
  actorNamed,
  applyForProduct,
  begin,
  certifyCase,
  creditCode,
  productFiles,
  publish,
  recommend,
  submitDraft,
  supplierFiles,
  supplierForm,
} from './application-story.ts';

const START = '2026-01-01';
const LAST_DAY = '2026-06-30';
/** 23:59:59 and 00:00:00 in Shanghai */
const LAST_SECOND = new Date('2026-06-30T15:59:59Z');
const MIDNIGHT = new Date('2026-06-30T16:00:00Z');
let now = new Date('2026-06-15T04:00:00Z');
let market: TestApp;
let world: World;
let seen: Seen | null = null;

beforeAll(async () => {
  market = await makeTestApp({ clock: () => now });
  world = await makeWorld(market.db, { now });
  await market.db.supplier.update({ where: { id: world.suppliers.lianghe.id }, data: { creditCode: null } });
});
afterAll(() => market.close());

const at = (instant: Date | string) => {
  now = new Date(instant);
};
const look = async () => {
  seen = await catchUp({ ...market.container, clock: () => now }, seen);
};

async function goods(name: string, until = LAST_DAY, stock = 100): Promise<Product> {
  const { lianghe } = world.suppliers;
  const product = await aProduct(market.db, {
    supplier: lianghe,
    category: world.categories.tea,
    name,
    stock,
    certified: false,
  });
  await certify(market.db, { product }, [START, until]);
  return product;
}

/** Where a product can be had now: search, its page, a cart that holds it, an order by API. */
async function sellsIn(product: Product, name: string): Promise<Record<string, boolean>> {
  const buyer = await personOf(market, 'employee');
  const list = await buyer.open(`${pathTo('products')}?q=${encodeURIComponent(name)}`);
  const page = await buyer.open(pathTo('product', { id: product.id }));
  const cart = await buyer.open(pathTo('cart'));
  const token = await apiTokenFor(market.db, world.users.employee, [], now);
  const order = await supertest(market.url)
    .post('/api/v1/orders')
    .auth(token, { type: 'bearer' })
    .send({
      lines: [{ productId: product.id, quantity: 1 }],
      fundingSource: 'individual',
      payment: 'stripe',
      address: { recipient: '收货人', phone: '13800000000', region: '重庆市', detail: '测试路 1 号' },
    });
  return {
    search: list.$(`a[href="${pathTo('product', { id: product.id })}"]`).length > 0,
    page: page.$('form#buy').length === 1,
    cart: !cart.text.includes(`“${name}”已下架`),
    order: order.status === 201,
  };
}

const everywhere = { search: true, page: true, cart: true, order: true };
const nowhere = { search: false, page: false, cart: false, order: false };

async function canteenOrder(product: Product, instant: Date, quantity = 1): Promise<number> {
  const buyer = await actorNamed(market.db, 'buyer', instant);
  return submitOrder(
    market.db,
    buyer,
    {
      lines: [{ productId: product.id, quantity, note: null }],
      unitId: world.units.bank.id,
      fundingSource: 'canteen_budget',
      paymentWay: 'on_account',
      ...{ recipient: '食堂', phone: '13800000000', region: '重庆市', address: '测试路 1 号' },
      note: null,
      checkoutKey: randomUUID(),
      expectedTotalFen: null,
      channel: 'market',
      zoneId: null,
    },
    instant,
  );
}

describe('a certification at midnight in Shanghai', () => {
  it('sells and counts until 23:59:59, and nowhere from 00:00:00 on', async () => {
    const product = await goods('午夜绿茶');
    at(LAST_SECOND);
    await look();
    const buyer = await personOf(market, 'employee');
    await buyer.send(await buyer.open(pathTo('product', { id: product.id })), 'form#buy', { quantity: 1 });
    expect(await sellsIn(product, '午夜绿茶')).toEqual(everywhere);
    const placed = await canteenOrder(product, LAST_SECOND);
    expect((await countsOfOrder(market.db, placed)).every(({ placedFen }) => placedFen === 10_000)).toBe(true);
    expect(await countsOfOrder(market.db, placed)).not.toHaveLength(0);

    at(MIDNIGHT);
    // Not even before the index has looked.
    expect(await sellsIn(product, '午夜绿茶')).toEqual(nowhere);
    await look();
    expect(await sellsIn(product, '午夜绿茶')).toEqual(nowhere);
    expect((await market.container.search.search({ q: '午夜绿茶' })).ids).not.toContain(product.id);
    const checkout = await buyer.open(pathTo('cart'));
    expect(checkout.text).toContain('已下架');
    // What was placed goes on.
    expect((await market.db.order.findUniqueOrThrow({ where: { id: placed } })).state).toBe('placed');
    expect((await buyer.open(pathTo('product', { id: product.id }))).text).toContain('认定');
  });

  it('is told to lists and search once, with an audit line, whoever runs the job', async () => {
    at(LAST_SECOND);
    const product = await goods('午夜红茶');
    await followTerms(market.db, now);
    await market.db.outbox.deleteMany();
    at(MIDNIGHT);
    await Promise.all([1, 2, 3, 4].map(() => followTerms(market.db, now)));
    const told = await market.db.outbox.findMany({ where: { topic: 'product.changed' } });
    const ids = told.map(({ payload }) => (payload as { productId: number }).productId);
    expect(ids.filter((id) => id === product.id)).toHaveLength(1);
    const certification = await market.db.certification.findFirstOrThrow({ where: { productId: product.id } });
    expect(
      await market.db.auditLine.count({ where: { action: 'certification.expire', subjectId: certification.id } }),
    ).toBe(1);
  });

  it('decides a race of orders by their own instant: all before are placed and count, all after are refused', async () => {
    const product = await goods('午夜白茶');
    const instants = [0, 1, 2, 3, 4, 5, 6, 7].map((index) =>
      index % 2 === 0 ? new Date(MIDNIGHT.getTime() - 1) : MIDNIGHT,
    );
    const done = await Promise.allSettled(instants.map((instant) => canteenOrder(product, instant)));
    for (const [index, one] of done.entries()) {
      if (index % 2 === 0) {
        expect(one.status).toBe('fulfilled');
        if (one.status === 'fulfilled') expect(await countsOfOrder(market.db, one.value)).not.toHaveLength(0);
      } else {
        expect(one.status === 'rejected' && one.reason.faults[0]?.code).toBe('offShelf');
      }
    }
  });

  it('refuses an approval that comes after it; the order is returned or rejected instead', async () => {
    const product = await goods('午夜花茶');
    const orderId = await canteenOrder(product, LAST_SECOND, 60);
    expect((await market.db.order.findUniqueOrThrow({ where: { id: orderId } })).state).toBe('awaiting_approval');
    at(MIDNIGHT);
    const approver = await personOf(market, 'approver');
    const page = await approver.open(pathTo('order', { id: orderId }));
    const refused = await approver.send(page, `form[action="${pathTo('orderApproval', { id: orderId })}"]`);
    expect(refused.text).toContain('认定已经失效');
    expect((await market.db.order.findUniqueOrThrow({ where: { id: orderId } })).state).toBe('awaiting_approval');
    expect(await countsOfOrder(market.db, orderId)).toEqual([]);
  });
});

describe('a renewal', () => {
  it('opens 90 days before the end and not a day earlier', async () => {
    at('2026-03-31T15:59:59Z');
    const product = await goods('续期早茶');
    const { id } = await market.db.certification.findFirstOrThrow({ where: { productId: product.id } });
    const seller = await personOf(market, 'supplier');
    const early = await seller.open(pathTo('newApplication'));
    expect(early.$(`input[name="renewsId"][value="${id}"]`)).toHaveLength(0);
    const forced = await seller.send(early, 'form:has(input[name="subject"][value="supplier"])', { renewsId: id });
    expect([forced.status, faultsOn(forced)]).toEqual([409, ['这项认定现在不能续期：到期前 90 天内才可以']]);
    at('2026-03-31T16:00:00Z');
    expect((await seller.open(pathTo('newApplication'))).$(`input[name="renewsId"][value="${id}"]`)).toHaveLength(1);
  });

  it('needs no new recommendation, three days of notice, and goes on without a gap', async () => {
    at('2026-06-15T04:00:00Z');
    const product = await goods('续期岩茶');
    const old = await market.db.certification.findFirstOrThrow({ where: { productId: product.id } });
    const seller = await personOf(market, 'supplier');
    const certifier = await personOf(market, 'certifier');
    const id = await begin(seller, { subject: 'product', renewsId: String(old.id) });
    const form = await seller.open(pathTo('applicationForm', { id }));
    expect(form.$('#f-product').val()).toBe(product.code);
    const fields = { product: product.code, standard: 'GB/T 22291—2017', output: '800', note: '' };
    await submitDraft(seller, id, fields, productFiles);
    expect((await certifier.open(pathTo('applications', { list: 'review' }))).text).toContain('续期岩茶');
    await publish(certifier, id, 'product');
    at('2026-06-19T04:00:00Z');
    await certifyCase(certifier, id, '2');
    const renewed = await market.db.certification.findFirstOrThrow({
      where: { productId: product.id },
      orderBy: { id: 'desc' },
    });
    expect([renewed.validFrom, renewed.validUntil].map((day) => day && dayFromColumn(day))).toEqual([
      '2026-07-01',
      '2028-06-30',
    ]);
    for (const instant of [LAST_SECOND, MIDNIGHT]) {
      at(instant);
      expect(
        (await (await personOf(market, 'employee')).open(pathTo('product', { id: product.id }))).$('form#buy'),
      ).toHaveLength(1);
      expect(await countsOfOrder(market.db, await canteenOrder(product, instant))).not.toHaveLength(0);
    }
  });

  it('that comes late puts the goods back on the shelf, and search is told', async () => {
    at('2026-06-28T04:00:00Z');
    const product = await goods('续期晚茶');
    const old = await market.db.certification.findFirstOrThrow({ where: { productId: product.id } });
    at('2026-07-03T04:00:00Z');
    await look();
    expect((await market.container.search.search({ q: '续期晚茶' })).ids).not.toContain(product.id);
    const seller = await personOf(market, 'supplier');
    const certifier = await personOf(market, 'certifier');
    const id = await begin(seller, { subject: 'product', renewsId: String(old.id) });
    await submitDraft(seller, id, { product: product.code, standard: 'GB/T 22291—2017', output: '800' }, productFiles);
    await publish(certifier, id, 'product');
    at('2026-07-07T04:00:00Z');
    await market.db.outbox.deleteMany();
    await certifyCase(certifier, id, '1');
    const told = await market.db.outbox.findMany({ where: { topic: 'product.changed' } });
    expect(told.map(({ payload }) => payload)).toContainEqual({ productId: product.id });
    await look();
    expect((await market.container.search.search({ q: '续期晚茶' })).ids).toContain(product.id);
    expect(
      (await (await personOf(market, 'employee')).open(pathTo('product', { id: product.id }))).$('form#buy'),
    ).toHaveLength(1);
  });

  it('gives nothing back that was suspended or revoked meanwhile', async () => {
    at('2026-06-15T04:00:00Z');
    const product = await goods('续期断茶');
    const old = await market.db.certification.findFirstOrThrow({ where: { productId: product.id } });
    const seller = await personOf(market, 'supplier');
    const certifier = await personOf(market, 'certifier');
    const id = await begin(seller, { subject: 'product', renewsId: String(old.id) });
    await submitDraft(seller, id, { product: product.code, standard: 'GB/T 22291—2017', output: '800' }, productFiles);
    await publish(certifier, id, 'product');
    await interrupt(market.db, old, 'revocation', '2026-06-16');
    at('2026-06-19T04:00:00Z');
    const refused = await certifyCase(certifier, id);
    expect([refused.status, faultsOn(refused)]).toEqual([409, ['要续期的认定已被暂停或撤销，不能按续期办理']]);
    expect(
      (await personOf(market, 'employee').then((who) => who.open(pathTo('product', { id: product.id })))).$('form#buy'),
    ).toHaveLength(0);
  });

  it('of a supplier begins with what is known and keeps its credit code', async () => {
    at('2026-10-10T04:00:00Z');
    const { chuanhe } = world.suppliers;
    const held = await market.db.certification.findFirstOrThrow({ where: { supplierId: chuanhe.id } });
    const code = supplierForm().creditCode ?? '';
    await market.db.supplier.update({
      where: { id: chuanhe.id },
      data: { creditCode: code, contact: '川河联络员', phone: '13800000009', story: '川河的稻田' },
    });
    const seller = await personOf(market, 'rice-supplier');
    const id = await begin(seller, { subject: 'supplier', renewsId: String(held.id) });
    const form = await seller.open(pathTo('applicationForm', { id }));
    expect([form.$('#f-name').val(), form.$('#f-creditCode').val(), form.$('#f-place').val()]).toEqual([
      chuanhe.name,
      code,
      'chuanhe',
    ]);
    const wish = supplierForm({ name: chuanhe.name, place: 'chuanhe' });
    const changed = await submitDraft(seller, id, { ...wish, creditCode: creditCode(77) }, supplierFiles);
    expect(changed.text).toContain('续期不能更换统一社会信用代码');
    expect((await submitDraft(seller, id, wish, [])).status).toBe(303);
  });
});

describe('a product’s application', () => {
  it('goes the whole way to certified, listed and found', async () => {
    at('2026-06-15T04:00:00Z');
    const { lianghe } = world.suppliers;
    const product = await aProduct(market.db, {
      supplier: lianghe,
      category: world.categories.tea,
      name: '新认定毛尖',
      stock: 30,
      certified: false,
    });
    const seller = await personOf(market, 'supplier');
    const [workTeam, certifier] = await Promise.all([personOf(market, 'workteam'), personOf(market, 'certifier')]);
    expect((await seller.open(pathTo('newApplication'))).text).toContain('产品认定');
    const id = await applyForProduct(seller, product.code);
    const twice = await begin(seller, { subject: 'product' }).catch(() => null);
    if (twice !== null) {
      const again = await submitDraft(seller, twice, { product: product.code, standard: 'x', output: '1' }, []);
      expect(again.status).toBe(422);
    }
    await recommend(workTeam, id);
    const noticeId = await publish(certifier, id, 'product');
    expect((await (await personOf(market, null)).open(pathTo('notice', { id: noticeId }))).text).toContain('GB/T 1354');
    at('2026-06-23T04:00:00Z');
    expect(
      (await (await personOf(market, null)).open(pathTo('product', { id: product.id }))).$('form#buy'),
    ).toHaveLength(0);
    await certifyCase(certifier, id, '2');
    await look();
    const visitor = await personOf(market, null);
    const list = await visitor.open(`${pathTo('products')}?q=${encodeURIComponent('新认定毛尖')}`);
    expect(list.$(`a[href="${pathTo('product', { id: product.id })}"]`).length).toBeGreaterThan(0);
    expect(await countsOfOrder(market.db, await canteenOrder(product, now))).not.toHaveLength(0);
  });

  it('is not for another’s product, nor one that is certified', async () => {
    at('2026-06-15T04:00:00Z');
    const seller = await personOf(market, 'supplier');
    const own = await aProduct(market.db, { supplier: world.suppliers.lianghe, name: '待认定', certified: false });
    const id = await begin(seller, { subject: 'product' });
    const fields = { standard: 'x', output: '1' };
    for (const product of [world.products.rice.code, world.products.tea.code, 'nothing']) {
      const answer = await submitDraft(seller, id, { ...fields, product }, []);
      expect([product, answer.status]).toEqual([product, 422]);
      expect(answer.text).toContain('href="#f-product"');
    }
    await act(seller, await applyForProduct(seller, own.code), 'applicationWithdrawal');
  });
});

it('leaves the books without a difference', async () => {
  const found: string[] = [];
  await reconcile(market.container.config.databaseUrl, ({ what }) => found.push(what));
  expect(found).toEqual([]);
});
