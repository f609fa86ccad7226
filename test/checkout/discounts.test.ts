import fc from 'fast-check';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bestDiscount } from '../../server/cart/best-discount.ts';
import { less, type Part, splitOff } from '../../server/orders/line-parts.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { apiTokenFor } from '../setup/app.ts';

const DAY = '2026-05-06';
let market: Market;

beforeAll(async () => {
  market = await openMarket(DAY);
  await market.app.db.campaign.create({
    data: {
      ...({ code: 'less', kind: 'threshold_discount', name: '满 299 减 31（测试）' } as const),
      ...{ startsAt: new Date('2026-05-01'), endsAt: new Date('2026-05-31') },
      rule: { thresholdFen: 29_900, discountFen: 3101 },
    },
  });
});
afterAll(() => market.app.close());

async function post(who: 'employee' | 'supplier' | 'riceSupplier', path: string, body: object) {
  const token = await apiTokenFor(market.app.db, market.world.users[who], [], new Date(`${DAY}T04:00:00Z`));
  return supertest(market.app.url).post(`/api/v1${path}`).auth(token, { type: 'bearer' }).send(body);
}

const cheap = () => {
  const { tea, rice } = market.world.products;
  return [
    { productId: tea.id, quantity: 2 },
    { productId: rice.id, quantity: 2 },
  ];
};

describe('a threshold discount', () => {
  it('takes fen off, never grams, and its shares sum to it', async () => {
    const order = await market.buy('employee', { lines: cheap() });
    const row = await market.app.db.order.findUniqueOrThrow({
      where: { id: order.id },
      include: { lines: true, discounts: true, payments: true },
    });
    expect(row).toMatchObject({ goodsFen: 37_600, discountFen: 3101, freightFen: 2000, totalFen: 36_499 });
    expect(row.lines.map((line) => line.discountFen).sort()).toEqual([2111, 990].sort());
    expect(row.lines.reduce((sum, line) => sum + line.payableFen, 0)).toBe(34_499);
    expect(row.discounts).toMatchObject([{ fen: 3101 }]);
    expect(row.payments).toMatchObject([{ amountFen: 36_499 }]);
    const counted = await market.app.db.tallyEntry.aggregate({
      where: { orderId: order.id, event: 'counted', programmeId: market.world.programmes.group.id },
      _sum: { fen: true, grams: true },
    });
    expect(counted._sum).toEqual({ fen: 34_499, grams: 10_500 });
    await market.cancel(order);
    await market.expectExact();
  });

  it('is not for orders below it, nor after it ended', async () => {
    const { tea } = market.world.products;
    const small = await market.buy('employee', { lines: [{ productId: tea.id, quantity: 2 }] });
    market.turnTo('2026-06-02');
    const later = await market.buy('employee', { lines: [{ productId: tea.id, quantity: 3 }] });
    market.turnTo(DAY);
    const orders = await market.app.db.order.findMany({ where: { id: { in: [small.id, later.id] } } });
    expect(orders.map((order) => order.discountFen)).toEqual([0, 0]);
  });

  it('goes back with the goods: any parts received and refunded sum to the whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 3, max: 5 }),
        fc.integer({ min: 0, max: 2 }),
        fc.integer({ min: 0, max: 1 }),
        async (quantity, before, missing) => {
          const { tea } = market.world.products;
          const order = await market.buy('employee', { lines: [{ productId: tea.id, quantity }] });
          for (let part = 0; part < before; part += 1) await refund(order, 1);
          await receive(order, quantity - before - missing, missing);
          for (let left = quantity - before - missing; left > 0; left -= 1) await refund(order, 1);
          const { _sum: left } = await market.app.db.journalEntry.aggregate({
            where: { orderId: order.id, account: { in: ['goods', 'discount'] } },
            _sum: { fen: true },
          });
          expect(left.fen).toBe(0);
          const sums = await market.app.db.tallyEntry.groupBy({
            by: ['programmeId', 'event'],
            where: { orderId: order.id },
            _sum: { fen: true, grams: true },
          });
          for (const { _sum } of sums) expect(_sum).toEqual({ fen: 0, grams: 0 });
        },
      ),
      { numRuns: 4 },
    );
    await market.expectExact();
  });
});

const lineOf = (order: Placed) => order.fulfilments[0]?.lines[0]?.id ?? 0;

async function refund(order: Placed, quantity: number) {
  const asked = await post('employee', `/orders/${order.id}/refunds`, {
    lines: [{ lineId: lineOf(order), quantity }],
    reason: '测试',
  });
  const decided = await post('supplier', `/refunds/${asked.body.id}/decision`, { decision: 'approve' });
  expect(decided.status, decided.text).toBe(200);
}

async function receive(order: Placed, acceptedQuantity: number, shortQuantity: number) {
  const parcel = order.fulfilments[0]?.id ?? 0;
  await post('supplier', `/fulfilments/${parcel}/shipment`, { carrier: '邮政', trackingNumber: 'D1' });
  const lines = [{ lineId: lineOf(order), acceptedQuantity, shortQuantity }];
  expect((await post('employee', `/fulfilments/${parcel}/receipt`, { lines })).status).toBe(201);
}

describe('splitting', () => {
  const goods = fc.array(fc.record({ goodsFen: fc.integer({ min: 0, max: 5_000_000 }) }), {
    minLength: 1,
    maxLength: 30,
  });

  it('a discount over lines sums to it and leaves no line below nothing', () => {
    fc.assert(
      fc.property(goods, fc.integer({ min: 1, max: 100 }), (drawn, percent) => {
        const lines = drawn.map((line, productId) => ({ ...line, productId }));
        const total = lines.reduce((sum, line) => sum + line.goodsFen, 0);
        fc.pre(total > 1);
        const discountFen = Math.max(1, Math.floor((total * percent) / 101));
        const rule = { campaignId: 1, name: '', thresholdFen: total, discountFen, productIds: null };
        const shares = [...(bestDiscount([rule], lines)?.shares.values() ?? [])];
        expect(shares.reduce((sum, fen) => sum + fen, 0)).toBe(discountFen);
        lines.forEach((line, index) => {
          expect(shares[index]).toBeLessThanOrEqual(line.goodsFen);
        });
      }),
    );
  });

  it('a line one part after the other sums to the line, down to nothing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000_000 }),
        fc.integer({ min: 0, max: 10_000_000 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 12 }),
        (fen, grams, parts) => {
          const quantity = parts.reduce((sum, part) => sum + part, 0);
          let rest: Part = { quantity, fen, grams };
          const taken = parts.map((part) => {
            const share = splitOff(rest, part);
            rest = less(rest, share);
            expect(Math.min(rest.fen, rest.grams, share.fen, share.grams)).toBeGreaterThanOrEqual(0);
            return share;
          });
          expect(rest).toEqual({ quantity: 0, fen: 0, grams: 0 });
          expect(taken.reduce((sum, share) => sum + share.fen, 0)).toBe(fen);
        },
      ),
    );
  });
});
