import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TallyEntry } from '../../../server/db/generated/client.ts';
import { foldTally } from '../../../server/quotas/tally/fold-tally.ts';
import { addDays } from '../../../server/shared/days.ts';
import { aTarget } from '../../world/programmes.ts';
import { type Market, openMarket } from '../market.ts';

interface Told {
  scopeKey: string;
  measure: 'fen' | 'grams';
  placed: number;
  counted: number;
}

let market: Market;

beforeAll(async () => {
  market = await openMarket('2026-03-10');
  const { units, programmes, categories, places, products } = market.world;
  const { db } = market.app;
  const ofBank = { programme: programmes.group, unit: units.bank };
  const scopes = [
    { category: categories.rice },
    { category: categories.tea },
    { place: places.chuanhe },
    { fundingSource: 'canteen_budget' as const },
    { category: categories.rice, place: places.xiushan },
    { category: categories.tea, fundingSource: 'individual' as const },
    { place: places.lianghe, fundingSource: 'canteen_budget' as const },
  ];
  for (const scope of scopes) {
    await aTarget(db, { ...ofBank, ...scope, fen: 1_000_000 });
    await aTarget(db, { ...ofBank, ...scope, grams: 900_000 });
  }
  await db.targetVersion.updateMany({ data: { at: new Date('2026-01-05') } });
  const rice = { productId: products.rice.id, quantity: 10 };
  const tea = { productId: products.tea.id, quantity: 2 };
  for (const day of ['2026-03-10', '2026-03-28', '2026-04-02', '2026-04-20']) {
    market.turnTo(day);
    await market.deliver(await market.buy('buyer', { lines: [rice, tea], unit: units.bank }), 2);
    await market.buy('employee', { lines: [tea] });
    if (day === '2026-04-02') while ((await foldTally(db)) > 0);
  }
});
afterAll(() => market.app.close());

it.each([undefined, '2026-04-19', '2026-04-02', '2026-03-31', '2026-03-20'])(
  'a target is judged by its own part of the entries, half of them folded, at %s',
  async (at) => {
    const told = await targetsOf(at);
    expect(told).toEqual(await recomputed(at));
    expect(told.filter(({ placed }) => placed > 0).length).toBeGreaterThan(9);
  },
);

it('is the same when everything is folded', async () => {
  const days = [undefined, '2026-04-19', '2026-03-20'];
  const before = await Promise.all(days.map(targetsOf));
  while ((await foldTally(market.app.db)) > 0);
  expect(await Promise.all(days.map(targetsOf))).toEqual(before);
});

async function targetsOf(at?: string): Promise<Told[]> {
  const answer = await market.get('operator', `/programmes/commerce-2026/progress${at ? `?at=${at}` : ''}`);
  const bank = answer.body.rows.find((row: { key: string }) => row.key === 'bank');
  const told = bank.targets.map(({ scopeKey, measure, placed, counted }: Told) => ({
    ...{ scopeKey, measure, placed, counted },
  }));
  return sorted(told);
}

/** The same from the entries one by one and the trees in the database. */
async function recomputed(at = '2026-12-31'): Promise<Told[]> {
  const { db } = market.app;
  const { units, programmes } = market.world;
  const before = new Date(`${addDays(at, 1)}T00:00:00Z`);
  const entries = await db.tallyEntry.findMany({
    where: { programmeId: programmes.group.id, unitId: units.bank.id, onDay: { lt: before } },
  });
  const paths = new Map([
    ...(await db.category.findMany()).map(({ id, path }) => [`c${id}`, path] as const),
    ...(await db.place.findMany()).map(({ id, path }) => [`p${id}`, path] as const),
  ]);
  const targets = await db.target.findMany({ where: { unitId: units.bank.id } });
  return sorted(
    targets.map(({ scopeKey, measure, categoryId, placeId, fundingSource }) => {
      const counts = (entry: TallyEntry) =>
        (categoryId === null || (paths.get(`c${entry.categoryId}`) ?? '').includes(`/${categoryId}/`)) &&
        (placeId === null || (paths.get(`p${entry.originPlaceId}`) ?? '').includes(`/${placeId}/`)) &&
        (fundingSource === null || fundingSource === entry.fundingSource);
      const sum = (event: string) =>
        entries
          .filter((entry) => entry.event === event && counts(entry))
          .reduce((all, entry) => all + entry[measure], 0);
      return { scopeKey, measure, placed: sum('placed'), counted: sum('counted') };
    }),
  );
}

function sorted(told: Told[]): Told[] {
  return told.sort((a, b) => `${a.scopeKey} ${a.measure}`.localeCompare(`${b.scopeKey} ${b.measure}`));
}
