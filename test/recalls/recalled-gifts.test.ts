import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import type { Batch, Product } from '../../server/db/generated/client.ts';
import { decideRefund } from '../../server/orders/decide-refund.ts';
import { receiveFulfilment } from '../../server/orders/receive-fulfilment.ts';
import { requestRefund } from '../../server/orders/request-refund.ts';
import { shipFulfilment } from '../../server/orders/ship-fulfilment.ts';
import { handleRecalls } from '../../server/recalls/handle-recalls.ts';
import { recallBatch } from '../../server/recalls/recall-batch.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { personOf } from '../setup/person.ts';
import { aProduct, stockOf } from '../world/products.ts';

const DAY = '2026-05-06';
const now = new Date(`${DAY}T04:00:00Z`);
let market: Market;

/** A box of 白茶 beside anything from 250 yuan on of its supplier's goods. */
beforeAll(async () => {
  market = await openMarket(DAY);
  await market.app.db.campaign.create({
    data: {
      ...({ code: 'gift', kind: 'threshold_gift', name: '满 250 赠白茶' } as const),
      ...{ startsAt: new Date('2026-05-01'), endsAt: new Date('2026-05-31') },
      rule: { thresholdFen: 25_000, giftProduct: 'tea-250g', giftQuantity: 1 },
    },
  });
});
afterAll(() => market.app.close());

const db = () => market.app.db;
const actor = async (who: keyof Market['world']['users']) => {
  const found = await findActor(db(), market.world.users[who].id, DAY);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
};
type Goods = Product & { batch: Batch };

/** Goods of lianghe at 100 yuan in one batch, certified, so that they count. */
async function goods(stock = 10): Promise<Goods> {
  const { suppliers, categories } = market.world;
  const product = await aProduct(db(), { supplier: suppliers.lianghe, category: categories.tea, stock });
  return { ...product, batch: await db().batch.findFirstOrThrow({ where: { productId: product.id } }) };
}

const buy = (...wanted: [Product, number][]) =>
  market.buy('employee', { lines: wanted.map(([{ id }, quantity]) => ({ productId: id, quantity })) });
const gifts = () => stockOf(db(), market.world.products.tea);
const parcelOf = (order: Placed) => order.fulfilments[0]?.id ?? 0;

async function recall({ id }: Batch): Promise<void> {
  const request = { severity: 'class_one', reason: '检出农药残留超标', advice: null } as const;
  await recallBatch(db(), await actor('supplier'), id, request, now);
  while ((await handleRecalls(db(), now)) > 0);
}

async function ship(order: Placed, product: Product, quantity: number): Promise<void> {
  const share = await db().lineAllocation.findFirstOrThrow({
    where: { line: { orderId: order.id, productId: product.id, isGift: false } },
  });
  const lines = [{ lineId: share.lineId, batchId: share.batchId, quantity }];
  const head = { carrier: '邮政', trackingNumber: `R${order.id}`, temperatureDeci: null };
  await shipFulfilment(db(), await actor('supplier'), parcelOf(order), { ...head, lines }, now);
}

const parcel = (order: Placed) =>
  db().fulfilment.findUniqueOrThrow({
    where: { id: parcelOf(order) },
    include: { order: true, lines: true, receipts: { include: { lines: true } } },
  });
const giftOf = async (order: Placed) => (await parcel(order)).lines.find(({ isGift }) => isGift);

async function expectExact() {
  await market.settle();
  const found: unknown[] = [];
  await reconcile(market.app.container.config.databaseUrl, (difference) => found.push(difference));
  expect(found).toEqual([]);
}

describe('a recall of all that was bought beside a gift', () => {
  it('takes the gift back on the shelf before shipping: no parcel goes for a gift alone', async () => {
    const before = await gifts();
    const product = await goods();
    const order = await buy([product, 3]);
    expect(await gifts()).toBe(before - 1);
    await recall(product.batch);
    expect(await parcel(order)).toMatchObject({ state: 'cancelled' });
    expect(await giftOf(order)).toMatchObject({ refundedQuantity: 1, refundedFen: 0 });
    expect(await gifts()).toBe(before);
    const supplier = await personOf(market.app, 'supplier');
    expect((await supplier.open('/supplier/fulfilments?state=to_confirm')).$('tr[data-parcel]')).toHaveLength(0);
    await expectExact();
  });

  it('does so too after the other goods were given back, one after the other', async () => {
    const before = await gifts();
    const [first, second] = [await goods(), await goods()];
    const order = await buy([first, 2], [second, 1]);
    await recall(first.batch);
    // Something that was bought still goes, and the gift with it.
    expect(await parcel(order)).toMatchObject({ state: 'to_confirm' });
    expect(await giftOf(order)).toMatchObject({ refundedQuantity: 0 });
    await recall(second.batch);
    expect(await parcel(order)).toMatchObject({ state: 'cancelled' });
    expect(await gifts()).toBe(before);
    await expectExact();
  });

  it('gives the gift up with the rest where what went before was given back on its way', async () => {
    const before = await gifts();
    const [sent, late] = [await goods(), await goods()];
    const order = await buy([sent, 1], [late, 2]);
    await ship(order, sent, 1);
    const lineId = (await parcel(order)).lines.find(({ productId }) => productId === sent.id)?.id ?? 0;
    const asked = { lines: [{ lineId, quantity: 1 }], reason: '不要了', photos: [] };
    const refundId = await requestRefund(market.app.container, await actor('employee'), order.id, asked, now);
    const all = { decision: 'approve' as const, lines: [], freightFen: 0, reason: '' };
    await decideRefund(db(), await actor('supplier'), refundId, all, now);
    expect(await parcel(order)).toMatchObject({ state: 'partly_shipped' });
    await recall(late.batch);
    const { state, receipts } = await parcel(order);
    expect(state).toBe('shipped');
    const free = await giftOf(order);
    expect(receipts.flatMap(({ lines }) => lines).find((line) => line.lineId === free?.id)).toMatchObject({
      ...{ shortQuantity: 1, missingFen: 0 },
    });
    expect(await gifts()).toBe(before);
    await expectExact();
  });

  it('leaves the gift to be sent where something that was bought is kept', async () => {
    const [sent, late] = [await goods(), await goods()];
    const order = await buy([sent, 1], [late, 2]);
    await ship(order, sent, 1);
    await receiveFulfilment(db(), await actor('employee'), parcelOf(order), [], now);
    await recall(late.batch);
    expect(await parcel(order)).toMatchObject({ state: 'partly_shipped' });
    await shipFulfilment(
      db(),
      await actor('supplier'),
      parcelOf(order),
      { lines: [], carrier: '邮政', trackingNumber: 'G1', temperatureDeci: null },
      now,
    );
    expect(await parcel(order)).toMatchObject({ state: 'shipped' });
    await receiveFulfilment(db(), await actor('employee'), parcelOf(order), [], now);
    expect(await giftOf(order)).toMatchObject({ acceptedQuantity: 1 });
    await expectExact();
  });
});

describe('a recall of the gift', () => {
  it('lets it not come, which owes nobody anything; of a batch that was bought of too both go back', async () => {
    const product = await goods();
    const order = await buy([product, 3]);
    const alike = await buy([market.world.products.tea, 3]);
    const free = await giftOf(order);
    const [share] = await db().lineAllocation.findMany({ where: { lineId: free?.id ?? 0 } });
    await recall(await db().batch.findUniqueOrThrow({ where: { id: share?.batchId ?? 0 } }));
    expect(await parcel(order)).toMatchObject({ state: 'to_confirm' });
    expect(await giftOf(order)).toMatchObject({ refundedQuantity: 1, refundedFen: 0 });
    expect(await parcel(alike)).toMatchObject({ state: 'cancelled' });
    const buyer = await personOf(market.app, 'employee');
    expect((await buyer.open(`/orders/${order.id}`)).$('.own-refund').text()).toContain('不涉及退款');
    await expectExact();
  });
});
