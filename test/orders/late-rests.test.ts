import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { remindOverdueParcels } from '../../server/notifications/remind-overdue-parcels.ts';
import { dropRest } from '../../server/orders/drop-rest.ts';
import { cancelOverdueParcel } from '../../server/orders/overdue/cancel-overdue.ts';
import { endLateRests } from '../../server/orders/overdue/end-late-rests.ts';
import { countOverdue, onTimeRates } from '../../server/orders/overdue/overdue-queries.ts';
import { receiveFulfilment } from '../../server/orders/receive-fulfilment.ts';
import { shipFulfilment } from '../../server/orders/ship-fulfilment.ts';
import { pathTo } from '../../server/paths.ts';
import { startOfDay } from '../../server/shared/days.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { personOf } from '../setup/person.ts';
import { aUnit } from '../world/units.ts';
import { grant } from '../world/users.ts';

// A Wednesday.
const DAY = '2026-05-06';
let today = DAY;
let market: Market;

beforeAll(async () => {
  market = await openMarket(DAY);
});
afterAll(() => market.app.close());

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
const kinds = async (link: string) =>
  (await db().notification.findMany({ where: { link }, select: { kind: true } })).map(({ kind }) => kind);
const failing = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: Error & { code?: string }) => error.code ?? error.message,
  );

async function ship(order: Placed, quantity: number): Promise<void> {
  const lineId = order.fulfilments[0]?.lines[0]?.id ?? 0;
  const { batchId } = await db().lineAllocation.findFirstOrThrow({ where: { lineId } });
  const head = { carrier: '邮政', trackingNumber: `T${lineId}`, temperatureDeci: null };
  await shipFulfilment(
    db(),
    await actor('supplier'),
    parcelOf(order),
    { ...head, lines: [{ lineId, batchId, quantity }] },
    now(),
  );
}

/** Ten, of which four have come and six have not gone, on a Wednesday. */
async function fourOfTen(who: 'employee' | 'buyer', unit?: Awaited<ReturnType<typeof aUnit>>): Promise<Placed> {
  turnTo(DAY);
  const lines = [{ productId: market.world.products.tea.id, quantity: 10 }];
  const order = await market.buy(who, { lines, ...(unit && { unit }) });
  await ship(order, 4);
  await receiveFulfilment(db(), await actor(who), parcelOf(order), [], now());
  await market.settle();
  return order;
}

async function unitOfBuyer() {
  const unit = await aUnit(db(), {});
  for (const role of ['buyer', 'approver'] as const) await grant(db(), market.world.users[role], { role, unit });
  return unit;
}

describe('the rest of a parcel that went in part', () => {
  it('is due within the working days of its supplier from the first part on, once, and then overdue', async () => {
    const order = await fourOfTen('employee');
    const id = parcelOf(order);
    // Thursday 7, Friday 8 and Monday 11 count from the shipment; the one that was to confirm first had a day more.
    const dueAt = startOfDay('2026-05-13');
    expect((await read(id)).dueAt).toEqual(dueAt);
    turnTo('2026-05-08');
    await ship(order, 1);
    expect((await read(id)).dueAt).toEqual(dueAt);
    turnTo('2026-05-14');
    await ship(order, 1);
    expect((await read(id)).dueAt).toEqual(dueAt);
    expect(await countOverdue(db(), now(), [market.world.suppliers.lianghe.id])).toMatchObject([{ count: 1 }]);
    expect(await onTimeRates(db(), now(), [market.world.suppliers.lianghe.id])).toMatchObject([{ due: 1, onTime: 0 }]);
    await remindOverdueParcels(db(), now());
    expect(await db().notification.count({ where: { kind: 'parcels_overdue' } })).toBeGreaterThan(0);
    const page = await (await personOf(market.app, 'supplier')).open(
      pathTo('supplierFulfilments', { state: 'overdue' }),
    );
    expect(page.text).toContain(String(id).padStart(6, '0'));
    await dropRest(db(), await actor('supplier'), id, { reason: '没有了', backOnShelf: false }, now());
  });

  it('is cancelled by its buyer once it is overdue, money back, stock back, what came stays', async () => {
    const order = await fourOfTen('employee');
    const id = parcelOf(order);
    expect(await failing(cancelOverdueParcel(db(), await actor('employee'), id, '', now()))).toBe('notOverdue');
    expect(await failing(cancelOverdueParcel(db(), await actor('colleague'), id, '', now()))).toBe('notFound');
    turnTo('2026-05-14');
    const employee = await personOf(market.app, 'employee');
    const page = await employee.open(pathTo('order', { id: order.id }));
    expect(page.text).toContain('不等了，取消未发的部分');
    await employee.send(page, `form[action="${pathTo('fulfilmentCancellation', { id })}"]`, { reason: '' });
    expect((await read(id)).state).toBe('received');
    expect(await db().order.findUniqueOrThrow({ where: { id: order.id } })).toMatchObject({ state: 'completed' });
    await market.settle();
    const refunds = await db().paymentRefund.findMany({ where: { payment: { orderId: order.id } } });
    const line = await db().orderLine.findFirstOrThrow({ where: { orderId: order.id } });
    expect(refunds.map(({ amountFen }) => amountFen)).toEqual([line.payableFen - line.acceptedFen]);
    expect(line.acceptedQuantity).toBe(4);
    expect(await kinds(pathTo('supplierFulfilment', { id }))).toContain('rest_cancelled');
    expect(await kinds(pathTo('order', { id: order.id }))).not.toContain('rest_dropped');
    expect(await failing(cancelOverdueParcel(db(), await actor('employee'), id, '', now()))).toBe(
      'wrongFulfilmentState',
    );
    await market.expectExact();
  });

  it('counts as late for its supplier when it was cancelled as overdue', async () => {
    const before = (await onTimeRates(db(), now(), [market.world.suppliers.lianghe.id]))[0];
    const order = await fourOfTen('employee');
    turnTo('2026-05-14');
    await cancelOverdueParcel(db(), await actor('employee'), parcelOf(order), '', now());
    const after = (await onTimeRates(db(), now(), [market.world.suppliers.lianghe.id]))[0];
    expect([(after?.due ?? 0) - (before?.due ?? 0), (after?.onTime ?? 0) - (before?.onTime ?? 0)]).toEqual([1, 0]);
  });

  it('is ended by the operator from the order, with a reason, and both sides are told', async () => {
    const order = await fourOfTen('employee');
    const id = parcelOf(order);
    const operator = await personOf(market.app, 'operator');
    const form = `form[action="${pathTo('fulfilmentRest', { id })}"]`;
    const refused = await operator.send(await operator.open(pathTo('order', { id: order.id })), form, { reason: ' ' });
    expect(refused.text).toContain('请写明原因');
    expect((await read(id)).state).toBe('partly_shipped');
    await operator.send(await operator.open(pathTo('order', { id: order.id })), form, { reason: '合作社停业' });
    expect((await read(id)).state).toBe('received');
    await market.settle();
    expect(await kinds(pathTo('order', { id: order.id }))).toContain('rest_dropped');
    expect(await kinds(pathTo('supplierFulfilment', { id }))).toContain('rest_cancelled');
    await market.expectExact();
  });

  it('owes a unit for what came once the rest is settled, by a term that runs from then', async () => {
    const unit = await unitOfBuyer();
    const order = await fourOfTen('buyer', unit);
    const id = parcelOf(order);
    expect(await db().statement.count({ where: { unitId: unit.id } })).toBe(0);
    turnTo('2026-07-08');
    await cancelOverdueParcel(db(), await actor('buyer'), id, '不等了', now());
    await market.settle();
    const line = await db().orderLine.findFirstOrThrow({ where: { orderId: order.id } });
    const parcel = await read(id);
    const statements = await db().statement.findMany({ where: { unitId: unit.id } });
    expect(statements).toMatchObject([
      {
        totalFen: BigInt(line.acceptedFen + parcel.freightFen),
        startsOn: new Date('2026-07-01'),
        dueOn: new Date('2026-08-07'),
      },
    ]);
    await market.expectExact();
  });

  it('is given up by the market after thirty days of being overdue, whoever sleeps', async () => {
    const unit = await unitOfBuyer();
    const order = await fourOfTen('buyer', unit);
    const id = parcelOf(order);
    turnTo('2026-06-11');
    expect(await endLateRests(db(), now())).toBe(0);
    turnTo('2026-06-12');
    expect(await endLateRests(db(), now())).toBe(1);
    expect(await endLateRests(db(), now())).toBe(0);
    await market.settle();
    expect((await read(id)).state).toBe('received');
    expect(await db().statement.count({ where: { unitId: unit.id } })).toBe(1);
    expect(await kinds(pathTo('order', { id: order.id }))).toContain('rest_ended');
    expect(await kinds(pathTo('supplierFulfilment', { id }))).toContain('rest_cancelled');
    await market.expectExact();
  });
});
