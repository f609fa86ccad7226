import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, personOf } from '../setup/person.ts';
import { warmStatements } from '../setup/warm-statements.ts';
import { aTarget } from '../world/programmes.ts';
import { type Market, openMarket } from './market.ts';

const TEA = 12_800;
const statements: string[] = [];
let market: Market;
let employee: Person;

beforeAll(async () => {
  market = await openMarket('2026-05-06', { onQuery: (sql) => statements.push(sql) });
  const { units, programmes, products } = market.world;
  await aTarget(market.app.db, { programme: programmes.group, unit: units.bank, fen: 100 * TEA });
  const lines = [{ productId: products.tea.id, quantity: 5 }];
  await market.buy('employee', { lines });
  await market.buy('buyer', { lines, unit: units.bank });
  employee = await personOf(market.app, 'employee');
});
afterAll(() => market.app.close());

describe('the home page', () => {
  it('tells an employee how the unit stands, and leads to its page', async () => {
    const { text, $ } = await employee.open('/');
    const task = $('section[aria-labelledby="my-task"]');
    expect(task.find('h2').text()).toBe('农行市分行');
    expect(task.find('strong .money').attr('value')).toBe(String(await counted()));
    const page = await employee.open(task.find('a.button').attr('href') ?? '');
    expect(page.$('h1').text()).toContain('农行市分行');
    expect(text).toContain(market.world.programmes.group.name);
  });

  it('costs few statements more than without', async () => {
    const outsider = await personOf(market.app, 'outsider');
    const own = await warmStatements(statements, () => employee.open('/'));
    const without = await warmStatements(statements, () => outsider.open('/'));
    expect(own - without).toBeLessThanOrEqual(8);
  });

  it('has none for an outside buyer, a visitor, and a unit without a target', async () => {
    for (const who of ['outsider', null] as const) {
      const { $ } = await (await personOf(market.app, who)).open('/');
      expect($('#my-task')).toHaveLength(0);
    }
    await market.app.db.targetVersion.updateMany({ data: { value: 0 } });
    expect((await employee.open('/')).$('#my-task')).toHaveLength(0);
    await market.app.db.targetVersion.updateMany({ data: { value: 100 * TEA } });
  });
});

describe('a product page', () => {
  it('says for which programmes of which unit it counts', async () => {
    const { text } = await employee.open(`/products/${market.world.products.tea.id}`);
    expect(text).toMatch(/将计入农行市分行的“.*涌洞乡年度任务/);
  });

  it('says nothing to whoever has no unit, nor of goods that do not count', async () => {
    const outsider = await personOf(market.app, 'outsider');
    expect((await outsider.open(`/products/${market.world.products.tea.id}`)).text).not.toContain('将计入');
    await market.app.db.programme.updateMany({ data: { state: 'closed' } });
    expect((await employee.open(`/products/${market.world.products.tea.id}`)).text).not.toContain('将计入');
    await market.app.db.programme.updateMany({ data: { state: 'open' } });
  });
});

describe('an own order and the account', () => {
  it('lead to the unit’s progress', async () => {
    const [order] = await market.app.db.order.findMany({ where: { fundingSource: 'individual' } });
    const { $ } = await employee.open(`/orders/${order?.id}`);
    const page = await employee.open($('.counts a').first().attr('href') ?? '');
    expect(page.text).toContain('我的');
    const account = await employee.open('/account');
    expect(account.$('main a[href="/board"]')).toHaveLength(1);
    expect((await (await personOf(market.app, 'outsider')).open('/account')).$('main a[href="/board"]')).toHaveLength(
      0,
    );
  });
});

async function counted(): Promise<number> {
  const { units, programmes } = market.world;
  const { _sum } = await market.app.db.tallyEntry.aggregate({
    where: { unitId: units.bank.id, programmeId: programmes.group.id, event: 'counted' },
    _sum: { fen: true },
  });
  return Number(_sum.fen);
}
