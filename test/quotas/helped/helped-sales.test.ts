import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction } from '../../../server/db/in-transaction.ts';
import { helpedSums, listHelped } from '../../../server/quotas/helped/helped-queries.ts';
import { tallyReversal } from '../../../server/quotas/tally/tally-reversal.ts';
import { faultsOn, personOf } from '../../setup/person.ts';
import { type Market, openMarket } from '../market.ts';

let market: Market;
beforeAll(async () => {
  market = await openMarket('2026-05-06');
  const { bank } = market.world.units;
  const period = { startsAt: new Date('2026-01-01'), endsAt: new Date('2026-12-31') };
  await market.app.db.campaign.create({
    data: { code: 'wangjie', kind: 'link', name: '邀你购（测试）', unitId: bank.id, rule: {}, ...period },
  });
});
afterAll(() => market.app.close());

const helped = async () => {
  const wish = { unitIds: [market.world.units.bank.id], from: '2026-01-01', until: '2026-12-31' };
  return (await helpedSums(market.app.db, wish))[0]?.fen ?? 0;
};

async function linkedOrder(before = 0) {
  const { db } = market.app;
  const campaign = await db.campaign.findUniqueOrThrow({ where: { code: 'wangjie' } });
  const lines = [{ productId: market.world.products.tea.id, quantity: 2 }];
  // As checkout does it for a visitor who came by the link.
  const { submitOrder } = await import('../../../server/checkout/submit-order.ts');
  const { findActor } = await import('../../../server/accounts/actor.ts');
  const { placeOrder } = await import('../../../server/orders/place-order.ts');
  const actor = await findActor(db, market.world.users.outsider.id, '2026-05-06');
  if (!actor) throw new Error('nobody');
  const now = market.app.container.clock();
  const id = await submitOrder(
    db,
    actor,
    {
      ...{ lines, unitId: null, fundingSource: 'individual', paymentWay: 'stripe', channel: 'market', zoneId: null },
      ...{ campaignId: campaign.id, note: null, checkoutKey: crypto.randomUUID(), expectedTotalFen: null },
      ...{ recipient: '收货人', phone: '13800000000', region: '重庆市', address: '测试路 1 号' },
    },
    now,
  );
  expect(await helped()).toBe(before);
  const order = await db.order.findUniqueOrThrow({ where: { id }, include: { lines: true } });
  await inTransaction(db, (tx) => placeOrder(tx, order, 'pay', now));
  return order;
}

describe('helped to sell', () => {
  it('is what an outside buyer bought by a unit’s link, lowered by what was taken back, and never bought', async () => {
    const order = await linkedOrder();
    expect(await helped()).toBe(25_600);
    expect(await market.app.db.tallyEntry.count({ where: { orderId: order.id } })).toBe(0);
    const [line] = order.lines;
    const take = (sourceId: number, fen: number) =>
      inTransaction(market.app.db, (tx) =>
        tallyReversal(tx, {
          ...{
            source: 'refund',
            sourceId,
            orderId: order.id,
            of: 'accepted',
            day: '2026-05-07',
            at: new Date('2026-05-07'),
          },
          lines: [{ lineId: line?.id ?? 0, fen, grams: 250 }],
        }),
      );
    await take(9001, 12_800);
    expect(await helped()).toBe(12_800);
    await take(9002, 99_999);
    expect(await helped()).toBe(0);
  });

  it('by orders is listed as sums of a link’s day, by hand one by one', async () => {
    const { db } = market.app;
    const { insurer } = market.world.units;
    const campaign = await db.campaign.findUniqueOrThrow({ where: { code: 'wangjie' } });
    const orders = [await linkedOrder(0), await linkedOrder(25_600)];
    const row = {
      unitId: insurer.id,
      onDay: new Date('2026-04-01'),
      source: 'order',
      grams: 500,
      campaignId: campaign.id,
    };
    await db.helpedSale.createMany({
      data: orders.map(({ id }, at) => ({ ...row, orderId: id, sourceId: 900 + at, fen: 100 + at })),
    });
    const told = { ...row, source: 'event', campaignId: null };
    await db.helpedSale.createMany({
      data: [
        { ...told, fen: 7 },
        { ...told, fen: 8 },
      ],
    });
    const listed = await listHelped(db, { unitIds: [insurer.id], from: '2026-01-01', until: '2026-12-31' }, 20);
    expect(listed.map(({ source, fen, grams }) => [source, fen, grams])).toEqual([
      ['event', 8, 500],
      ['event', 7, 500],
      ['order', 201, 1000],
    ]);
  });

  it('begins with the link, which leads on and is carried until an order', async () => {
    const visitor = market.app.visitor();
    const answer = await visitor.get('/c/wangjie');
    expect([answer.status, answer.headers.location]).toEqual([303, '/']);
    expect((await visitor.get('/c/none')).status).toBe(404);
    const sessions = await market.app.db.session.findMany();
    expect(sessions.some(({ data }) => JSON.stringify(data).includes('wangjie'))).toBe(true);
  });

  it('is told by hand for events and referrals, with every fault by its field', async () => {
    const buyer = await personOf(market.app, 'buyer');
    const page = await buyer.open('/helped-sales');
    const form = 'form[action="/helped-sales"]';
    const typed = { source: 'event', amount: '1200', weight: '30', note: '直播带货（测试）' };
    const refused = await buyer.send(page, form, { ...typed, amount: '许多', onDay: '2026-05-07' });
    expect(faultsOn(refused)).toHaveLength(1);
    const start = await helped();
    const told = await buyer.send(page, form, typed);
    expect(told.text).toContain('直播带货（测试）');
    expect((await helped()) - start).toBe(120_000);
    expect(await market.app.db.tallyEntry.count()).toBe(0);
  });
});
