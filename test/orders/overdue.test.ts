import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { connectionOptions } from '../../server/cli/bootstrap/database-url.mjs';
import { remindOverdueParcels } from '../../server/notifications/remind-overdue-parcels.ts';
import { confirmFulfilment } from '../../server/orders/confirm-fulfilment.ts';
import { cancelOverdueParcel } from '../../server/orders/overdue/cancel-overdue.ts';
import { onTimeRates } from '../../server/orders/overdue/overdue-queries.ts';
import { startClocks } from '../../server/orders/overdue/start-clocks.ts';
import { shipFulfilment } from '../../server/orders/ship-fulfilment.ts';
import { pathTo } from '../../server/paths.ts';
import { startOfDay } from '../../server/shared/days.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { faultsOn, type Person, personOf } from '../setup/person.ts';
import { queuedBehind } from '../setup/until-waiting.ts';

// A Wednesday; a holiday follows on Thursday.
const DAY = '2026-05-06';
const noon = new Date(`${DAY}T04:00:00Z`);
const later = (hours: number) => new Date(noon.getTime() + hours * 3_600_000);
let market: Market;
let holder: Connection;
let supplier: Person;
let employee: Person;

beforeAll(async () => {
  market = await openMarket(DAY, { env: { DATABASE_POOL: '16' } });
  holder = await createConnection(connectionOptions(market.app.container.config.databaseUrl));
  await market.app.db.holiday.create({ data: { day: new Date('2026-05-07'), name: '测试假日' } });
  supplier = await personOf(market.app, 'supplier');
  employee = await personOf(market.app, 'employee');
});
beforeEach(() => market.turnTo(DAY));
afterAll(async () => {
  await holder.end();
  await market.app.close();
});

const db = () => market.app.db;
const actor = async (who: keyof Market['world']['users']) =>
  (await findActor(db(), market.world.users[who].id, DAY)) as Actor;
const buy = (quantity = 2) =>
  market.buy('employee', { lines: [{ productId: market.world.products.tea.id, quantity }] });
const buyOfTwo = () =>
  market.buy('employee', {
    lines: [
      { productId: market.world.products.tea.id, quantity: 2 },
      { productId: market.world.products.rice.id, quantity: 2 },
    ],
  });
const parcelOf = (order: Placed, code = 'lianghe') =>
  order.fulfilments.find((part) => part.supplier.code === code)?.id ?? 0;
const read = (id: number) => db().fulfilment.findUniqueOrThrow({ where: { id } });
const confirm = async (id: number, at: Date) => confirmFulfilment(db(), await actor('supplier'), id, at);
const ship = async (id: number, at: Date) =>
  shipFulfilment(
    db(),
    await actor('supplier'),
    id,
    { lines: [], carrier: '邮政', trackingNumber: `T${id}`, temperatureDeci: null },
    at,
  );
const cancel = async (id: number, at: Date) => cancelOverdueParcel(db(), await actor('employee'), id, '', at);
const available = async () => {
  const { _sum } = await db().batch.aggregate({
    where: { productId: market.world.products.tea.id },
    _sum: { available: true },
  });
  return _sum.available;
};

/** Starts each work when the one before it waits for the order's lock, then lets go; tells what each came to. */
const queued = (orderId: number, works: (() => Promise<unknown>)[]) =>
  queuedBehind(holder, 'SELECT id FROM `order` WHERE id = ? FOR UPDATE', [orderId], works);

describe('when a parcel is due', () => {
  it('is to be confirmed within the hours that its supplier promises', async () => {
    expect((await read(parcelOf(await buy()))).dueAt).toEqual(later(24));
  });

  it('is then to be shipped within working days, weekends and holidays left out', async () => {
    const id = parcelOf(await buy());
    await confirm(id, later(1));
    // Friday 8, Monday 11, Tuesday 12: to the end of that day.
    expect((await read(id)).dueAt).toEqual(startOfDay('2026-05-13'));
  });

  it('counts a weekend day that the operator keeps as worked', async () => {
    await db().holiday.create({ data: { day: new Date('2026-05-09'), name: '调休上班', worked: true } });
    const id = parcelOf(await buy());
    await confirm(id, later(1));
    // Friday 8, Saturday 9, Monday 11: to the end of that day.
    expect((await read(id)).dueAt).toEqual(startOfDay('2026-05-12'));
    await db().holiday.delete({ where: { day: new Date('2026-05-09') } });
  });

  it('keeps its time when the supplier promises another for parcels to come', async () => {
    const id = parcelOf(await buy());
    const page = await supplier.open(pathTo('leadTimes'));
    const done = await supplier.send(page, '#lead-times', { confirmWithinHours: 6, shipWithinDays: 1 });
    expect(done.text).toContain('6 小时内确认，1 个工作日内发货');
    expect((await read(id)).dueAt).toEqual(later(24));
    expect((await read(parcelOf(await buy()))).dueAt).toEqual(later(6));
    await supplier.send(await supplier.open(pathTo('leadTimes')), '#lead-times', {
      confirmWithinHours: 24,
      shipWithinDays: 3,
    });
    expect(await db().auditLine.count({ where: { action: 'supplier.set_lead_times' } })).toBe(2);
  });

  it.each([
    ['0', '不能小于 1'],
    ['73', '不能大于 72'],
    ['', '请填整数数量'],
    ['1.5', '请填整数数量'],
    ['abc', '请填整数数量'],
  ])('refuses %s hours by the field and keeps what was typed', async (typed, sentence) => {
    const page = await supplier.open(pathTo('leadTimes'));
    const refused = await supplier.send(page, '#lead-times', { confirmWithinHours: typed, shipWithinDays: 2 });
    expect(refused.status).toBe(422);
    expect(faultsOn(refused)).toHaveLength(1);
    expect(refused.$('#f-confirmWithinHours-error').text()).toContain(sentence);
    expect(refused.$('#f-confirmWithinHours').val()).toBe(typed);
    expect(refused.$('#f-shipWithinDays').val()).toBe('2');
  });

  it('is nobody else’s to set', async () => {
    await employee.open(pathTo('leadTimes'), 403);
    const page = await supplier.open(pathTo('leadTimes'));
    const forged = await supplier.send(page, '#lead-times', { supplier: market.world.suppliers.chuanhe.id });
    expect(forged.status).toBe(404);
  });

  it('has no time while its harvest is to come, and gets one when it has', async () => {
    const id = parcelOf(await buy());
    const [allocation] = await db().lineAllocation.findMany({ where: { line: { fulfilmentId: id } } });
    await db().fulfilment.update({ where: { id }, data: { dueAt: null } });
    await db().batch.update({ where: { id: allocation?.batchId }, data: { coming: true } });
    await startClocks(db(), later(100));
    expect((await read(id)).dueAt).toBeNull();
    await db().batch.update({ where: { id: allocation?.batchId }, data: { coming: false } });
    await startClocks(db(), later(100));
    expect((await read(id)).dueAt).toEqual(later(124));
  });
});

describe('an overdue parcel', () => {
  it('stands first at its supplier’s desk, the oldest on top, with since when', async () => {
    const ids = [parcelOf(await buy()), parcelOf(await buy())];
    await confirm(ids[1] ?? 0, later(1));
    market.turnTo('2026-05-13');
    const desk = await supplier.open(pathTo('supplierFulfilments'));
    expect(desk.$('.tabs [aria-current]').text()).toContain('已逾期');
    const rows = desk
      .$('tr[data-parcel]')
      .map((_, row) => Number(desk.$(row).attr('data-parcel')))
      .get();
    const dues = await Promise.all(rows.map(async (id) => (await read(id)).dueAt?.getTime() ?? 0));
    expect(rows).toEqual(expect.arrayContaining(ids));
    expect(dues).toEqual([...dues].sort((a, b) => a - b));
    expect(desk.$(`tr[data-parcel="${ids[0]}"]`).text()).toContain('逾期，应于 2026-05-07 12:00');
    expect((await supplier.open(pathTo('supplierFulfilment', { id: ids[1] ?? 0 }))).text).toContain('请尽快发货');
    const other = await personOf(market.app, 'rice-supplier');
    expect((await other.open(pathTo('supplierFulfilments', { state: 'overdue' }))).text).toContain('没有逾期的包裹');
  });

  it('is paged by key, each parcel once', async () => {
    await Promise.all(Array.from({ length: 21 }, () => buy(1)));
    market.turnTo('2026-05-13');
    const seen: number[] = [];
    let path: string | undefined = pathTo('supplierFulfilments', { state: 'overdue' });
    while (path) {
      const page = await supplier.open(path);
      seen.push(
        ...page
          .$('tr[data-parcel]')
          .get()
          .map((row) => Number(page.$(row).attr('data-parcel'))),
      );
      path = page.$('a[rel="next"]').attr('href');
    }
    const all = await db().fulfilment.count({
      where: { supplierId: market.world.suppliers.lianghe.id, state: { in: ['to_confirm', 'confirmed'] } },
    });
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(all);
  });

  it('is reminded of once a day from eight in the morning', async () => {
    await buy();
    const where = { kind: 'parcels_overdue', userId: market.world.users.supplier.id };
    const at = (instant: string) => remindOverdueParcels(db(), new Date(instant));
    await at('2026-05-10T23:30:00Z');
    expect(await db().notification.count({ where })).toBe(0);
    await at('2026-05-11T00:30:00Z');
    await at('2026-05-11T06:30:00Z');
    expect(await db().notification.count({ where })).toBe(1);
    await at('2026-05-12T00:30:00Z');
    expect(await db().notification.count({ where })).toBe(2);
  });

  it('lowers the rate of what was shipped in time', async () => {
    const { id: supplierId } = market.world.suppliers.lianghe;
    await db().fulfilment.updateMany({ where: { supplierId }, data: { dueAt: null } });
    const [early, late, direct, open] = [await buy(1), await buy(1), await buy(1), await buy(1)].map((one) =>
      parcelOf(one),
    );
    await confirm(early ?? 0, later(1));
    await ship(early ?? 0, later(20));
    await confirm(late ?? 0, later(1));
    await ship(late ?? 0, new Date('2026-05-12T16:00:01Z'));
    // Never confirmed, but gone before anybody could have complained of its shipping.
    await ship(direct ?? 0, later(40));
    const rates = await onTimeRates(db(), new Date('2026-05-20T04:00:00Z'), [supplierId]);
    expect(rates).toMatchObject([{ due: 4, onTime: 2 }]);
    expect((await read(open ?? 0)).state).toBe('to_confirm');
    expect((await onTimeRates(db(), new Date('2026-09-20T04:00:00Z'), [supplierId]))[0]).toMatchObject({ due: 0 });
    market.turnTo('2026-05-13');
    const operator = await personOf(market.app, 'operator');
    expect((await operator.open(pathTo('onTimeRates'))).text).toMatch(/\d+\.\d%/);
    await supplier.open(pathTo('onTimeRates'), 403);
  });
});

describe('the buyer of an overdue parcel', () => {
  it('sees by when it is expected, and cancels it when it is overdue; with the last parcel the order ends', async () => {
    const before = await available();
    const order = await buy();
    const id = parcelOf(order);
    await confirm(id, later(1));
    const early = await employee.open(pathTo('order', { id: order.id }));
    expect(early.text).toContain('预计 2026-05-12 前发货');
    expect(early.$('form[action$="/cancellation"]')).toHaveLength(0);
    expect(await cancel(id, later(30)).catch((error: Error) => error.message)).toBe('notOverdue');
    market.turnTo('2026-05-13');
    const page = await employee.open(pathTo('order', { id: order.id }));
    expect(page.text).toContain('已逾期');
    const done = await employee.send(page, `form[action="${pathTo('fulfilmentCancellation', { id })}"]`);
    expect(done.text).toContain('供应商逾期未发货，买方取消');
    expect(await db().order.findUniqueOrThrow({ where: { id: order.id } })).toMatchObject({ state: 'cancelled' });
    expect(await available()).toBe(before);
    await market.expectExact();
    const { _sum } = await db().tallyEntry.aggregate({ where: { orderId: order.id }, _sum: { fen: true } });
    expect(_sum.fen).toBe(0);
    const [back] = await db().paymentRefund.findMany({ where: { payment: { orderId: order.id } } });
    expect(back?.amountFen).toBe(2 * 12_800 + 0);
    expect(await db().notification.count({ where: { kind: 'parcel_cancelled' } })).toBe(1);
    expect(await onTimeRates(db(), later(400), [market.world.suppliers.lianghe.id])).not.toEqual([]);
  });

  it('cancels one parcel of two: the other is delivered and completes the order', async () => {
    const order = await buyOfTwo();
    const id = parcelOf(order);
    await confirm(id, later(1));
    const overdue = new Date('2026-05-13T04:00:00Z');
    await cancel(id, overdue);
    expect(await read(id)).toMatchObject({ state: 'cancelled', dueAt: startOfDay('2026-05-13') });
    const [refund] = await db().refund.findMany({ where: { orderId: order.id }, include: { lines: true } });
    expect(refund).toMatchObject({ state: 'approved', goodsFen: 25_600, reason: 'market.overdue' });
    await market.expectExact();
    const rest = order.fulfilments.filter((part) => part.id !== id);
    await market.deliver({ ...order, fulfilments: rest });
    expect(await db().order.findUniqueOrThrow({ where: { id: order.id } })).toMatchObject({ state: 'completed' });
    await market.expectExact();
  });

  it('gives back what a unit owes for it, and a refund that was asked for before ends', async () => {
    const { bank } = market.world.units;
    const order = await market.buy('buyer', {
      unit: bank,
      lines: [
        { productId: market.world.products.tea.id, quantity: 2 },
        { productId: market.world.products.rice.id, quantity: 2 },
      ],
    });
    const id = parcelOf(order);
    const line = order.fulfilments.find((part) => part.id === id)?.lines[0]?.id ?? 0;
    await db().refund.create({
      data: {
        orderId: order.id,
        fulfilmentId: id,
        reason: '测试',
        goodsFen: 12_800,
        requestedById: market.world.users.buyer.id,
        lines: { create: [{ lineId: line, requestedQuantity: 1, quantity: 1, fen: 12_800, grams: 250 }] },
      },
    });
    await cancelOverdueParcel(db(), await actor('buyer'), id, '不等了', later(30));
    const refunds = await db().refund.findMany({ where: { orderId: order.id }, orderBy: { id: 'asc' } });
    expect(refunds.map(({ state, goodsFen }) => [state, goodsFen])).toEqual([
      ['withdrawn', 12_800],
      ['approved', 25_600],
    ]);
    await market.expectExact();
  });

  it('is the buyer: neither a stranger nor the supplier', async () => {
    const id = parcelOf(await buy());
    for (const who of ['colleague', 'supplier', 'organizer'] as const)
      expect(
        await cancelOverdueParcel(db(), await actor(who), id, '', later(30)).catch((error: Error) => error.message),
      ).toBe('notFound');
  });

  it('and the supplier who ships at the same moment: whoever is first, the other is told', async () => {
    const overdue = new Date('2026-05-14T04:00:00Z');
    const first = await buy();
    const id = parcelOf(first);
    expect(await queued(first.id, [() => cancel(id, overdue), () => ship(id, overdue)])).toEqual([
      'done',
      'wrongFulfilmentState',
    ]);
    expect(await db().shipment.count({ where: { fulfilmentId: id } })).toBe(0);
    const second = await buyOfTwo();
    const other = parcelOf(second);
    expect(await queued(second.id, [() => ship(other, overdue), () => cancel(other, overdue)])).toEqual([
      'done',
      'wrongFulfilmentState',
    ]);
    expect((await read(other)).state).toBe('shipped');
    expect(await db().refund.count({ where: { orderId: second.id } })).toBe(0);
    const third = await buyOfTwo();
    const twice = parcelOf(third);
    expect(await queued(third.id, [() => cancel(twice, overdue), () => cancel(twice, overdue)])).toEqual([
      'done',
      'wrongFulfilmentState',
    ]);
    expect(await db().refund.count({ where: { orderId: third.id } })).toBe(1);
    await market.expectExact();
  });
});
