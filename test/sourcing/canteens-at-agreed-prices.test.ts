import supertest from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import { fast } from '../../server/db/client.ts';
import type { Product } from '../../server/db/generated/client.ts';
import { pathTo } from '../../server/paths.ts';
import { addDays, type Day, dayFromColumn, dayToColumn } from '../../server/shared/days.ts';
import { announceHarvest } from '../../server/sourcing/harvests/announce-harvest.ts';
import { calledOffFen } from '../../server/sourcing/matching/called-off.ts';
import { decideAgreement } from '../../server/sourcing/matching/decide-agreement.ts';
import { holdEvent } from '../../server/sourcing/matching/hold-event.ts';
import { proposeAgreement } from '../../server/sourcing/matching/propose-agreement.ts';
import { stateIntention } from '../../server/sourcing/matching/state-intention.ts';
import { askForQuotes } from '../../server/sourcing/quotes/ask-for-quotes.ts';
import { makeOffer } from '../../server/sourcing/quotes/make-offer.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { apiTokenFor } from '../setup/app.ts';
import { type Page, type Person, personOf } from '../setup/person.ts';
import { aProduct } from '../world/products.ts';

// A Wednesday. The supplier confirms within 24 hours and ships within 3 working days: by Tuesday 12, so that Wednesday 13 is the first day.
const DAY = '2026-05-06';
const FIRST = '2026-05-13';
const now = new Date(`${DAY}T04:00:00Z`);
const morning = { from: 360, to: 540 };
let market: Market;
let buyer: Person;
let canteenId: number;
let tea: Product;

beforeAll(async () => {
  market = await openMarket(DAY);
  buyer = await personOf(market.app, 'buyer');
  const { suppliers, categories, units } = market.world;
  tea = await aProduct(db(), { supplier: suppliers.lianghe, category: categories.tea, priceFen: 1000, stock: 10_000 });
  const place = { recipient: '收货岗', phone: '023-66660001', region: '重庆市', detail: '食堂路 1 号' };
  const hours = [morning, morning, morning, morning, morning, null, null];
  ({ id: canteenId } = await db().canteen.create({
    data: { unitId: units.bank.id, name: '一食堂', ...place, hours, createdAt: now },
  }));
});
beforeEach(() => market.turnTo(DAY));
afterAll(() => market.app.close());

const db = () => market.app.db;
async function actorOf(who: keyof Market['world']['users']): Promise<Actor> {
  const found = await findActor(db(), market.world.users[who].id, DAY);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
}

/** A framework agreement in force, tea at 9 yuan instead of 10. */
async function agreement(): Promise<number> {
  const wish = {
    ...{ name: '春季产销对接会', venue: '便民服务中心', summary: '带样品选品', placeId: null, groupId: null },
    ...{ heldOn: DAY, intentionsUntil: addDays(DAY, 7) },
  };
  const event = await holdEvent(db(), await actorOf('operator'), wish, now);
  const { units, suppliers } = market.world;
  const intention = await stateIntention(
    db(),
    await actorOf('buyer'),
    event,
    { unitId: units.bank.id, supplierId: suppliers.lianghe.id, goods: '茶叶一年用量', amountFen: 500_000 },
    now,
  );
  const terms = { amountFen: 100_000, startsOn: DAY, endsOn: addDays(DAY, 100), terms: '按月送货' };
  const prices = [{ productId: tea.id, unitPriceFen: 900 }];
  const id = await proposeAgreement(db(), await actorOf('supplier'), intention, { ...terms, prices }, now);
  await decideAgreement(db(), await actorOf('approver'), id, null, now);
  return id;
}

/** A binding offer of forty boxes of tea at 8 yuan, which names a day of delivery. */
async function offer(deliverOn: Day) {
  const { units, suppliers } = market.world;
  const wish = {
    ...{
      unitId: units.bank.id,
      supplierIds: [suppliers.lianghe.id],
      neededOn: null,
      answerOn: '2026-05-10',
      note: null,
    },
    lines: [{ productId: tea.id, quantity: 40, note: null }],
  };
  const requestId = await askForQuotes(db(), await actorOf('buyer'), wish, now);
  const { id: requestLineId } = await db().quoteRequestLine.findFirstOrThrow({ where: { requestId } });
  const offered = {
    ...{
      supplierId: suppliers.lianghe.id,
      freightFen: 0,
      deliverOn,
      validOn: '2026-05-12',
      wholeOnly: false,
      note: null,
    },
    lines: [{ requestLineId, productId: tea.id, quantity: 40, priceFen: 800, per: 'unit' as const }],
  };
  const id = await makeOffer(db(), await actorOf('supplier'), requestId, offered, now);
  const line = await db().quoteOfferLine.findFirstOrThrow({ where: { offerId: id } });
  return { requestId, requestLineId, offerLineId: line.id };
}

async function harvest(expectedOn: Day): Promise<number> {
  const wish = { productId: tea.id, expectedQuantity: 400, expectedOn, closesOn: '2026-05-31', priceFen: 700 };
  return announceHarvest(db(), await actorOf('supplier'), { ...wish, minimumQuantity: 0, note: null }, now);
}

const checkout = (page: Page, changes: Record<string, string> = {}) =>
  buyer.send(page, 'form.cart-columns', { fundingSource: 'canteen_budget', payment: 'on_account', ...changes });

const newest = async () => {
  const order = await db().order.findFirstOrThrow({ orderBy: { id: 'desc' }, include: { lines: true } });
  return { ...order, deliverOn: order.deliverOn && dayFromColumn(order.deliverOn) };
};

async function post(path: string, body: object) {
  const token = await apiTokenFor(db(), market.world.users.buyer, [], now);
  return supertest(market.app.url)
    .post(`/api/v1${path}`)
    .auth(token, { type: 'bearer' })
    .send({ fundingSource: 'canteen_budget', payment: 'on_account', ...body });
}

const ways = [
  [
    'called off a framework agreement',
    async () => `${pathTo('agreement', { id: await agreement() })}/order?quantity.${tea.id}=10`,
    { first: FIRST, unitPriceFen: 900, quantity: 10 },
  ],
  [
    'of an accepted offer, not before the day that it names',
    async () => {
      const { requestId, requestLineId, offerLineId } = await offer('2026-05-20');
      return `/quotes/${requestId}/acceptance?line.${requestLineId}=${offerLineId}`;
    },
    { first: '2026-05-20', unitPriceFen: 800, quantity: 40 },
  ],
  [
    'ordered ahead, not before the lead time after the harvest',
    // Harvested on Wednesday 10: confirmed on Thursday, shipped by Tuesday 16.
    async () => `/pre-orders/${await harvest('2026-06-10')}/order?quantity=4&unit=bank`,
    { first: '2026-06-17', unitPriceFen: 700, quantity: 4 },
  ],
] as const;

describe('a canteen’s goods at agreed prices', () => {
  it.each(ways)('%s: come on the first day that can be, at exactly that price', async (_what, open, expected) => {
    const page = await buyer.open(await open());
    expect(page.$('input[name="addressId"]:checked').val()).toBe(`canteen-${canteenId}`);
    expect(page.$('#f-deliverOn').val()).toBe(expected.first);
    const done = await checkout(page);
    expect(done.path).toMatch(/^\/orders\/\d+$/);
    expect(done.text).toContain(`${expected.first}（`);
    const { first: deliverOn, ...line } = expected;
    const order = await newest();
    expect(order).toMatchObject({ canteenId, deliverOn, deliverFrom: 360, deliverTo: 540, recipient: '收货岗' });
    expect(order.lines).toMatchObject([line]);
  });

  it.each(ways)(
    '%s: a day that is too early is refused by its field, a later one is taken',
    async (_what, open, { first, unitPriceFen }) => {
      const page = await buyer.open(await open());
      const before = await db().order.count();
      const refused = await checkout(page, { deliverOn: addDays(first, -1) });
      expect(refused.status).toBe(422);
      expect(refused.$('#f-deliverOn-error').text()).toContain(`最早可送 ${first}`);
      expect(refused.$('#f-deliverOn').val()).toBe(addDays(first, -1));
      expect(await db().order.count()).toBe(before);
      const later = addDays(first, 7);
      await checkout(refused, { deliverOn: later });
      const order = await newest();
      expect(order).toMatchObject({ canteenId, deliverOn: later });
      expect(order.lines).toMatchObject([{ unitPriceFen }]);
    },
  );

  it('come through the API to a canteen too, and to one place alone', async () => {
    const { requestId, ...chosen } = await offer('2026-05-20');
    const pre = `/harvests/${await harvest('2026-06-10')}/orders`;
    const { bank } = market.world.units;
    const lines = [{ productId: tea.id, quantity: 10 }];
    const callOffs = `/agreements/${await agreement()}/orders`;
    const asked = [
      [callOffs, { lines, canteenId, deliverFrom: '06:30' }, FIRST],
      [`/quote-requests/${requestId}/acceptance`, { lines: [chosen], canteenId }, '2026-05-20'],
      [pre, { quantity: 4, unitId: bank.id, canteenId, deliverOn: '2026-06-18' }, '2026-06-18'],
    ] as const;
    for (const [path, body, on] of asked) {
      const answer = await post(path, body);
      expect(answer.status, answer.text).toBe(201);
      expect(answer.body.delivery).toMatchObject({ canteenId, on });
    }
    expect((await newest()).deliverOn).toBe('2026-06-18');
    const early = await post(pre, { quantity: 4, unitId: bank.id, canteenId, deliverOn: FIRST });
    expect(early.status).toBe(422);
    expect(early.body.errors).toMatchObject([{ path: 'deliverOn', code: 'deliverTooEarly' }]);
    const address = { recipient: '收货人', phone: '13800000000', region: '重庆市 渝中区', detail: '测试路 1 号' };
    for (const where of [{}, { canteenId, address }])
      expect((await post(callOffs, { lines, ...where })).body.errors).toMatchObject([{ code: 'oneAddress' }]);
    const strange = await db().canteen.create({
      data: {
        ...{ unitId: market.world.units.dual.id, name: '外单位', recipient: '岗', phone: '023', region: '重庆市' },
        ...{ detail: '2 号', hours: Array(7).fill(morning), createdAt: now },
      },
    });
    expect((await post(callOffs, { lines, canteenId: strange.id })).body.errors).toMatchObject([
      { path: 'canteenId', code: 'noSuchCanteen' },
    ]);
  });

  it('are shown to the unit’s buyers alone, and never taken by the cart or a pasted list: only a call-off uses the agreement', async () => {
    const id = await agreement();
    const way = `a[href="${pathTo('agreement', { id })}"]`;
    expect((await buyer.open(pathTo('product', { id: tea.id }))).$('.ways').find(way).text()).toContain('¥9.00');
    for (const login of ['dual-buyer', 'employee'])
      expect((await (await personOf(market.app, login)).open(pathTo('product', { id: tea.id }))).$(way)).toHaveLength(
        0,
      );
    const pasted = await buyer.open(`${pathTo('quickOrder')}?unit=bank`);
    const checked = await buyer.send(pasted, 'form:has(textarea)', { text: `${tea.code} 10` });
    expect(checked.text).toContain('¥10.00 × 10');
    const bought = await post('/orders', {
      lines: [{ productId: tea.id, quantity: 10 }],
      unitId: market.world.units.bank.id,
      canteenId,
    });
    expect(bought.status, bought.text).toBe(201);
    const order = await newest();
    expect(order).toMatchObject({ canteenId, deliverOn: FIRST, agreementId: null });
    expect(order.lines).toMatchObject([{ unitPriceFen: 1000 }]);
    expect(await calledOffFen(fast(db()), id)).toBe(0);
    await db().frameworkAgreement.update({ where: { id }, data: { endsOn: new Date('2026-05-05') } });
    expect((await buyer.open(pathTo('product', { id: tea.id }))).$(way)).toHaveLength(0);
  });

  it('are approved late: the day moves, the price stays', async () => {
    await db().unitPayer.updateMany({ data: { approvalThresholdFen: 0 } });
    const page = await buyer.open(`${pathTo('agreement', { id: await agreement() })}/order?quantity.${tea.id}=10`);
    await checkout(page);
    const { id } = await newest();
    market.turnTo('2026-05-07');
    const boss = await personOf(market.app, 'approver');
    await boss.send(await boss.open(pathTo('order', { id })), `form[action$="/${id}/approval"]`);
    const order = await newest();
    expect(order).toMatchObject({ state: 'placed', deliverOn: '2026-05-14', deliverMovedFrom: dayToColumn(FIRST) });
    expect(order.lines).toMatchObject([{ unitPriceFen: 900 }]);
    const found: unknown[] = [];
    await market.settle();
    await reconcile(market.app.container.config.databaseUrl, (difference) => found.push(difference));
    expect(found).toEqual([]);
  });
});
