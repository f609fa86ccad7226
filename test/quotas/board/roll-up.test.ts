import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldTally } from '../../../server/quotas/tally/fold-tally.ts';
import { dayToColumn } from '../../../server/shared/days.ts';
import { aTarget } from '../../world/programmes.ts';
import { moveUnit } from '../../world/units.ts';
import { type Market, openMarket, type Person } from '../market.ts';

interface Row {
  key: string;
  targetFen: number | null;
  targetGrams: number | null;
  placedFen: number;
  countedFen: number;
  countedGrams: number;
  share: number | null;
  state: string;
  dual: boolean;
  targets: { measure: string; value: number; counted: number; share: number }[];
}

let market: Market;
let bank: Person;

beforeAll(async () => {
  market = await openMarket('2026-03-10');
  bank = market.world.users.buyer;
});
afterAll(() => market.app.close());

async function progress(who: Person, code: string, query = ''): Promise<{ total: Row; rows: Row[] }> {
  const answer = await market.get(who, `/programmes/${code}/progress${query}`);
  expect(answer.status).toBe(200);
  return answer.body;
}

async function rowOf(key: string, code = 'commerce-2026', query = ''): Promise<Row> {
  const { rows } = await progress('operator', code, query);
  const row = rows.find((one) => one.key === key);
  if (!row) throw new Error(`no row ${key} among ${rows.map((one) => one.key)}`);
  return row;
}

const rice = (quantity: number) => [{ productId: market.world.products.rice.id, quantity }];
const tea = (quantity: number) => [{ productId: market.world.products.tea.id, quantity }];

describe('a bureau', () => {
  it('shows what its prisons bought and their targets beside its own', async () => {
    const { units, programmes } = market.world;
    await aTarget(market.app.db, { programme: programmes.group, unit: units.bureau, fen: 1_000_000 });
    await aTarget(market.app.db, { programme: programmes.group, unit: units.firstPrison, fen: 500_000 });
    const order = await market.buy('prisonBuyer', { lines: rice(20), unit: units.firstPrison });
    expect(await rowOf('bureau')).toMatchObject({ placedFen: 114_000, countedFen: 0, targetFen: 1_500_000 });
    await market.deliver(order);
    expect(await rowOf('bureau')).toMatchObject({ placedFen: 114_000, countedFen: 114_000, countedGrams: 100_000 });
    expect(await rowOf('first-prison')).toMatchObject({ countedFen: 114_000, targetFen: 500_000 });
    expect(await rowOf('second-prison')).toMatchObject({ placedFen: 0, state: 'no_target' });
    const { total } = await progress('operator', 'commerce-2026');
    expect(total).toMatchObject({ placedFen: 114_000, countedFen: 114_000, targetFen: 1_500_000 });
  });

  it('keeps what a prison bought before it moved away, and the new superior gets what comes after', async () => {
    const { units } = market.world;
    market.turnTo('2026-07-05');
    await moveUnit(market.app.db, units.firstPrison, units.commission, '2026-07-01');
    await market.deliver(await market.buy('prisonBuyer', { lines: rice(10), unit: units.firstPrison }));
    expect(await rowOf('bureau')).toMatchObject({ placedFen: 114_000, countedFen: 114_000, targetFen: 1_000_000 });
    expect(await rowOf('commission')).toMatchObject({ placedFen: 57_000, countedFen: 57_000, targetFen: 500_000 });
    expect(await rowOf('first-prison')).toMatchObject({ placedFen: 171_000, countedFen: 171_000 });
    await market.app.db.targetVersion.updateMany({ data: { at: dayToColumn('2026-01-05') } });
    expect(await rowOf('bureau', 'commerce-2026', '?at=2026-06-30')).toMatchObject({
      placedFen: 114_000,
      targetFen: 1_500_000,
    });
  });
});

describe('a unit in two groups', () => {
  it('shows in both and counts once above them, with its target', async () => {
    const { units, programmes } = market.world;
    const before = (await progress('operator', 'county-2026')).total;
    await aTarget(market.app.db, { programme: programmes.county, unit: units.dual, fen: 700_000 });
    await market.deliver(await market.buy('dualBuyer', { lines: tea(10), unit: units.dual }));
    const { total, rows } = await progress('operator', 'county-2026', '?by=group');
    const [commerce, wulong] = ['commerce', 'wulong'].map((key) => rows.find((row) => row.key === key));
    expect(wulong).toMatchObject({ countedFen: 128_000, targetFen: 700_000 });
    expect(commerce?.countedFen).toBe(before.countedFen + 128_000);
    expect(commerce?.targetFen).toBe(700_000);
    expect(total).toMatchObject({ countedFen: before.countedFen + 128_000, targetFen: 700_000 });
    expect(await rowOf('dual', 'county-2026')).toMatchObject({ dual: true, countedFen: 128_000 });
    const inWulong = await progress('operator', 'county-2026', '?group=wulong');
    expect(inWulong.total.countedFen).toBe(128_000);
    expect(inWulong.rows.map((row) => row.key).sort()).toEqual(['dual', 'insurer']);
  });
});

describe('a weight target', () => {
  it('of 10,000 斤 of rice is met by grams of rice alone', async () => {
    const { units, programmes, categories } = market.world;
    const { db } = market.app;
    await aTarget(db, { programme: programmes.group, unit: units.bank, grams: 5_000_000, category: categories.rice });
    await market.deliver(await market.buy(bank, { lines: [...rice(40), ...tea(4)], unit: units.bank }));
    const row = await rowOf('bank');
    expect(row).toMatchObject({ targetGrams: 5_000_000, targetFen: null, countedGrams: 201_000 });
    expect(row.targets).toMatchObject([{ measure: 'grams', value: 5_000_000, counted: 200_000, share: 0.04 }]);
    expect(row.share).toBe(0.04);
  });

  it('stands beside a target in yuan, and the same purchase serves both', async () => {
    const { units, programmes } = market.world;
    await aTarget(market.app.db, { programme: programmes.group, unit: units.bank, fen: 400_000 });
    const row = await rowOf('bank');
    const counted = 40 * 5700 + 4 * 12_800;
    expect(row).toMatchObject({ targetFen: 400_000, countedFen: counted, share: counted / 400_000 });
    expect(row.targets.map(({ measure, counted: sum }) => [measure, sum])).toEqual([
      ['fen', counted],
      ['grams', 200_000],
    ]);
  });
});

describe('counted', () => {
  it('never exceeds placed: a short delivery takes the rest off both', async () => {
    const { units } = market.world;
    const before = await rowOf('bank');
    await market.deliver(await market.buy(bank, { lines: tea(10), unit: units.bank }), 7);
    const after = await rowOf('bank');
    expect(after.placedFen - before.placedFen).toBe(89_600);
    expect(after.countedFen - before.countedFen).toBe(89_600);
    const { rows } = await progress('operator', 'commerce-2026');
    for (const row of rows) expect(row.countedFen).toBeLessThanOrEqual(row.placedFen);
  });

  it('is the same whether nothing, some or everything is folded, also while a cancellation is not', async () => {
    const { units } = market.world;
    const order = await market.buy(bank, { lines: tea(2), unit: units.bank });
    const unfolded = await progress('operator', 'commerce-2026');
    expect(await market.app.db.tallyEntry.count({ where: { folded: false } })).toBeGreaterThan(0);
    while ((await foldTally(market.app.db)) > 0);
    expect(await market.app.db.tallyEntry.count({ where: { folded: false } })).toBe(0);
    expect(await progress('operator', 'commerce-2026')).toMatchObject({ total: unfolded.total, rows: unfolded.rows });
    await market.cancel(order);
    const after = await progress('operator', 'commerce-2026');
    expect(after.total.placedFen).toBe(unfolded.total.placedFen - 25_600);
    const entries = await market.app.db.tallyEntry.groupBy({
      by: ['event'],
      where: { programmeId: market.world.programmes.group.id },
      _sum: { fen: true },
    });
    expect(Object.fromEntries(entries.map(({ event, _sum }) => [event, _sum.fen]))).toEqual({
      placed: after.total.placedFen,
      counted: after.total.countedFen,
    });
  });
});

describe('a past day', () => {
  it('shows what was recorded by then: entries, totals of earlier months, and the target as it was', async () => {
    const { db } = market.app;
    const { units } = market.world;
    expect((await progress('operator', 'commerce-2026', '?at=2026-03-09')).total.placedFen).toBe(0);
    expect((await progress('operator', 'commerce-2026', '?at=2026-03-10')).total.placedFen).toBe(114_000);
    expect((await progress('operator', 'commerce-2026', '?at=2026-07-04')).total.placedFen).toBe(114_000);
    const target = await db.target.findFirstOrThrow({ where: { unitId: units.bank.id, measure: 'fen' } });
    await db.targetVersion.updateMany({ where: { targetId: target.id }, data: { at: dayToColumn('2026-01-10') } });
    await db.targetVersion.create({
      data: { targetId: target.id, version: 2, value: 900_000, reason: '调增', at: dayToColumn('2026-07-03') },
    });
    expect((await rowOf('bank', 'commerce-2026', '?at=2026-07-02')).targetFen).toBe(400_000);
    expect((await rowOf('bank')).targetFen).toBe(900_000);
  });
});

describe('an exempt unit', () => {
  it('has no target and its purchases still count', async () => {
    const { units, programmes } = market.world;
    const before = (await progress('operator', 'commerce-2026')).total;
    await market.app.db.targetExemption.create({
      data: { programmeId: programmes.group.id, unitId: units.dual.id, reason: '没有食堂' },
    });
    await market.buy('dualBuyer', { lines: tea(1), unit: units.dual });
    expect(await rowOf('dual')).toMatchObject({ state: 'exempt', targetFen: null });
    expect((await progress('operator', 'commerce-2026')).total.placedFen).toBe(before.placedFen + 12_800);
  });
});

describe('rows', () => {
  it.each(['category', 'village', 'funding', 'channel', 'month'])('by %s sum to the whole', async (by) => {
    const { total, rows } = await progress('operator', 'commerce-2026', `?by=${by}`);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.reduce((sum, row) => sum + row.placedFen, 0)).toBe(total.placedFen);
    expect(rows.reduce((sum, row) => sum + row.countedFen, 0)).toBe(total.countedFen);
  });

  it('keep the three places apart', async () => {
    const { total } = await progress('operator', 'county-2026');
    const ofOrigin = async (code: string) => (await progress('operator', 'county-2026', `?originPlace=${code}`)).total;
    expect((await ofOrigin('xiushan')).placedFen + (await ofOrigin('wulong')).placedFen).toBe(total.placedFen);
    expect((await progress('operator', 'county-2026', '?assistedPlace=wulong')).total.placedFen).toBe(0);
    expect((await progress('operator', 'county-2026', '?unitPlace=wulong')).rows).toEqual([]);
  });
});
