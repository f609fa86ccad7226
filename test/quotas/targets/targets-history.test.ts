import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Programme, Unit } from '../../../server/db/generated/client.ts';
import { inTransaction } from '../../../server/db/in-transaction.ts';
import { setTargets, type TargetSetting } from '../../../server/quotas/targets/set-target.ts';
import { addDays } from '../../../server/shared/days.ts';
import { aProgramme } from '../../world/programmes.ts';
import { aGroup, aUnit } from '../../world/units.ts';
import { grant } from '../../world/users.ts';
import { type Market, openMarket } from '../market.ts';

let market: Market;
beforeAll(async () => {
  market = await openMarket('2026-02-20');
});
afterAll(() => market.app.close());

const FIRST = '2026-02-01';
const DAYS = 12;

interface Write {
  /** days since the write before */
  later: number;
  settings: { unit: number; scope: 'all' | 'canteen_budget'; value: number }[];
}

const histories = fc.array(
  fc.record({
    later: fc.integer({ min: 0, max: 2 }),
    settings: fc.uniqueArray(
      fc.record({
        unit: fc.integer({ min: 0, max: 2 }),
        scope: fc.constantFrom('all' as const, 'canteen_budget' as const),
        value: fc.constantFrom(0, 0, 1, 100, 12_345, 1_000_000),
      }),
      { minLength: 1, maxLength: 4, selector: ({ unit, scope }) => `${unit} ${scope}` },
    ),
  }),
  { minLength: 1, maxLength: 12 },
);

async function makeUnits(): Promise<{ programme: Programme; units: Unit[] }> {
  const { db } = market.app;
  const group = await aGroup(db);
  const units = [await aUnit(db, { groups: [group] }), await aUnit(db, { groups: [group] })];
  units.push(await aUnit(db, { parent: units[0] }));
  await grant(db, market.world.users.organizer, { role: 'organizer', group });
  return { programme: await aProgramme(db, { year: 2026, group }), units };
}

/** What each unit's own targets are by day, told by a plain map. */
function modelOf(writes: readonly Write[]): Map<string, number>[] {
  const now = new Map<string, number>();
  const byDay: Map<string, number>[] = [];
  let day = 0;
  for (const { later, settings } of writes) {
    for (let step = 0; step < later; step += 1) byDay[day++] = new Map(now);
    for (const { unit, scope, value } of settings) now.set(`${unit} ${scope}`, value);
  }
  while (day < DAYS * 3) byDay[day++] = new Map(now);
  return byDay;
}

async function play({ programme, units }: Awaited<ReturnType<typeof makeUnits>>, writes: readonly Write[]) {
  let day = FIRST;
  for (const { later, settings } of writes) {
    day = addDays(day, later);
    const deed = { programmeId: programme.id, reason: '测试', byId: null, at: new Date(`${day}T04:00:00Z`) };
    const changes = settings.map(
      ({ unit, scope, value }): TargetSetting => ({
        unitId: units[unit]?.id ?? 0,
        ...{ categoryId: null, placeId: null, fundingSource: scope === 'all' ? null : scope },
        ...{ measure: 'fen', value },
      }),
    );
    await inTransaction(market.app.db, (tx) => setTargets(tx, deed, changes));
  }
}

describe('after any sequence of versions', () => {
  it('the board’s targets are the newest, and on a past day the newest recorded by then', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (writes) => {
        const made = await makeUnits();
        await play(made, writes);
        const model = modelOf(writes);
        for (const day of [0, 1, 3, 5, 8, 19]) {
          const path = `/programmes/${made.programme.id}/progress?at=${addDays(FIRST, day)}`;
          const { body } = await market.get('organizer', path);
          const own = (unit: number, scope: string) => model[day]?.get(`${unit} ${scope}`) ?? 0;
          for (const [index, unit] of made.units.entries()) {
            const row = body.rows.find(({ key }: { key: string }) => key === unit.code);
            for (const scope of ['all', 'canteen_budget'] as const) {
              const expected = own(index, scope) + (index === 0 ? own(2, scope) : 0);
              const scopeKey = scope === 'all' ? 'all' : `funding:${scope}`;
              const shown = row?.targets.find((target: { scopeKey: string }) => target.scopeKey === scopeKey);
              expect([unit.code, day, scope, shown?.value ?? 0]).toEqual([unit.code, day, scope, expected]);
            }
          }
        }
      }),
      { numRuns: 8, seed: 20_260_301 },
    );
  });
});
