import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../../server/accounts/actor.ts';
import { connectionOptions } from '../../../server/cli/bootstrap/database-url.mjs';
import { cancelOrder } from '../../../server/orders/cancel-order.ts';
import { decideRefund } from '../../../server/orders/decide-refund.ts';
import { receiveFulfilment } from '../../../server/orders/receive-fulfilment.ts';
import { requestRefund } from '../../../server/orders/request-refund.ts';
import { shipFulfilment } from '../../../server/orders/ship-fulfilment.ts';
import { convergePayment } from '../../../server/payments/converge-payment.ts';
import { loadParts, loadSums } from '../../../server/quotas/board/progress-queries.ts';
import { decideReAttribution } from '../../../server/quotas/moves/decide-re-attribution.ts';
import { requestReAttribution } from '../../../server/quotas/moves/request-re-attribution.ts';
import { foldTally } from '../../../server/quotas/tally/fold-tally.ts';
import { queuedBehind, untilWaiting } from '../../setup/until-waiting.ts';
import { type Market, openMarket, type Placed } from '../market.ts';

const DAY = '2026-05-06';
const now = new Date(`${DAY}T04:00:00Z`);
let market: Market;
/** takes locks that the market's own statements then wait for, one behind the other as they came */
let holder: Connection;

beforeAll(async () => {
  market = await openMarket(DAY, { env: { DATABASE_POOL: '16' } });
  holder = await createConnection(connectionOptions(market.app.container.config.databaseUrl));
});
beforeEach(async () => {
  while ((await foldTally(market.app.db)) > 0);
});
afterAll(async () => {
  await holder.end();
  await market.app.close();
});

const db = () => market.app.db;
const actor = async (who: keyof Market['world']['users']) =>
  (await findActor(db(), market.world.users[who].id, DAY)) as Actor;
const tea = (quantity: number) => [{ productId: market.world.products.tea.id, quantity }];
const buy = (quantity: number) => market.buy('employee', { lines: tea(quantity) });
const parcelOf = (order: Placed) => order.fulfilments[0]?.id ?? 0;
const lineOf = (order: Placed) => order.fulfilments[0]?.lines[0]?.id ?? 0;

/** Starts each work when the one before it waits for the lock that `locking` takes, then lets go; tells what each came to. */
const queued = (locking: string, values: number[], works: (() => Promise<unknown>)[]) =>
  queuedBehind(holder, locking, values, works);

const THE_ORDER = 'SELECT id FROM `order` WHERE id = ? FOR UPDATE';

/** What the programme shows, by a board's own reads, beside the plain sum of its entries. */
async function shownAndBooked() {
  const programmeId = market.world.programmes.group.id;
  const wish = { programmeId, until: null };
  const [whole] = await loadParts(db(), { ...wish, dimensions: [] });
  const units = await loadSums(db(), { ...wish, dimensions: [] });
  const fine = await loadSums(db(), { ...wish, dimensions: ['originPlaceId', 'channel', 'month'] });
  const scoped = await loadSums(db(), { ...wish, until: DAY, dimensions: ['categoryId'] });
  const fen = (rows: readonly { placedFen: number }[]) => rows.reduce((sum, row) => sum + row.placedFen, 0);
  const { _sum } = await db().tallyEntry.aggregate({ where: { programmeId, event: 'placed' }, _sum: { fen: true } });
  return { shown: [whole?.placedFen, fen(units), fen(fine), fen(scoped)], booked: _sum.fen };
}

describe('a read in the middle of folding', () => {
  it.each([
    ['between the totals and the sums', 'SELECT * FROM tally_sum FOR UPDATE'],
    ['before the totals', 'SELECT * FROM tally_total FOR UPDATE'],
  ])('%s is exact, and a second worker takes nothing twice', async (_where, locking) => {
    await buy(1);
    while ((await foldTally(db())) > 0);
    await buy(2);
    const unfolded = await db().tallyEntry.count({ where: { folded: false } });
    expect(unfolded).toBeGreaterThan(0);
    await holder.beginTransaction();
    await holder.query(locking);
    const folding = foldTally(db());
    await untilWaiting(holder, 1);
    const { shown, booked } = await shownAndBooked();
    expect(shown).toEqual(shown.map(() => booked));
    expect(await foldTally(db())).toBe(0);
    await holder.commit();
    expect(await folding).toBe(unfolded);
    const after = await shownAndBooked();
    expect(after.shown).toEqual(after.shown.map(() => booked));
    await market.expectExact();
  });

  it('of a purchase that commits while folding waits shows it once', async () => {
    await buy(1);
    await holder.beginTransaction();
    await holder.query('SELECT * FROM tally_sum FOR UPDATE');
    const folding = foldTally(db());
    await untilWaiting(holder, 1);
    await buy(3);
    const { shown, booked } = await shownAndBooked();
    expect(shown).toEqual(shown.map(() => booked));
    await holder.commit();
    await folding;
    const after = await shownAndBooked();
    expect(after.shown).toEqual(after.shown.map(() => booked));
    await market.expectExact();
  });
});

describe('one behind the other at the same order', () => {
  it('two notices of one payment and its webhook write its entries once', async () => {
    const order = await buy(1);
    const payment = await db().payment.findFirstOrThrow({ where: { orderId: order.id } });
    const before = await db().tallyEntry.count({ where: { orderId: order.id } });
    // Put back to where it was a moment before it was paid, so that all three find it unpaid.
    await db().tallyEntry.deleteMany({ where: { orderId: order.id } });
    await db().journalEntry.deleteMany({ where: { orderId: order.id } });
    await db().payment.update({ where: { id: payment.id }, data: { state: 'open', succeededAt: null } });
    await db().fulfilment.updateMany({ where: { orderId: order.id }, data: { state: 'waiting' } });
    const unpaid = { state: 'awaiting_payment', placedAt: null, placedOn: null } as const;
    await db().order.update({ where: { id: order.id }, data: unpaid });
    const notice = () =>
      convergePayment(db(), market.app.container.stripe, String(payment.sessionId), now).then(() => {});
    expect(await queued(THE_ORDER, [order.id], [notice, notice, notice])).toEqual(['done', 'done', 'done']);
    expect(await db().tallyEntry.count({ where: { orderId: order.id } })).toBe(before);
    expect(await db().journalEntry.count({ where: { orderId: order.id, account: 'paid' } })).toBe(1);
    await market.expectExact();
  });

  it.each([
    ['the supplier ships, then the buyer cancels', [0, 1], ['done', 'alreadyConfirmed']],
    ['the buyer cancels, then the supplier ships', [1, 0], ['done', 'wrongFulfilmentState']],
  ] as const)('%s: the first one counts', async (_what, turns, outcomes) => {
    const order = await buy(2);
    const [buyer, supplier] = [await actor('employee'), await actor('supplier')];
    const sent = { lines: [], carrier: '邮政', trackingNumber: 'T1', temperatureDeci: null };
    const works = [
      () => shipFulfilment(db(), supplier, parcelOf(order), sent, now),
      () => cancelOrder(db(), buyer, order.id, '测试', now),
    ];
    expect(
      await queued(
        THE_ORDER,
        [order.id],
        turns.map((turn) => works[turn] as () => Promise<unknown>),
      ),
    ).toEqual(outcomes);
    await market.expectExact();
  });

  it('two receipts and a cancellation of a shipped parcel: one receipt counts', async () => {
    const order = await buy(2);
    const [buyer, supplier] = [await actor('employee'), await actor('supplier')];
    const sent = { lines: [], carrier: '邮政', trackingNumber: 'T2', temperatureDeci: null };
    await shipFulfilment(db(), supplier, parcelOf(order), sent, now);
    const receive = (acceptedQuantity: number) => () =>
      receiveFulfilment(
        db(),
        buyer,
        parcelOf(order),
        [{ lineId: lineOf(order), acceptedQuantity, shortQuantity: 2 - acceptedQuantity, damagedQuantity: 0 }],
        now,
      );
    const cancel = () => cancelOrder(db(), buyer, order.id, '测试', now);
    const [first, ...others] = await queued(THE_ORDER, [order.id], [receive(1), cancel, receive(2)]);
    expect([first, ...others.map((code) => code === 'done')]).toEqual(['done', false, false]);
    const { acceptedQuantity } = await db().orderLine.findUniqueOrThrow({ where: { id: lineOf(order) } });
    expect(acceptedQuantity).toBe(1);
    await market.expectExact();
  });

  it.each([
    ['a re-attribution, then a refund', [0, 1]],
    ['a refund, then a re-attribution', [1, 0]],
  ] as const)('%s: the unit that holds the purchase gives back', async (_what, turns) => {
    const { bank, firstPrison } = market.world.units;
    const order = await buy(5);
    const [buyer, operator] = [await actor('employee'), await actor('operator')];
    const purchase = { kind: 'order', id: order.id } as const;
    const id = await requestReAttribution(db(), buyer, { purchase, toUnit: firstPrison.code, reason: '测试', at: now });
    const asked = { lines: [{ lineId: lineOf(order), quantity: 2 }], reason: '测试', photos: [] };
    const refundId = await requestRefund(market.app.container, buyer, order.id, asked, now);
    const granted = { decision: 'approve' as const, lines: [], freightFen: 0, reason: '' };
    const works = [
      () => decideReAttribution(db(), operator, { id, approve: true, note: null, at: now }),
      () => decideRefund(db(), operator, refundId, granted, now),
    ];
    expect(
      await queued(
        THE_ORDER,
        [order.id],
        turns.map((turn) => works[turn] as () => Promise<unknown>),
      ),
    ).toEqual(['done', 'done']);
    const of = async (unit: { id: number }) =>
      (
        await db().tallyEntry.aggregate({
          where: {
            orderId: order.id,
            unitId: unit.id,
            programmeId: market.world.programmes.group.id,
            event: 'counted',
          },
          _sum: { fen: true },
        })
      )._sum.fen;
    expect([await of(bank), await of(firstPrison)]).toEqual([0, 3 * 12_800]);
    await market.expectExact();
  });
});

describe('one behind the other at the same batch', () => {
  it('a refund that restocks and a purchase of the last neither lose nor make stock', async () => {
    const { chicken } = market.world.products;
    const [operator, buyer] = [await actor('operator'), await actor('employee')];
    const order = await market.buy('employee', { lines: [{ productId: chicken.id, quantity: 49 }] });
    const asked = { lines: [{ lineId: lineOf(order), quantity: 3 }], reason: '测试', photos: [] };
    const refundId = await requestRefund(market.app.container, buyer, order.id, asked, now);
    const restocked = { lines: [{ lineId: lineOf(order), quantity: 3, restockedQuantity: 3 }] };
    const batch = await db().batch.findFirstOrThrow({ where: { productId: chicken.id } });
    expect(batch.available).toBe(1);
    const refund = () =>
      decideRefund(db(), operator, refundId, { decision: 'approve', freightFen: 0, reason: '', ...restocked }, now);
    const purchase = () => market.buy('colleague', { lines: [{ productId: chicken.id, quantity: 1 }] });
    expect(await queued('SELECT id FROM batch WHERE id = ? FOR UPDATE', [batch.id], [refund, purchase])).toEqual([
      'done',
      'done',
    ]);
    expect((await db().batch.findUniqueOrThrow({ where: { id: batch.id } })).available).toBe(3);
    await market.expectExact();
  });
});
