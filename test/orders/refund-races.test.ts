import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { cancelOrder } from '../../server/orders/cancel-order.ts';
import { decideRefund } from '../../server/orders/decide-refund.ts';
import { receiveFulfilment } from '../../server/orders/receive-fulfilment.ts';
import { requestRefund } from '../../server/orders/request-refund.ts';
import { shipFulfilment } from '../../server/orders/ship-fulfilment.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';

const DAY = '2026-05-06';
const now = new Date(`${DAY}T04:00:00Z`);
let market: Market;

beforeAll(async () => {
  market = await openMarket(DAY);
});
afterAll(() => market.app.close());

const actor = async (who: keyof Market['world']['users']) => {
  const found = await findActor(market.app.db, market.world.users[who].id, DAY);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
};
const line = (order: Placed) => order.fulfilments[0]?.lines[0]?.id ?? 0;
const parcel = (order: Placed) => order.fulfilments[0]?.id ?? 0;
const buy = (quantity: number) =>
  market.buy('employee', { lines: [{ productId: market.world.products.tea.id, quantity }] });
const ask = async (order: Placed, quantity: number) =>
  requestRefund(
    market.app.container,
    await actor('employee'),
    order.id,
    { lines: [{ lineId: line(order), quantity }], reason: '测试', photos: [] },
    now,
  );
const decide = async (refundId: number, who: 'supplier' | 'operator', decision: 'approve' | 'refuse' = 'approve') =>
  decideRefund(market.app.db, await actor(who), refundId, { decision, lines: [], freightFen: 0, reason: '测试' }, now);

/** What each came to: its refusal's code, or `done`. */
async function atOnce(...works: (() => Promise<unknown>)[]): Promise<string[]> {
  const settled = await Promise.allSettled(works.map((work) => work()));
  return settled.map((result) => (result.status === 'fulfilled' ? 'done' : String((result.reason as Error).message)));
}

const ROUNDS = 4;

describe('at once', () => {
  it('two decisions: one is carried out, the other is told that it came late', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const refundId = await ask(await buy(2), 1);
      const outcomes = await atOnce(
        () => decide(refundId, 'supplier'),
        () => decide(refundId, 'operator', round % 2 === 0 ? 'approve' : 'refuse'),
      );
      expect(outcomes.sort()).toEqual(['done', 'refundDecided']);
    }
    await market.expectExact();
  });

  it('requests that together exceed the line: no more than the line is asked for', async () => {
    const order = await buy(5);
    const outcomes = await atOnce(...Array.from({ length: 8 }, () => () => ask(order, 2)));
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(2);
    const refunds = await market.app.db.refund.findMany({ where: { orderId: order.id } });
    await atOnce(
      ...refunds.map(
        ({ id }) =>
          () =>
            decide(id, 'supplier'),
      ),
    );
    const { refundedQuantity } = await market.app.db.orderLine.findUniqueOrThrow({ where: { id: line(order) } });
    expect(refundedQuantity).toBe(4);
    await market.expectExact();
  });

  it('a refund and a cancellation: the goods go back once', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const order = await buy(3);
      const refundId = await ask(order, 1 + (round % 3));
      const cancel = async () => cancelOrder(market.app.db, await actor('employee'), order.id, '测试', now);
      await atOnce(() => decide(refundId, 'supplier'), cancel);
    }
    await market.expectExact();
  });

  it('a refund and the receipt of its parcel: what is refunded did not arrive or was accepted, never both', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const order = await buy(3);
      const shipment = { lines: [], carrier: '邮政', trackingNumber: `X${order.id}`, temperatureDeci: null };
      await shipFulfilment(market.app.db, await actor('supplier'), parcel(order), shipment, now);
      const refundId = await ask(order, 2);
      const receive = async () => receiveFulfilment(market.app.db, await actor('employee'), parcel(order), [], now);
      const outcomes = await atOnce(() => decide(refundId, 'supplier'), receive);
      expect(outcomes).toEqual(['done', 'done']);
      const { placed, counted } = await tallied(order.id);
      expect([placed, counted]).toEqual([12_800, 12_800]);
    }
    await market.expectExact();
  });

  it('refunds and purchases of the last of a batch: stock is neither lost nor made', async () => {
    const orders = [await buy(4), await buy(4), await buy(4)];
    const refunds = await Promise.all(orders.map((order) => ask(order, 3)));
    await atOnce(
      ...refunds.map((id) => () => decide(id, 'supplier')),
      () => buy(2),
      () => buy(3),
      () => buy(1),
    );
    await market.expectExact();
  });
});

async function tallied(orderId: number) {
  const { id: programmeId } = market.world.programmes.group;
  const entries = await market.app.db.tallyEntry.findMany({ where: { orderId, programmeId } });
  const of = (event: string) =>
    entries.filter((entry) => entry.event === event).reduce((sum, entry) => sum + entry.fen, 0);
  return { placed: of('placed'), counted: of('counted') };
}
