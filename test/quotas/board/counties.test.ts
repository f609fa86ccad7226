import { load } from 'cheerio';
import readExcel from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldTally } from '../../../server/quotas/tally/fold-tally.ts';
import { type Agent, signInAs } from '../../setup/app.ts';
import { aProgramme, aTarget } from '../../world/programmes.ts';
import { aGroup, joinGroup } from '../../world/units.ts';
import { type Market, openMarket } from '../market.ts';

interface Row {
  key: string;
  name: string | null;
  targetFen: number | null;
  placedFen: number;
  countedFen: number;
  state: string;
  neededPerMonthFen: number | null;
}

const TEA = 12_800;
let market: Market;
let operator: Agent;

/**
 * Xiushan is assisted by `commerce`, by `second` (a village of it) and by `placeless` (under the programme's place), Wulong by `wulong`.
 * The bank is in two groups of Xiushan, the institute in one of each county.
 */
beforeAll(async () => {
  market = await openMarket('2026-03-02');
  const { units, groups, places, products } = market.world;
  const { db } = market.app;
  const second = await aGroup(db, { code: 'second', lead: units.outside, place: places.lianghe });
  await joinGroup(db, second, units.bank, '2020-01-01');
  const placeless = await aGroup(db, { code: 'placeless', lead: units.insurer });
  const programme = await aProgramme(db, {
    ...{ code: 'counties-2026', assistedPlace: places.xiushan, origins: [], year: 2026 },
    participants: [groups.commerce, groups.wulong, second, placeless],
  });
  await aTarget(db, { programme, unit: units.bank, fen: 1_000_000 });
  await aTarget(db, { programme, unit: units.dual, fen: 10_000 });
  await aTarget(db, { programme, unit: units.outside, fen: 40_000 });
  await db.unit.update({ where: { id: units.bank.id }, data: { placeId: places.wulong.id } });
  await db.unit.update({ where: { id: units.dual.id }, data: { placeId: places.shuanghe.id } });
  const tea = (quantity: number) => [{ productId: products.tea.id, quantity }];
  await market.deliver(await market.buy('buyer', { lines: tea(5), unit: units.bank }), 4);
  await market.buy('employee', { lines: tea(2) });
  await foldTally(db);
  market.turnTo('2026-04-02');
  await market.deliver(await market.buy('dualBuyer', { lines: tea(1), unit: units.dual }));
  await market.buy('prisonBuyer', { lines: tea(3), unit: units.firstPrison });
  operator = await signInAs(market.app.visitor(), 'operator');
});
afterAll(() => market.app.close());

async function progress(query: string): Promise<{ total: Row; rows: Row[] }> {
  const answer = await market.get('operator', `/programmes/counties-2026/progress${query}`);
  expect(answer.status).toBe(200);
  return answer.body;
}

const entriesSum = async (query: string, event: 'placed' | 'counted') => {
  const answer = await market.get('operator', `/programmes/counties-2026/entries?event=${event}&${query}`);
  expect(answer.status).toBe(200);
  return answer.body.items.reduce((sum: number, { fen }: { fen: number }) => sum + fen, 0);
};

describe('by county', () => {
  it('takes a unit in two groups of one county once, one in groups of two counties in both, and all once above them', async () => {
    const { total, rows } = await progress('?by=county');
    expect(rows.map(({ key }) => key)).toEqual(['xiushan', 'wulong']);
    const [xiushan, wulong] = rows;
    expect(xiushan).toMatchObject({ placedFen: 10 * TEA, countedFen: 7 * TEA, targetFen: 1_050_000 });
    expect(wulong).toMatchObject({ placedFen: TEA, countedFen: TEA, targetFen: 10_000, state: 'met' });
    expect(xiushan?.state).toBe('behind');
    expect(xiushan?.neededPerMonthFen).toBeGreaterThan(0);
    expect(total).toMatchObject({ placedFen: 10 * TEA, countedFen: 7 * TEA, targetFen: 1_050_000 });
  });

  it('has the entries of each figure behind the same filter, page by page and of a past day', async () => {
    for (const at of ['', '&at=2026-03-31']) {
      for (const row of (await progress(`?by=county${at}`)).rows) {
        expect(await entriesSum(`county=${row.key}${at}`, 'placed')).toBe(row.placedFen);
        expect(await entriesSum(`county=${row.key}${at}`, 'counted')).toBe(row.countedFen);
        expect((await progress(`?county=${row.key}${at}`)).total).toMatchObject({ placedFen: row.placedFen });
      }
    }
    const [xiushan, wulong] = (await progress('?by=county&at=2026-03-31')).rows;
    expect([xiushan?.placedFen, wulong?.placedFen]).toEqual([6 * TEA, 0]);
  });

  it('narrows to the county’s units, and to a group within it', async () => {
    const unitsOf = async (query: string) => (await progress(query)).rows.map(({ key }) => key).sort();
    expect(await unitsOf('?county=wulong')).toEqual(['dual', 'insurer']);
    expect(await unitsOf('?county=xiushan&group=wulong')).toEqual(['dual', 'insurer']);
    expect(await unitsOf('?county=wulong&group=second')).toEqual([]);
    expect(await unitsOf('?county=yongdong')).toEqual([]);
    expect((await market.get('operator', '/programmes/counties-2026/progress?county=atlantis')).status).toBe(400);
  });

  it('is for who sees the whole', async () => {
    for (const query of ['by=county', 'county=xiushan']) {
      expect((await market.get('approver', `/programmes/counties-2026/progress?${query}`)).status).toBe(403);
    }
    expect((await market.get('approver', '/programmes/counties-2026/entries?county=xiushan')).status).toBe(403);
  });

  it('stands on the board with targets and states, its figures leading to their entries', async () => {
    const $ = load((await operator.get('/board?programme=counties-2026&by=county')).text);
    const rows = $('.board-table tbody tr').toArray();
    expect(rows.map((row) => $(row).find('th').text())).toEqual([market.world.places.xiushan.name, '武隆区']);
    expect(rows.map((row) => $(row).find('.state').length)).toEqual([1, 1]);
    expect($(rows[0]).find('th a').attr('href')).toContain('county=xiushan');
    const href = $(rows[0]).find('a.figure[href*="event=counted"]').attr('href') ?? '';
    expect(href).toContain('county=xiushan');
    const entries = load((await operator.get(href)).text);
    expect(entries('[data-sum="counted"]').attr('data-fen')).toBe(String(7 * TEA));
    expect(entries('.active-filters').text()).toContain(market.world.places.xiushan.name);
    const narrowed = load((await operator.get('/board?programme=counties-2026&county=wulong&by=group')).text);
    expect(narrowed('.board-table tbody th').text()).toBe('武隆帮扶集团');
  });

  it('comes as Excel', async () => {
    const answer = await operator
      .get('/board.xlsx?programme=counties-2026&by=county')
      .buffer(true)
      .parse((res, done) => {
        const parts: Buffer[] = [];
        res.on('data', (part: Buffer) => parts.push(part));
        res.on('end', () => done(null, Buffer.concat(parts)));
      });
    const [sheet] = await readExcel(answer.body as Buffer);
    const rows = sheet?.data ?? [];
    const head = rows[2]?.map(String) ?? [];
    expect(head[1]).toBe('受帮扶区县');
    expect(rows.slice(3).map((row) => row[0])).toEqual(['xiushan', 'wulong']);
    expect(rows[3]?.[2]).toBe(10_500);
  });
});

describe('by the units’ own place', () => {
  it('adds up to the whole, those without a place in a row of their own', async () => {
    const { total, rows } = await progress('?by=unit_place');
    expect(rows.map(({ key, placedFen }) => [key, placedFen]).sort()).toEqual([
      ['', 3 * TEA],
      ['wulong', 7 * TEA],
    ]);
    expect(rows.reduce((sum, row) => sum + row.placedFen, 0)).toBe(total.placedFen);
    expect(await entriesSum('unitPlace=wulong', 'placed')).toBe(rows.find(({ key }) => key === 'wulong')?.placedFen);
    const $ = load((await operator.get('/board?programme=counties-2026&by=unit_place')).text);
    expect($('.board-table tbody').text()).toContain('未登记所在地');
  });
});

describe('GET /programmes/{id}/progress', () => {
  it('narrows by category, funding source and channel as /entries does', async () => {
    for (const query of [
      'category=tea',
      'fundingSource=individual',
      'channel=market',
      'fundingSource=canteen_budget&county=xiushan',
    ]) {
      const { total } = await progress(`?${query}`);
      expect(total.placedFen).toBe(await entriesSum(query, 'placed'));
      expect(total.countedFen).toBe(await entriesSum(query, 'counted'));
    }
    expect((await progress('?fundingSource=individual')).total).toMatchObject({ placedFen: 2 * TEA, targetFen: null });
    expect((await progress('?category=rice')).total.placedFen).toBe(0);
    const refused = await market.get('operator', '/programmes/counties-2026/progress?channel=smoke&fundingSource=gold');
    expect(refused.body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['channel', 'fundingSource']);
  });

  it('says so in the description of the API', async () => {
    const { body } = await market.get('operator', '/openapi.json');
    for (const path of ['/api/v1/programmes/{id}/progress', '/api/v1/programmes/{id}/entries']) {
      const described = body.paths[path] ?? body.paths[path.replace('/api/v1', '')];
      const names = described.get.parameters.map(({ name }: { name: string }) => name);
      expect(names).toEqual(expect.arrayContaining(['county', 'category', 'fundingSource', 'channel']));
    }
  });
});
