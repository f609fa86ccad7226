import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../../server/accounts/actor.ts';
import { reconcile } from '../../../server/cli/reconcile/run-checks.ts';
import type { Unit } from '../../../server/db/generated/client.ts';
import { inTransaction } from '../../../server/db/in-transaction.ts';
import { decideReAttribution } from '../../../server/quotas/moves/decide-re-attribution.ts';
import type { PurchaseKey } from '../../../server/quotas/moves/re-attribution-purchase.ts';
import { requestReAttribution } from '../../../server/quotas/moves/request-re-attribution.ts';
import { foldTally } from '../../../server/quotas/tally/fold-tally.ts';
import { tallyReversal } from '../../../server/quotas/tally/tally-reversal.ts';
import { dayToColumn } from '../../../server/shared/days.ts';
import { moveUnit } from '../../world/units.ts';
import { aUser } from '../../world/users.ts';
import { type Market, openMarket, type Person, type Placed } from '../market.ts';

let market: Market;
let today = '2026-03-10';
/** organizes both groups, and asks for nothing */
let decider: number;

beforeAll(async () => {
  market = await openMarket(today);
  const { groups } = market.world;
  const grants = Object.values(groups).map((group) => ({ role: 'organizer' as const, group }));
  decider = (await aUser(market.app.db, { login: 'decider', grants })).id;
});
afterAll(() => market.app.close());

function turnTo(day: string): void {
  today = day;
  market.turnTo(day);
}

const now = () => new Date(`${today}T04:00:00Z`);
const idOf = (who: Person) => (typeof who === 'string' ? market.world.users[who].id : who.id);

async function actor(id: number) {
  const found = await findActor(market.app.db, id, today);
  if (!found) throw new Error(`no actor ${id}`);
  return found;
}

const ofOrder = ({ id }: Placed): PurchaseKey => ({ kind: 'order', id });

async function ask(who: Person, purchase: PurchaseKey, to: Unit): Promise<number> {
  const asked = { purchase, toUnit: to.code, reason: '下单时选错了单位', at: now() };
  return requestReAttribution(market.app.db, await actor(idOf(who)), asked);
}

async function decide(by: number, id: number, approve = true): Promise<void> {
  await decideReAttribution(market.app.db, await actor(by), {
    id,
    approve,
    note: approve ? null : '理由不足',
    at: now(),
  });
}

/** Asked by the operator, who may ask for any unit's. */
async function move(purchase: PurchaseKey, to: Unit): Promise<void> {
  await decide(decider, await ask('operator', purchase, to));
}

/** What a purchase comes to by programme and unit, zeros left out: "commerce-2026 bank": [placed, counted] fen. */
async function sums(purchase: PurchaseKey, until?: string): Promise<Record<string, [number, number]>> {
  const where = purchase.kind === 'order' ? { orderId: purchase.id } : { channel: purchase.kind, orderId: null };
  const entries = await market.app.db.tallyEntry.findMany({
    where: { ...where, ...(until ? { onDay: { lte: dayToColumn(until) } } : {}) },
    include: { programme: { select: { code: true } }, unit: { select: { code: true } } },
  });
  const found: Record<string, [number, number]> = {};
  for (const { programme, unit, event, fen } of entries) {
    const key = `${programme.code} ${unit.code}`;
    const [placed, counted] = found[key] ?? [0, 0];
    found[key] = event === 'placed' ? [placed + fen, counted] : [placed, counted + fen];
  }
  return Object.fromEntries(Object.entries(found).filter(([, sum]) => sum.some((fen) => fen !== 0)));
}

async function differences(): Promise<string[]> {
  const found: string[] = [];
  await reconcile(market.app.container.config.databaseUrl, ({ what, expected, found: there }) =>
    found.push(`${what}: expected ${expected}, found ${there}`),
  );
  return found;
}

const tea = (quantity: number) => [{ productId: market.world.products.tea.id, quantity }];
const buyTea = (quantity: number) => market.buy('buyer', { lines: tea(quantity), unit: market.world.units.bank });

describe('a purchase counted for the wrong unit', () => {
  it('moves with what stands, on the day of approval, keeping its placing and its past', async () => {
    const { units } = market.world;
    const order = await buyTea(5);
    turnTo('2026-03-12');
    await move(ofOrder(order), units.firstPrison);
    expect(await sums(ofOrder(order))).toEqual({
      'commerce-2026 first-prison': [64_000, 0],
      'county-2026 first-prison': [64_000, 0],
    });
    expect(await sums(ofOrder(order), '2026-03-11')).toEqual({
      'commerce-2026 bank': [64_000, 0],
      'county-2026 bank': [64_000, 0],
    });
    const mirror = await market.app.db.tallyEntry.findMany({ where: { orderId: order.id, source: 're_attribution' } });
    expect(mirror).toHaveLength(4);
    for (const entry of mirror)
      expect(entry).toMatchObject({
        ...{ onDay: dayToColumn('2026-03-12'), placedOn: dayToColumn('2026-03-10'), isAdjustment: false },
      });
    // What happens later follows the unit that holds it now.
    await market.deliver(order, 3);
    expect(await sums(ofOrder(order))).toEqual({
      'commerce-2026 first-prison': [38_400, 38_400],
      'county-2026 first-prison': [38_400, 38_400],
    });
    expect(await differences()).toEqual([]);
  });

  it('takes the place in the tree that the new unit had on the day of placing', async () => {
    const { units } = market.world;
    const order = await buyTea(2);
    turnTo('2026-04-10');
    await moveUnit(market.app.db, units.secondPrison, units.commission, '2026-04-01');
    await move(ofOrder(order), units.secondPrison);
    const entry = await market.app.db.tallyEntry.findFirstOrThrow({
      where: { orderId: order.id, unitId: units.secondPrison.id },
      include: { lineage: true },
    });
    expect(entry.lineage.path).toBe(`/${units.bureau.id}/${units.secondPrison.id}/`);
    expect(await differences()).toEqual([]);
  });

  it('leaves a programme in which only the old unit takes part, and comes back with all that happened meanwhile', async () => {
    const { units } = market.world;
    const order = await buyTea(4);
    await move(ofOrder(order), units.insurer);
    expect(await sums(ofOrder(order))).toEqual({ 'county-2026 insurer': [51_200, 0] });
    await market.deliver(order, 3);
    expect(await sums(ofOrder(order))).toEqual({ 'county-2026 insurer': [38_400, 38_400] });
    await move(ofOrder(order), units.outside);
    expect(await sums(ofOrder(order))).toEqual({});
    await move(ofOrder(order), units.bank);
    expect(await sums(ofOrder(order))).toEqual({
      'commerce-2026 bank': [38_400, 38_400],
      'county-2026 bank': [38_400, 38_400],
    });
    expect(await differences()).toEqual([]);
  });

  it('enters a programme in which only the new unit takes part by what qualifies', async () => {
    const { units, products } = market.world;
    const order = await market.buy('outsideBuyer', {
      lines: [...tea(1), { productId: products.wulongTea.id, quantity: 2 }],
      unit: units.outside,
    });
    expect(await sums(ofOrder(order))).toEqual({});
    await move(ofOrder(order), units.bank);
    expect(await sums(ofOrder(order))).toEqual({ 'commerce-2026 bank': [12_800, 0], 'county-2026 bank': [30_400, 0] });
    expect(await differences()).toEqual([]);
  });

  it('counts at once for the new unit what an employee paid, and not after `countUntil`', async () => {
    const { units, programmes } = market.world;
    const order = await market.buy('employee', { lines: tea(2) });
    expect(await sums(ofOrder(order))).toEqual({
      'commerce-2026 bank': [25_600, 25_600],
      'county-2026 bank': [25_600, 25_600],
    });
    await expect(ask('organizer', ofOrder(order), units.insurer)).rejects.toMatchObject({ status: 404 });
    await expect(ask('buyer', ofOrder(order), units.insurer)).rejects.toMatchObject({ status: 404 });
    await decide(decider, await ask('employee', ofOrder(order), units.insurer));
    expect(await sums(ofOrder(order))).toEqual({ 'county-2026 insurer': [25_600, 25_600] });
    await market.app.db.programme.update({
      where: { id: programmes.group.id },
      data: { countUntil: dayToColumn('2026-01-31') },
    });
    await decide(decider, await ask('employee', ofOrder(order), units.bank));
    expect(await sums(ofOrder(order))).toEqual({
      'commerce-2026 bank': [25_600, 0],
      'county-2026 bank': [25_600, 25_600],
    });
    await market.app.db.programme.update({
      where: { id: programmes.group.id },
      data: { countUntil: dayToColumn('2027-01-31') },
    });
    await move2Back(order);
  });

  /** So that the books fit the rule again: out of the programme and in once more. */
  async function move2Back(order: Placed): Promise<void> {
    const { units } = market.world;
    await decide(decider, await ask('employee', ofOrder(order), units.outside));
    await decide(decider, await ask('employee', ofOrder(order), units.bank));
    expect(await differences()).toEqual([]);
  }

  it('is a marked adjustment where the programme is closed', async () => {
    const { units, programmes } = market.world;
    const order = await buyTea(1);
    await market.app.db.programme.update({ where: { id: programmes.county.id }, data: { state: 'closed' } });
    await move(ofOrder(order), units.dual);
    const entries = await market.app.db.tallyEntry.findMany({
      where: { orderId: order.id, source: 're_attribution' },
      include: { programme: true },
    });
    for (const { programme, isAdjustment } of entries) expect(isAdjustment).toBe(programme.code === 'county-2026');
    await market.app.db.programme.update({ where: { id: programmes.county.id }, data: { state: 'open' } });
    expect(await differences()).toEqual([]);
  });

  it('takes a later refund and cancellation from the unit that holds it', async () => {
    const { units } = market.world;
    const [refunded, cancelled] = [await buyTea(4), await buyTea(2)];
    await market.deliver(refunded);
    await move(ofOrder(refunded), units.dual);
    await refund(refunded, 1);
    expect(await sums(ofOrder(refunded))).toEqual({
      'commerce-2026 dual': [38_400, 38_400],
      'county-2026 dual': [38_400, 38_400],
    });
    await move(ofOrder(cancelled), units.dual);
    await market.cancel(cancelled);
    expect(await sums(ofOrder(cancelled))).toEqual({});
    await expect(ask('operator', ofOrder(cancelled), units.bank)).rejects.toMatchObject({
      code: 'purchaseDoesNotStand',
    });
    expect(await differences()).toEqual([]);
  });
});

/** A refund of accepted goods as it is decided: its rows, the line's sums, its reversal. */
async function refund({ id: orderId, fulfilments }: Placed, quantity: number): Promise<void> {
  const fulfilmentId = fulfilments[0]?.id ?? 0;
  const lineId = fulfilments[0]?.lines[0]?.id ?? 0;
  const { fen, grams } = { fen: 12_800 * quantity, grams: 250 * quantity };
  await inTransaction(market.app.db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM \`order\` WHERE id = ${orderId} FOR UPDATE`;
    const { id } = await tx.refund.create({
      data: {
        ...{ orderId, fulfilmentId, state: 'approved', reason: '破损', goodsFen: fen },
        ...{ requestedAt: now(), decidedAt: now() },
        lines: { create: { lineId, requestedQuantity: quantity, quantity, fen, grams } },
      },
    });
    await tx.orderLine.update({
      where: { id: lineId },
      data: {
        refundedQuantity: { increment: quantity },
        refundedFen: { increment: fen },
        refundedGrams: { increment: grams },
      },
    });
    await tallyReversal(tx, {
      ...{ source: 'refund', sourceId: id, orderId, of: 'accepted', lines: [{ lineId, fen, grams }], day: today },
      at: now(),
    });
    await tx.journalEntry.createMany({
      data: [
        { orderId, account: 'goods', fen: -fen, source: 'refund', sourceId: id, at: now() },
        { orderId, account: 'owed', fen, source: 'refund', sourceId: id, at: now() },
      ],
    });
  });
}

describe('an offline purchase', () => {
  it('moves with its declaration and verification', async () => {
    const { units, categories, places, users } = market.world;
    const purchase = await market.app.db.offlinePurchase.create({
      data: {
        ...{ unitId: units.outside.id, fundingSource: 'canteen_budget', state: 'verified', sellerName: '农户' },
        ...{
          declaredById: users.buyer.id,
          purchasedOn: dayToColumn('2026-03-01'),
          declaredAt: now(),
          decidedAt: now(),
        },
        lines: {
          create: {
            ...{ categoryId: categories.rice.id, originPlaceId: places.chuanhe.id, goods: '贡米' },
            ...{ fen: 9000, grams: 500 },
          },
        },
      },
    });
    const key: PurchaseKey = { kind: 'offline', id: purchase.id };
    await move(key, units.bank);
    await move(key, units.insurer);
    expect(await sums(key)).toEqual({ 'county-2026 insurer': [9000, 9000] });
    await move(key, units.bureau);
    expect(await sums(key)).toEqual({ 'commerce-2026 bureau': [9000, 9000], 'county-2026 bureau': [9000, 9000] });
    expect(await differences()).toEqual([]);
  });
});

describe('a request', () => {
  it('is decided by an organizer who did not make it, once', async () => {
    const { units, users } = market.world;
    const order = await buyTea(1);
    await expect(ask('prisonBuyer', ofOrder(order), units.dual)).rejects.toMatchObject({ status: 404 });
    await expect(ask('approver', ofOrder(order), units.bank)).rejects.toMatchObject({ status: 422 });
    const id = await ask('organizer', ofOrder(order), units.dual);
    await expect(ask('approver', ofOrder(order), units.insurer)).rejects.toMatchObject({ code: 'reAttributionOpen' });
    await expect(decide(users.organizer.id, id)).rejects.toMatchObject({ status: 403, code: 'ownReAttribution' });
    await expect(decide(users.approver.id, id)).rejects.toMatchObject({ status: 403 });
    await expect(decide(users.outsider.id, id)).rejects.toMatchObject({ status: 404 });
    await decide(decider, id, false);
    await expect(decide(decider, id)).rejects.toMatchObject({ status: 409, code: 'reAttributionDecided' });
    expect(await sums(ofOrder(order))).toEqual({ 'commerce-2026 bank': [12_800, 0], 'county-2026 bank': [12_800, 0] });
    const audit = await market.app.db.auditLine.findMany({
      where: { subjectType: 're_attribution', subjectId: id },
      orderBy: { id: 'asc' },
    });
    expect(audit.map(({ action }) => action)).toEqual(['re_attribution.request', 're_attribution.refuse']);
  });

  it('whose purchase was moved meanwhile is refused', async () => {
    const { units } = market.world;
    const order = await buyTea(1);
    const first = await ask('approver', ofOrder(order), units.dual);
    await decide(decider, first);
    const second = await ask('operator', ofOrder(order), units.bureau);
    await market.app.db.reAttribution.update({ where: { id: second }, data: { fromUnitId: units.bank.id } });
    await expect(decide(decider, second)).rejects.toMatchObject({ status: 409, code: 'purchaseMoved' });
    await decide(decider, second, false);
  });
});

describe('at the same moment', () => {
  it('two approvals of one request move it once', async () => {
    const { units } = market.world;
    const order = await buyTea(1);
    const id = await ask('approver', ofOrder(order), units.dual);
    const answers = await Promise.allSettled([decide(decider, id), decide(decider, id), decide(decider, id)]);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await sums(ofOrder(order))).toEqual({ 'commerce-2026 dual': [12_800, 0], 'county-2026 dual': [12_800, 0] });
  });

  it.each(['receipt', 'refund', 'cancellation'] as const)('an approval and a %s leave exact books', async (fact) => {
    const { units } = market.world;
    for (let round = 0; round < 4; round += 1) {
      const order = await buyTea(2);
      if (fact === 'refund') await market.deliver(order);
      const id = await ask('approver', ofOrder(order), round % 2 ? units.insurer : units.dual);
      const happen = () =>
        fact === 'receipt' ? market.deliver(order, 1) : fact === 'refund' ? refund(order, 1) : market.cancel(order);
      await Promise.allSettled(round < 2 ? [happen(), decide(decider, id)] : [decide(decider, id), happen()]);
    }
    while ((await foldTally(market.app.db)) > 0);
    expect(await differences()).toEqual([]);
  });

  it('two requests for one purchase leave one open', async () => {
    const { units } = market.world;
    const order = await buyTea(1);
    const answers = await Promise.allSettled(
      [units.dual, units.insurer].map((unit) => ask('approver', ofOrder(order), unit)),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
