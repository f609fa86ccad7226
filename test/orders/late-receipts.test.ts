import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { connectionOptions } from '../../server/cli/bootstrap/database-url.mjs';
import { remindReceipts } from '../../server/notifications/remind-receipts.ts';
import { remindRefunds } from '../../server/notifications/remind-refunds.ts';
import { receiveByTime } from '../../server/orders/receive-by-time.ts';
import { receiveFulfilment } from '../../server/orders/receive-fulfilment.ts';
import { requestRefund } from '../../server/orders/request-refund.ts';
import { shipFulfilment } from '../../server/orders/ship-fulfilment.ts';
import { withdrawRefund } from '../../server/orders/withdraw-refund.ts';
import { pathTo } from '../../server/paths.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { personOf } from '../setup/person.ts';
import { untilWaiting } from '../setup/until-waiting.ts';
import { aUnit } from '../world/units.ts';
import { grant } from '../world/users.ts';

const DAY = '2026-05-06';
let today = DAY;
let market: Market;
let holder: Connection;

beforeAll(async () => {
  market = await openMarket(DAY, { env: { DATABASE_POOL: '16' } });
  holder = await createConnection(connectionOptions(market.app.container.config.databaseUrl));
});
afterAll(async () => {
  await holder.end();
  await market.app.close();
});

const db = () => market.app.db;
const now = () => new Date(`${today}T04:00:00Z`);
const turnTo = (day: string) => {
  today = day;
  market.turnTo(day);
};
const actor = async (who: keyof Market['world']['users']) =>
  (await findActor(db(), market.world.users[who].id, today)) as Actor;
const parcelOf = (order: Placed) => order.fulfilments[0]?.id ?? 0;
const read = (id: number) => db().fulfilment.findUniqueOrThrow({ where: { id } });
const told = (kind: string, link: string) => db().notification.count({ where: { kind, link } });

/** Shipped to a unit on Wednesday 6, so that it is expected on Sunday 10. */
async function onItsWay(): Promise<Placed & { unitId: number }> {
  turnTo(DAY);
  const unit = await aUnit(db(), {});
  for (const role of ['buyer', 'approver'] as const) await grant(db(), market.world.users[role], { role, unit });
  const order = await market.buy('buyer', {
    lines: [{ productId: market.world.products.rice.id, quantity: 4 }],
    unit,
  });
  const head = { carrier: '邮政', trackingNumber: 'B1', temperatureDeci: null };
  await shipFulfilment(db(), await actor('riceSupplier'), parcelOf(order), { ...head, lines: [] }, now());
  await market.settle();
  return { ...order, unitId: unit.id };
}

describe('what a unit never receives', () => {
  it('is asked for twice, shown to operator and supplier, and accepted as shipped ten days after it was expected', async () => {
    const order = await onItsWay();
    const id = parcelOf(order);
    const link = pathTo('order', { id: order.id });
    const reminders = async () => {
      await remindReceipts(db(), now());
      await remindReceipts(db(), now());
      return told('receipt_waits', link);
    };
    turnTo('2026-05-11');
    expect(await reminders()).toBe(0);
    turnTo('2026-05-12');
    // its buyer and its approver
    expect(await reminders()).toBe(2);
    turnTo('2026-05-15');
    expect(await reminders()).toBe(4);
    turnTo('2026-05-19');
    expect(await reminders()).toBe(4);
    expect(await receiveByTime(db(), now())).toBe(0);
    const dashboard = await (await personOf(market.app, 'operator')).open(pathTo('admin'));
    expect(dashboard.text).toContain('待单位验收');
    const parcel = await (await personOf(market.app, market.world.users.riceSupplier.login)).open(
      pathTo('supplierFulfilment', { id }),
    );
    expect(parcel.text).toContain('2026-05-20 仍未验收的');
    const page = await (await personOf(market.app, 'buyer')).open(link);
    expect(page.text).toContain('2026-05-20 仍未验收的');
    turnTo('2026-05-20');
    expect(await receiveByTime(db(), now())).toBe(1);
    expect(await receiveByTime(db(), now())).toBe(0);
    await market.settle();
    expect((await read(id)).state).toBe('received');
    const line = await db().orderLine.findFirstOrThrow({ where: { orderId: order.id } });
    expect(line.acceptedQuantity).toBe(4);
    const statements = await db().statement.findMany({ where: { unitId: order.unitId } });
    // The term runs from the acceptance.
    expect(statements).toMatchObject([{ startsOn: new Date('2026-05-01'), dueOn: new Date('2026-06-19') }]);
    expect(await told('receipt_by_time', link)).toBe(2);
    expect(await told('receipt_by_time', pathTo('supplierFulfilment', { id }))).toBeGreaterThan(0);
    await market.expectExact();
  });

  it('is not accepted while something of it is asked back', async () => {
    const order = await onItsWay();
    const lines = [{ lineId: order.fulfilments[0]?.lines[0]?.id ?? 0, quantity: 1 }];
    const asked = { lines, reason: '坏了', photos: [] };
    const refundId = await requestRefund(market.app.container, await actor('buyer'), order.id, asked, now());
    turnTo('2026-05-21');
    expect(await receiveByTime(db(), now())).toBe(0);
    await withdrawRefund(db(), await actor('buyer'), refundId, now());
    expect(await receiveByTime(db(), now())).toBe(1);
  });

  it('is received once when its buyer and the clock come at the same moment', async () => {
    for (const first of ['buyer', 'clock'] as const) {
      const order = await onItsWay();
      const id = parcelOf(order);
      turnTo('2026-05-21');
      const buyer = await actor('buyer');
      const byBuyer = () =>
        receiveFulfilment(db(), buyer, id, [], now()).then(
          () => 'done',
          (error: { code?: string }) => error.code,
        );
      const byClock = () => receiveByTime(db(), now());
      await holder.beginTransaction();
      await holder.query('SELECT id FROM `order` WHERE id = ? FOR UPDATE', [order.id]);
      const running: Promise<unknown>[] = [];
      for (const work of first === 'buyer' ? [byBuyer, byClock] : [byClock, byBuyer]) {
        running.push(work());
        await untilWaiting(holder, running.length);
      }
      await holder.commit();
      expect(await Promise.all(running)).toEqual(first === 'buyer' ? ['done', 0] : [1, 'wrongFulfilmentState']);
      expect(await db().receipt.count({ where: { fulfilmentId: id } })).toBe(1);
    }
    await market.expectExact();
  });

  it('is not accepted when goods are asked back while the clock waits for the order', async () => {
    const order = await onItsWay();
    const lines = [{ lineId: order.fulfilments[0]?.lines[0]?.id ?? 0, quantity: 1 }];
    turnTo('2026-05-21');
    const buyer = await actor('buyer');
    await holder.beginTransaction();
    await holder.query('SELECT id FROM `order` WHERE id = ? FOR UPDATE', [order.id]);
    const asking = requestRefund(market.app.container, buyer, order.id, { lines, reason: '坏了', photos: [] }, now());
    await untilWaiting(holder, 1);
    const accepting = receiveByTime(db(), now());
    await untilWaiting(holder, 2);
    await holder.commit();
    await asking;
    expect(await accepting).toBe(0);
    expect((await read(parcelOf(order))).state).toBe('shipped');
  });
});

it('a request that its supplier does not decide is told it daily, and the operator after 48 hours', async () => {
  const order = await onItsWay();
  const lines = [{ lineId: order.fulfilments[0]?.lines[0]?.id ?? 0, quantity: 1 }];
  turnTo('2026-05-22');
  const asked = { lines, reason: '坏了', photos: [] };
  const id = await requestRefund(market.app.container, await actor('buyer'), order.id, asked, now());
  const link = pathTo('refund', { id });
  const figures = async () => {
    await remindRefunds(db(), now());
    await remindRefunds(db(), now());
    const rows = await db().notification.findMany({
      where: { link, kind: { in: ['refund_waits', 'refund_passed_on'] } },
    });
    const of = (kind: string, userId: number) =>
      rows.filter((row) => row.kind === kind && row.userId === userId).length;
    const { riceSupplier, operator } = market.world.users;
    return [of('refund_waits', riceSupplier.id), of('refund_passed_on', operator.id)];
  };
  expect(await figures()).toEqual([0, 0]);
  turnTo('2026-05-23');
  expect(await figures()).toEqual([1, 0]);
  turnTo('2026-05-25');
  expect(await figures()).toEqual([2, 1]);
  const dashboard = await (await personOf(market.app, 'operator')).open(pathTo('admin'));
  expect(dashboard.text).toContain('退款申请待处理');
  turnTo('2026-05-26');
  expect(await figures()).toEqual([3, 1]);
});
