import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { inTransaction } from '../../server/db/in-transaction.ts';
import { recordTransfer } from '../../server/payments/record-transfer.ts';
import { externalMapping } from '../../server/quotas/external/external-mapping.ts';
import { importExternalPurchases } from '../../server/quotas/external/import-external-purchases.ts';
import { noteHelped } from '../../server/quotas/tally/helped-tally.ts';
import { call, differences } from '../quotas/declared.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { aProgramme } from '../world/programmes.ts';
import { expectFound, type Planted } from './planted.ts';

let market: Market;
/** of the bank on account, wholly paid and reviewed */
let settled: Placed;
/** of an outside buyer by the bank's link, one of two pieces short */
let linked: Placed;
let disqualificationId: number;

beforeAll(async () => {
  market = await openMarket('2026-05-06');
  const { db } = market.app;
  const { units, products, places, groups } = market.world;
  const wish = { year: 2026, assistedPlace: places.xiushan, participants: [groups.commerce] };
  await aProgramme(db, { ...wish, code: 'reviewing', countOnAccountBy: 'review' });
  await aProgramme(db, { ...wish, code: 'paying', countOnAccountBy: 'payment' });
  settled = await market.buy('buyer', { lines: [{ productId: products.tea.id, quantity: 3 }], unit: units.bank });
  await market.deliver(settled);
  await market.settle();
  for (const { id } of settled.fulfilments)
    await call(market, 'buyer', 'post', `/fulfilments/${id}/review`, { rating: 5, text: '' });
  await payAll();
  linked = await buyByLink();
  await importTwice();
  disqualificationId = await disqualify();
});
afterAll(() => market.app.close());

async function operator() {
  const actor = await findActor(market.app.db, market.world.users.operator.id, '2026-05-06');
  if (!actor) throw new Error('no operator');
  return actor;
}

async function payAll(): Promise<void> {
  const { db, container } = market.app;
  const statement = await db.statement.findFirstOrThrow({ where: { unitId: market.world.units.bank.id } });
  const transfer = {
    ...{ referenceCode: statement.referenceCode, amountFen: Number(statement.totalFen), paidOn: '2026-05-06' },
    ...{ bankReference: 'TEST-1', payerAccount: '6222000000000000000', payerName: null, remark: null },
  };
  await recordTransfer(db, await operator(), transfer, container.clock());
}

/** Two pieces by a link of the bank's, one of which does not arrive. */
async function buyByLink(): Promise<Placed> {
  const { db } = market.app;
  const { bank } = market.world.units;
  const period = { startsAt: new Date('2026-01-01'), endsAt: new Date('2026-12-31') };
  const campaign = await db.campaign.create({
    data: { code: 'wangjie', kind: 'link', name: '邀你购（测试）', unitId: bank.id, rule: {}, ...period },
  });
  const order = await market.buy('outsider', { lines: [{ productId: market.world.products.tea.id, quantity: 2 }] });
  await db.order.update({ where: { id: order.id }, data: { campaignId: campaign.id } });
  await inTransaction(db, (tx) => noteHelped(tx, order.id, '2026-05-06'));
  await market.deliver(order, 1);
  return order;
}

/** A platform's list, and a later one that tells less of its line. */
async function importTwice(): Promise<void> {
  const { db, container } = market.app;
  const { bank } = market.world.units;
  const { tea } = market.world.categories;
  const { lianghe } = market.world.places;
  const columns = { orderNumber: '单号', purchasedOn: '日期', amount: '金额', weight: '重量', goods: '商品' };
  const fixed = { unit: 'bank', fundingSource: 'canteen_budget', category: 'tea', origin: 'lianghe' };
  const mapping = externalMapping.parse({ columns, fixed });
  const { id: platformId } = await db.externalPlatform.create({ data: { code: '832', name: '832（测试）', mapping } });
  const lookups = {
    ...{ unit: () => bank.id, category: () => tea.id, origin: () => lianghe.id },
    fundingSource: () => 'canteen_budget' as const,
  };
  for (const amount of ['500.00', '400.00']) {
    const file = { sha256: '0'.repeat(64), name: '清单.xlsx', mime: 'application/zip', bytes: 1 };
    const { id: fileId } = await db.file.create({ data: file });
    const rows = [Object.values(columns), ['A-1', '2026-04-08', amount, amount === '500.00' ? '10' : '8', '茶']];
    await importExternalPurchases(
      db,
      await operator(),
      { platformId, fileId, rows, mapping, lookups },
      container.clock(),
    );
  }
}

/** Of a product that nobody bought, decided by a second person. */
async function disqualify(): Promise<number> {
  const { db } = market.app;
  const { users } = market.world;
  const certification = await db.certification.findFirstOrThrow({
    where: { productId: market.world.products.rice.id },
  });
  const at = new Date('2026-05-06');
  await db.certificationInterruption.create({
    data: { certificationId: certification.id, kind: 'disqualification', since: at, reason: '测试' },
  });
  const by = { proposedById: users.certifier.id, proposedAt: at, decidedById: users.operator.id, decidedAt: at };
  const { id } = await db.disqualification.create({
    data: { certificationId: certification.id, since: at, reason: '测试', state: 'done', ...by },
  });
  return id;
}

describe('reconciling what came from elsewhere and what others must do', () => {
  it('finds nothing in books that were kept', async () => {
    const counted = await market.app.db.tallyEntry.groupBy({ by: ['source'], where: { event: 'counted' } });
    expect(counted.map(({ source }) => source).sort()).toEqual(['external', 'receipt', 'review', 'settlement']);
    expect(await market.app.db.helpedSale.count()).toBe(2);
    expect(await market.app.db.externalChange.count()).toBe(1);
    expect(await differences(market)).toEqual([]);
  });

  const entry = (fault: string, says: RegExp): Planted => ({ table: 'tally_entry', where: 'TRUE', fault, says });
  const helped = (fault: string, says: RegExp): Planted => ({ table: 'helped_sale', where: 'TRUE', fault, says });
  const change = (fault: string, says: RegExp): Planted => ({ table: 'external_change', where: 'TRUE', fault, says });

  it.each<[string, () => Planted]>([
    [
      'an external purchase that is not counted',
      () =>
        entry(
          "DELETE FROM tally_entry WHERE source = 'external' AND event = 'counted' AND fen > 0 ORDER BY id LIMIT 1",
          /external line \d+, counted .*expected 40000 fen 8000 g, found -10000 fen -2000 g/,
        ),
    ],
    [
      'an external purchase that was lowered without its reversal',
      () =>
        entry(
          "DELETE FROM tally_entry WHERE source = 'external' AND event = 'placed' AND fen < 0 ORDER BY id LIMIT 1",
          /external line \d+, placed .*expected 40000 fen 8000 g, found 50000 fen 10000 g/,
        ),
    ],
    [
      'a change that did not reach its external purchase',
      () =>
        change(
          'UPDATE external_change SET afterFen = 30000',
          /after of change \d+ of external purchase \d+: expected 40000/,
        ),
    ],
    [
      'a change that raised an external purchase',
      () =>
        change(
          'UPDATE external_change SET beforeFen = 100',
          /change \d+ of external purchase \d+: expected at most 100 fen/,
        ),
    ],
    [
      'a purchase by a link that helped nobody to sell',
      () =>
        helped(
          "DELETE FROM helped_sale WHERE source = 'order'",
          new RegExp(`helped to sell by unit \\d+ with order ${linked.id}: expected 12800 fen`),
        ),
    ],
    [
      'what arrived short of a purchase by a link and still is helped to sell',
      () =>
        helped(
          'DELETE FROM helped_sale WHERE fen < 0',
          new RegExp(`with order ${linked.id}: expected 12800 fen \\d+ g, found 25600 fen`),
        ),
    ],
    [
      'a unit’s own purchase told as helped to sell',
      () =>
        helped(
          `UPDATE helped_sale SET orderId = ${settled.id}, sourceId = ${settled.id} WHERE source = 'order'`,
          new RegExp(`with order ${settled.id}: expected nothing`),
        ),
    ],
    [
      'help told by hand that is less than nothing',
      () =>
        helped(
          "INSERT INTO helped_sale (unitId, source, onDay, fen, grams) SELECT id, 'event', '2026-05-01', -5, 0 FROM unit LIMIT 1",
          /told by hand as \d+: expected more than nothing/,
        ),
    ],
    [
      'a disqualification that nobody seconded',
      () => ({
        table: 'disqualification',
        where: `id = ${disqualificationId}`,
        fault: `UPDATE disqualification SET decidedById = proposedById WHERE id = ${disqualificationId}`,
        says: new RegExp(`decider of disqualification ${disqualificationId}: expected a second person`),
      }),
    ],
    [
      'a review that counted nothing',
      () =>
        entry(
          "DELETE FROM tally_entry WHERE source = 'review'",
          new RegExp(`reviewing.*order ${settled.id} line \\d+, counted .*found nothing`),
        ),
    ],
    [
      'a line wholly paid that counted nothing',
      () =>
        entry(
          "DELETE FROM tally_entry WHERE source = 'settlement'",
          new RegExp(`paying.*order ${settled.id} line \\d+, counted .*found nothing`),
        ),
    ],
  ])('finds %s', (_fault, planted) => expectFound(market, planted()));
});
