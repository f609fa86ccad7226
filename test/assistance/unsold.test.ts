import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { warnOfUnsold } from '../../server/assistance/warn-unsold.ts';
import { forgetCatalog } from '../../server/catalog/forget-catalog.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { type Person, personOf } from '../setup/person.ts';

const DAY = '2026-05-06';
const now = new Date(`${DAY}T04:00:00Z`);
let market: Market;
let operator: Person;
let chickenBatch: number;

beforeAll(async () => {
  market = await openMarket(DAY);
  operator = await personOf(market.app, 'operator');
  const { chicken } = market.world.products;
  chickenBatch = (await market.app.db.batch.findFirstOrThrow({ where: { productId: chicken.id } })).id;
});
afterAll(() => market.app.close());

const warn = () => warnOfUnsold(market.app.db, now);
const warnings = () => market.app.db.unsoldWarning.findMany({ orderBy: { id: 'asc' } });

describe('unsold warnings (rule 20)', () => {
  it('are raised for what lasts longer than it keeps, once, and told to producer, operators and organizers', async () => {
    await Promise.all([warn(), warn()]);
    await warn();
    await market.settle();
    const raised = await warnings();
    expect(raised).toMatchObject([{ batchId: chickenBatch, state: 'open', daysToSpoil: 6, coverDays: 9999 }]);
    const told = await market.app.db.notification.findMany({ where: { kind: 'unsold_raised' } });
    const { supplier, operator: who, organizer } = market.world.users;
    expect(told.map(({ userId }) => userId).sort()).toEqual([supplier.id, who.id, organizer.id].sort());
  });

  it('count the pace of sale, and end when the goods will be sold in time', async () => {
    const { chicken } = market.world.products;
    await market.buy('buyer', { lines: [{ productId: chicken.id, quantity: 5 }], unit: market.world.units.bank });
    await warn();
    // 45 are left, 5 went in 30 days: 270 days for 6.
    expect(await warnings()).toMatchObject([{ coverDays: 270, state: 'open' }]);
    await market.app.db.orderLine.updateMany({ where: { productId: chicken.id }, data: { quantity: 400 } });
    await warn();
    expect(await warnings()).toMatchObject([{ state: 'solved' }]);
    await market.app.db.orderLine.updateMany({ where: { productId: chicken.id }, data: { quantity: 5 } });
    await warn();
    expect((await warnings()).map(({ state }) => state)).toEqual(['solved', 'open']);
  });

  it('lead to a call for help: on the front page, told to units that are behind, until its day', async () => {
    const page = await operator.open('/unsold');
    expect(page.text).toContain('涌洞山地鸡');
    const form = await operator.open(page.$('tbody a.button').attr('href') ?? '');
    const refused = await operator.send(form, 'form.card', { text: '', endsOn: '2026-13-45' });
    expect(refused.status).toBe(422);
    expect(refused.$('.error-summary a')).toHaveLength(2);
    expect((await operator.send(form, 'form.card', { text: '帮一把', endsOn: '2026-09-01' })).status).toBe(422);
    const called = await operator.send(form, 'form.card', { text: '山地鸡再有六天就过最佳期' });
    expect(called.text).toContain('助销中');
    forgetCatalog(market.app.db);
    const visitor = await personOf(market.app, null);
    expect((await visitor.open('/')).text).toContain('山地鸡再有六天就过最佳期');
    const supplier = await personOf(market.app, 'supplier');
    expect((await supplier.open('/unsold')).$('a[href$="/call"]')).toHaveLength(0);
    await (await personOf(market.app, 'rice-supplier')).open('/unsold');
    await (await personOf(market.app, 'employee')).agent.get('/unsold').expect(403);
  });
});
