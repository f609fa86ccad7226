import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldTally } from '../../server/quotas/tally/fold-tally.ts';
import { dayToColumn } from '../../server/shared/days.ts';
import { differences } from '../quotas/declared.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { interrupt } from '../world/suppliers.ts';
import { moveUnit } from '../world/units.ts';
import { expectFound, type Planted } from './planted.ts';

let market: Market;
/** of the bank on account, two suppliers, seven of ten accepted */
let short: Placed;
/** of an employee, paid at once */
let own: Placed;
let cancelled: Placed;

beforeAll(async () => {
  market = await openMarket('2026-05-06');
  const { db } = market.app;
  const { units, products, users } = market.world;
  const lines = (quantity: number) => [
    { productId: products.tea.id, quantity },
    { productId: products.rice.id, quantity },
  ];
  await db.cap.create({
    data: {
      ...{ kind: 'person_product', productId: products.tea.id, limitValue: 50 },
      ...{ startsOn: dayToColumn('2026-01-01'), endsOn: dayToColumn('2026-12-31') },
    },
  });
  short = await market.buy('buyer', { lines: lines(10), unit: units.bank });
  await market.deliver(short, 7);
  own = await market.buy('employee', { lines: lines(2) });
  cancelled = await market.buy('colleague', { lines: lines(4) });
  await market.cancel(cancelled);
  await market.cancel(await market.buy('buyer', { lines: lines(2), unit: units.bank }));
  await market.buy('outsideBuyer', { lines: lines(2), unit: units.outside });
  await market.deliver(await market.buy('prisonBuyer', { lines: lines(2), unit: units.firstPrison }));
  while ((await foldTally(db)) > 0);

  // What changes later rewrites no history: a unit moves, a certification is revoked.
  market.turnTo('2026-07-02');
  await moveUnit(db, units.firstPrison, units.commission, '2026-07-01');
  await market.deliver(await market.buy('prisonBuyer', { lines: lines(2), unit: units.firstPrison }), 1);
  const revoked = await db.certification.findFirstOrThrow({ where: { productId: products.tea.id } });
  await interrupt(db, revoked, 'revocation', '2026-07-03');
  await declare(market, users.buyer.id);
});
afterAll(() => market.app.close());

/** An offline purchase that was verified and one that was returned, with the entries that they leave. */
async function declare({ app, world }: Market, declaredById: number) {
  const { units, places, categories, groups } = world;
  const lineage = await app.db.unitLineage.findFirstOrThrow({ where: { unitId: units.bank.id } });
  expect(lineage.groupIds).toBe(`,${groups.commerce.id},`);
  const place = places.chuanhe;
  for (const state of ['verified', 'returned'] as const) {
    const at = new Date('2026-06-02T02:00:00Z');
    const purchase = await app.db.offlinePurchase.create({
      data: {
        ...{ unitId: units.bank.id, fundingSource: 'union_funds', state, sellerName: '农户', declaredById },
        ...{ purchasedOn: dayToColumn('2026-06-01'), declaredAt: at, decidedAt: at },
        lines: {
          create: { categoryId: categories.rice.id, originPlaceId: place.id, goods: '贡米', fen: 9000, grams: 500 },
        },
      },
      include: { lines: true },
    });
    for (const { id: programmeId } of Object.values(world.programmes)) {
      const entry = {
        ...({ programmeId, source: 'offline', sourceId: purchase.id, lineId: purchase.lines[0]?.id ?? 0, at } as const),
        ...{ onDay: dayToColumn('2026-06-02'), placedOn: dayToColumn('2026-06-01'), lineageId: lineage.id },
        ...({ unitId: units.bank.id, fundingSource: 'union_funds', categoryId: categories.rice.id } as const),
        ...({ originPlaceId: place.id, channel: 'offline' } as const),
      };
      const write = (event: 'placed' | 'counted', leg: number, sign: number) =>
        app.db.tallyEntry.create({ data: { ...entry, event, leg, fen: sign * 9000, grams: sign * 500 } });
      await write('placed', 0, 1);
      if (state === 'verified') await write('counted', 0, 1);
      else await write('placed', 1, -1);
    }
  }
}

const url = () => market.app.container.config.databaseUrl;
const run = (sql: string) => market.app.db.$executeRawUnsafe(sql);

describe('reconciling', () => {
  it('finds nothing in a market that kept its books, refunds still due or already sent', async () => {
    expect(await market.app.db.outbox.count({ where: { topic: 'payment.refund_due' } })).toBeGreaterThan(0);
    expect(await differences(market)).toEqual([]);
    await market.settle();
    expect(await market.app.db.paymentRefund.count({ where: { state: 'succeeded' } })).toBe(1);
    expect(await differences(market)).toEqual([]);
  });

  it('finds nothing while entries wait to be folded and after', async () => {
    expect(await market.app.db.tallyEntry.count({ where: { folded: false } })).toBeGreaterThan(0);
    while ((await foldTally(market.app.db)) > 0);
    expect(await differences(market)).toEqual([]);
  });

  const anyEntry = () => `orderId = ${own.id} AND event = 'counted'`;

  it.each<[string, () => Planted]>([
    [
      'a tally entry that is gone',
      () => ({
        table: 'tally_entry',
        where: 'TRUE',
        fault: `DELETE FROM tally_entry WHERE ${anyEntry()} ORDER BY id LIMIT 1`,
        says: new RegExp(`tally of .*order ${own.id} line \\d+, counted .*expected \\d+ fen \\d+ g, found nothing`),
      }),
    ],
    [
      'a tally entry written twice',
      () => ({
        table: 'tally_entry',
        where: 'TRUE',
        fault: `INSERT INTO tally_entry (programmeId, event, source, sourceId, lineId, leg, orderId, at, onDay, placedOn, lineageId, unitId,
            fundingSource, categoryId, originPlaceId, supplierId, channel, zoneId, fen, grams)
          SELECT programmeId, event, source, sourceId, lineId, 9, orderId, at, onDay, placedOn, lineageId, unitId,
            fundingSource, categoryId, originPlaceId, supplierId, channel, zoneId, fen, grams
          FROM tally_entry WHERE ${anyEntry()} ORDER BY id LIMIT 1`,
        says: new RegExp(`order ${own.id} line \\d+, counted`),
      }),
    ],
    [
      'a purchase counted for another funding source',
      () => ({
        table: 'tally_entry',
        where: 'TRUE',
        fault: `UPDATE tally_entry SET fundingSource = 'union_funds' WHERE orderId = ${short.id} AND event = 'counted' ORDER BY id LIMIT 1`,
        says: new RegExp(`order ${short.id} line \\d+, counted .*union_funds.*expected nothing`),
      }),
    ],
    [
      'a short delivery counted in full',
      () => ({
        table: 'tally_entry',
        where: 'TRUE',
        fault: `DELETE FROM tally_entry WHERE orderId = ${short.id} AND event = 'placed' AND source = 'receipt'`,
        says: new RegExp(`order ${short.id} line \\d+, placed`),
      }),
    ],
    [
      'a verified offline purchase counted twice as much',
      () => ({
        table: 'tally_entry',
        where: 'TRUE',
        fault: "UPDATE tally_entry SET fen = 18000 WHERE source = 'offline' AND event = 'counted' ORDER BY id LIMIT 1",
        says: /offline line \d+, counted .*expected 9000 fen 500 g, found 18000 fen 500 g/,
      }),
    ],
    [
      'an entry for an order that is not there',
      () => ({
        table: 'tally_entry',
        where: 'TRUE',
        fault: `UPDATE tally_entry SET orderId = 999999 WHERE ${anyEntry()} ORDER BY id LIMIT 1`,
        says: /order 999999 line \d+, counted .*expected nothing/,
      }),
    ],
    [
      'a total that was changed',
      () => ({
        table: 'tally_total',
        where: 'TRUE',
        fault: 'UPDATE tally_total SET grams = grams + 1 ORDER BY id LIMIT 1',
        says: /tally total of .*2026-05, placed/,
      }),
    ],
    ...(['unit', 'scope', 'goods', 'origin'] as const).map((cut): [string, () => Planted] => [
      `a sum by ${cut} that was changed`,
      () => ({
        table: 'tally_sum',
        where: 'TRUE',
        fault: `UPDATE tally_sum SET countedFen = countedFen + 1 WHERE cut = '${cut}' AND grain = 'month' LIMIT 1`,
        says: new RegExp(`tally sum of .*by ${cut} and month`),
      }),
    ]),
    ...(['scope', 'origin'] as const).map((cut): [string, () => Planted] => [
      `a sum of a whole programme by ${cut} that was changed`,
      () => ({
        table: 'tally_sum',
        where: 'TRUE',
        fault: `UPDATE tally_sum SET placedGrams = placedGrams - 1 WHERE cut = '${cut}' AND grain = 'whole' LIMIT 1`,
        says: new RegExp(`tally sum of .*by ${cut} and whole`),
      }),
    ]),
    [
      'a sum of a day that is gone',
      () => ({
        table: 'tally_sum',
        where: 'TRUE',
        fault: "DELETE FROM tally_sum WHERE grain = 'day' LIMIT 1",
        says: /tally sum of .*by unit and day/,
      }),
    ],
    [
      'a lineage that is not where the unit stood',
      () => ({
        table: '`order`',
        where: `id = ${own.id}`,
        fault: `UPDATE \`order\` SET lineageId = (SELECT MAX(id) FROM unit_lineage) WHERE id = ${own.id}`,
        says: new RegExp(`lineage of order ${own.id}`),
      }),
    ],
    [
      'stock that was changed without a movement',
      () => ({
        table: 'batch',
        where: 'id = 1',
        fault: 'UPDATE batch SET available = available + 1 WHERE id = 1',
        says: /available of batch 1: expected \d+, found \d+/,
      }),
    ],
    [
      'a hold of a cancelled order that was not given back',
      () => ({
        table: 'stock_movement',
        where: "event = 'released'",
        fault: "DELETE FROM stock_movement WHERE event = 'released' ORDER BY id LIMIT 1",
        says: /stock released of order \d+ line \d+ on batch \d+: expected \d+, found 0/,
      }),
    ],
    [
      'a cap counter that was changed',
      () => ({
        table: 'cap_counter',
        where: 'TRUE',
        fault: 'UPDATE cap_counter SET used = used + 1 LIMIT 1',
        says: /cap 1 of holder \d+/,
      }),
    ],
    [
      'a journal that does not sum to zero',
      () => ({
        table: 'journal_entry',
        where: `orderId = ${own.id}`,
        fault: `UPDATE journal_entry SET fen = fen + 1 WHERE orderId = ${own.id} AND account = 'goods'`,
        says: new RegExp(`journal of order ${own.id}, all accounts: expected 0, found 1`),
      }),
    ],
    [
      'a payment that left no trace in the journal',
      () => ({
        table: 'journal_entry',
        where: `orderId = ${own.id} AND source = 'payment'`,
        fault: `DELETE FROM journal_entry WHERE orderId = ${own.id} AND source = 'payment'`,
        says: new RegExp(`journal of order ${own.id}, owed: expected 0`),
      }),
    ],
    [
      'an order total that its lines do not make',
      () => ({
        table: '`order`',
        where: `id = ${own.id}`,
        fault: `UPDATE \`order\` SET totalFen = totalFen + 100 WHERE id = ${own.id}`,
        says: new RegExp(`totalFen of order ${own.id}`),
      }),
    ],
    [
      'a receipt that does not add up',
      () => ({
        table: 'receipt_line',
        where: 'id = 1',
        fault: 'UPDATE receipt_line SET shortQuantity = shortQuantity + 1 WHERE id = 1',
        says: /accepted, short and damaged of order \d+ line \d+: expected 10, .* found 11,/,
      }),
    ],
    [
      'a paid order that still waits for its payment',
      () => ({
        table: '`order`',
        where: `id = ${own.id}`,
        fault: `UPDATE \`order\` SET state = 'awaiting_payment' WHERE id = ${own.id}`,
        says: new RegExp(`succeeded payments of order ${own.id} \\(awaiting_payment\\)`),
      }),
    ],
    [
      'a cancelled order whose money does not go back',
      () => ({
        table: 'payment_refund',
        where: 'TRUE',
        fault: 'DELETE FROM payment_refund',
        says: new RegExp(`refunds sent, under way or due of order ${cancelled.id} \\(cancelled\\)`),
      }),
    ],
  ])('finds %s', (_fault, planted) => expectFound(market, planted()));

  it('prints each difference on a line and how many, and exits 1 on any', async () => {
    const command = () =>
      promisify(execFile)('npx', ['tsx', 'server/cli/reconcile.ts'], {
        env: { ...process.env, DATABASE_URL: url(), BASE_URL: '' },
      });
    expect((await command()).stdout.trim()).toBe('0 differences');
    await run('UPDATE batch SET available = available + 1 WHERE id = 1');
    const failed = await command().catch((error: { code: number; stdout: string }) => error);
    await run('UPDATE batch SET available = available - 1 WHERE id = 1');
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.stdout.trim().split('\n')).toEqual([
      expect.stringMatching(/^available of batch 1: /),
      '1 difference',
    ]);
  }, 60_000);
});
