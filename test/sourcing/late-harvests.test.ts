import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import { confirmFulfilment } from '../../server/orders/confirm-fulfilment.ts';
import { moveDeliveryAfterHarvest } from '../../server/orders/delivery/move-window.ts';
import { lockOrder } from '../../server/orders/lock-order.ts';
import { startClocks } from '../../server/orders/overdue/start-clocks.ts';
import { pathTo } from '../../server/paths.ts';
import { type Day, dayToColumn } from '../../server/shared/days.ts';
import { announceHarvest } from '../../server/sourcing/harvests/announce-harvest.ts';
import { recordHarvest } from '../../server/sourcing/harvests/decide-harvest.ts';
import { preOrder } from '../../server/sourcing/harvests/pre-order.ts';
import { settleHarvests } from '../../server/sourcing/harvests/settle-harvests.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { personOf } from '../setup/person.ts';

const DAY = '2026-05-06';
// Harvested on Wednesday 10: confirmed within 24 hours, shipped within 3 working days, so that Wednesday 17 is the first day.
const EXPECTED = '2026-06-10';
const FIRST = '2026-06-17';
const morning = { from: 360, to: 540 };
type Who = keyof Market['world']['users'];
let market: Market;
let canteenId: number;

beforeAll(async () => {
  market = await openMarket(DAY);
  const place = { recipient: '岗', phone: '023', region: '重庆市', detail: '1 号' };
  const hours = [morning, morning, morning, morning, morning, null, null];
  ({ id: canteenId } = await db().canteen.create({
    data: { unitId: market.world.units.bank.id, name: '一食堂', ...place, hours, createdAt: at(DAY) },
  }));
});
afterAll(() => market.app.close());

const db = () => market.app.db;
const at = (day: Day) => new Date(`${day}T04:00:00Z`);
const orderOf = (id: number) => db().order.findUniqueOrThrow({ where: { id }, include: { fulfilments: true } });

async function actorOf(who: Who): Promise<Actor> {
  const found = await findActor(db(), market.world.users[who].id, DAY);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
}

/** A canteen's pre-order, placed at once, whose parcel the supplier has confirmed. */
async function ordered(more: { deliverOn?: Day; closesOn?: Day } = {}): Promise<{ id: number; harvestId: number }> {
  market.turnTo(DAY);
  const { tea } = market.world.products;
  const harvestId = await announceHarvest(
    db(),
    await actorOf('supplier'),
    {
      ...{ productId: tea.id, expectedQuantity: 40, expectedOn: EXPECTED, closesOn: '2026-05-31' },
      ...{ priceFen: 700, minimumQuantity: 0, note: null },
    },
    at(DAY),
  );
  const delivered = { recipient: '收货人', phone: '13800000000', region: '重庆市', address: '测试路 1 号' };
  const id = await preOrder(
    db(),
    await actorOf('buyer'),
    harvestId,
    {
      ...({ channel: 'market', zoneId: null, note: null, expectedTotalFen: null, ...delivered } as const),
      ...({ unitId: market.world.units.bank.id, fundingSource: 'canteen_budget', paymentWay: 'on_account' } as const),
      ...{ checkoutKey: randomUUID(), quantity: 4, canteenId, deliverOn: more.deliverOn ?? FIRST },
    },
    at(DAY),
  );
  const [parcel] = (await orderOf(id)).fulfilments;
  await confirmFulfilment(db(), await actorOf('supplier'), parcel?.id ?? 0, at(DAY));
  return { id, harvestId };
}

/** It is harvested, which the supplier says on a day, and shared out. */
async function harvested(harvestId: number, on: Day, toldOn = on): Promise<void> {
  market.turnTo(toldOn);
  await recordHarvest(db(), await actorOf('supplier'), harvestId, { quantity: 40, harvestedOn: on }, at(toldOn));
  await settleHarvests(db(), at(toldOn));
  await startClocks(db(), at(toldOn));
}

const told = (link: string) => db().notification.findMany({ where: { link, kind: { startsWith: 'delivery_moved' } } });

describe('a canteen’s pre-order whose harvest comes', () => {
  it('too late for the chosen day moves to the next possible one, is due then, and both sides are told, once', async () => {
    const { id, harvestId } = await ordered();
    await harvested(harvestId, '2026-06-18');
    // By Friday 19 it would be confirmed, by Wednesday 24 shipped.
    const order = await orderOf(id);
    expect(order).toMatchObject({
      ...{ deliverOn: dayToColumn('2026-06-25'), deliverFrom: 360, deliverTo: 540 },
      deliverMovedFrom: dayToColumn(FIRST),
    });
    // The hours begin at six in Shanghai; nothing is overdue because of the day that was.
    expect(order.fulfilments[0]?.dueAt).toEqual(new Date('2026-06-24T22:00:00Z'));
    await market.settle();
    await settleHarvests(db(), at('2026-06-18'));
    await market.settle();
    const link = pathTo('order', { id });
    const parcelLink = pathTo('supplierFulfilment', { id: order.fulfilments[0]?.id ?? 0 });
    expect((await told(link)).map(({ userId, kind }) => [userId, kind])).toEqual([
      [market.world.users.buyer.id, 'delivery_moved_by_harvest'],
    ]);
    expect(await told(parcelLink)).toHaveLength(1);
    const buyer = await personOf(market.app, 'buyer');
    expect((await buyer.open(pathTo('inbox'))).text).toContain('因采收较晚，改为 2026-06-25 送达');
    expect((await buyer.open(link)).text).toContain(`原定 ${FIRST}，因采收`);
    expect(await db().auditLine.count({ where: { action: 'order.move_delivery', subjectId: id } })).toBe(1);
  });

  it('in time keeps its day, also when the supplier says so a day later', async () => {
    const { id, harvestId } = await ordered();
    await harvested(harvestId, EXPECTED, '2026-06-11');
    expect(await orderOf(id)).toMatchObject({ deliverOn: dayToColumn(FIRST), deliverMovedFrom: null });
  });

  it('later than expected, but in time for a later day that was chosen, keeps it', async () => {
    const { id, harvestId } = await ordered({ deliverOn: '2026-06-30' });
    await harvested(harvestId, '2026-06-18');
    expect(await orderOf(id)).toMatchObject({ deliverOn: dayToColumn('2026-06-30'), deliverMovedFrom: null });
  });

  it('in time, but is told of when the day is over, moves all the same', async () => {
    const { id, harvestId } = await ordered();
    await harvested(harvestId, EXPECTED, '2026-06-18');
    expect(await orderOf(id)).toMatchObject({ deliverOn: dayToColumn('2026-06-25') });
  });

  it('moved again still names the day that was chosen', async () => {
    const { id, harvestId } = await ordered();
    await harvested(harvestId, '2026-06-18');
    await market.settle();
    await db().$transaction(async (tx) =>
      moveDeliveryAfterHarvest(tx, await lockOrder(tx, id), '2026-06-26', at('2026-06-26')),
    );
    expect(await orderOf(id)).toMatchObject({
      ...{ deliverOn: dayToColumn('2026-07-02'), deliverMovedFrom: dayToColumn(FIRST) },
    });
    await market.settle();
    expect(await told(pathTo('order', { id }))).toHaveLength(2);
  });

  it('not at all by then says so on its page and among what the canteen expects, before anything is known', async () => {
    const { id } = await ordered();
    const early = await personOf(market.app, 'buyer');
    expect((await early.open(pathTo('order', { id }))).text).not.toContain('来不及');
    market.turnTo('2026-06-15');
    const buyer = await personOf(market.app, 'buyer');
    expect((await buyer.open(pathTo('order', { id }))).text).toContain(`食堂收货日 ${FIRST} 前采收、发货已来不及`);
    const awaited = await buyer.open(`${pathTo('expectedDeliveries')}?day=${FIRST}`);
    expect(awaited.text).toContain(`预计 ${EXPECTED} 采收`);
  });

  it('leaves no difference behind', async () => {
    await market.settle();
    const found: unknown[] = [];
    await reconcile(market.app.container.config.databaseUrl, (difference) => found.push(difference));
    expect(found).toEqual([]);
  });
});
