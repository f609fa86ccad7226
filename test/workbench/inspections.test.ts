import { type Connection, createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { connectionOptions } from '../../server/cli/bootstrap/database-url.mjs';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import type { Batch, Product } from '../../server/db/generated/client.ts';
import { shipFulfilment } from '../../server/orders/ship-fulfilment.ts';
import { handleRecalls } from '../../server/recalls/handle-recalls.ts';
import { addPapers } from '../../server/workbench/batches/add-papers.ts';
import { PLAIN_ORDER } from '../bench/plain-order.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { faultsOn, type Person, personOf } from '../setup/person.ts';
import { queuedBehind } from '../setup/until-waiting.ts';
import { aProduct } from '../world/products.ts';

const DAY = '2026-05-06';
const now = new Date(`${DAY}T04:00:00Z`);
const HOLD_BATCH = 'SELECT id FROM batch WHERE id = ? FOR UPDATE';
let market: Market;
let holder: Connection;
let supplier: Person;
let operator: Person;

beforeAll(async () => {
  market = await openMarket(DAY);
  holder = await createConnection(connectionOptions(market.app.container.config.databaseUrl));
  supplier = await personOf(market.app, 'supplier');
  operator = await personOf(market.app, 'operator');
});
afterAll(async () => {
  await holder.end();
  await market.app.close();
});

const db = () => market.app.db;
const actor = async (who: 'supplier' | 'employee' | 'buyer') => {
  const found = await findActor(db(), market.world.users[who].id, DAY);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
};

/** Certified tea in one batch, or two of which the first spoils first. */
async function goods(first: number, second = 0): Promise<{ product: Product; batch: Batch }> {
  const { suppliers, categories } = market.world;
  const stock = [
    { quantity: first, expiresOn: '2026-09-01' },
    ...(second ? [{ quantity: second, expiresOn: '2026-12-01' }] : []),
  ];
  const product = await aProduct(db(), { supplier: suppliers.lianghe, category: categories.tea, stock });
  const batch = await db().batch.findFirstOrThrow({ where: { productId: product.id }, orderBy: { id: 'asc' } });
  return { product, batch };
}

const REPORT = { lab: '秀山检测中心', summary: '', file: null };
let reports = 0;
async function report(batchId: number, passed: boolean, issuedOn = DAY): Promise<void> {
  reports += 1;
  const inspection = { ...REPORT, number: `R-${reports}`, issuedOn, passed };
  const papers = { conformityNumber: null, conformity: null, inspection };
  await addPapers({ db: db(), files: market.app.container.files }, await actor('supplier'), batchId, papers, now);
}
const stopped = async (id: number) => (await db().batch.findUniqueOrThrow({ where: { id } })).failedAt !== null;

async function purchase(product: Product, quantity: number, key: string): Promise<unknown> {
  const wish = { ...PLAIN_ORDER, unitId: null, fundingSource: 'individual', paymentWay: 'stripe' } as const;
  const lines = [{ productId: product.id, quantity }];
  return submitOrder(db(), await actor('employee'), { ...wish, checkoutKey: key, lines }, now);
}
async function forBank(product: Product, quantity: number): Promise<unknown> {
  const wish = { ...PLAIN_ORDER, unitId: market.world.units.bank.id, fundingSource: 'canteen_budget' } as const;
  const lines = [{ productId: product.id, quantity }];
  const onAccount = { paymentWay: 'on_account', checkoutKey: `bank-${product.id}` } as const;
  return submitOrder(db(), await actor('buyer'), { ...wish, ...onAccount, lines }, now);
}
const ship = async (fulfilmentId: number) =>
  shipFulfilment(
    db(),
    await actor('supplier'),
    fulfilmentId,
    { lines: [], carrier: '邮政', trackingNumber: `I${fulfilmentId}`, temperatureDeci: 40 },
    now,
  );
const outcome = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: { faults?: { code: string }[]; message: string }) => error.faults?.[0]?.code ?? error.message,
  );

describe('a report by the form', () => {
  it('that failed takes the batch off sale, tells the operator, who begins a recall; one that passed opens it', async () => {
    const { product, batch } = await goods(10);
    const path = `/supplier/batches/${batch.id}`;
    const form = `form[action="${path}/papers"]`;
    const fields = { lab: '秀山检测中心', reportNumber: 'F-1', issuedOn: DAY, summary: '农残超标' };
    const page = await supplier.open(path);
    const half = await supplier.send(page, form, fields);
    expect(half.status).toBe(422);
    expect(half.$('#f-lab').val()).toBe('秀山检测中心');
    expect(half.$('details:has(#f-result)').attr('open')).toBeDefined();
    expect(faultsOn(await supplier.send(page, form, { ...fields, result: 'failed', issuedOn: '2026-05-07' }))).toEqual([
      '这一天还没到',
    ]);
    expect(await stopped(batch.id)).toBe(false);

    const failed = await supplier.send(page, form, { ...fields, result: 'failed' });
    expect(failed.text).toContain('这一批已停售');
    expect((await supplier.open('/supplier/stock')).$(`tr[data-batch="${batch.id}"]`).text()).toContain('检验不合格');
    expect(await outcome(purchase(product, 1, 'after-failed'))).toBe('soldOut');
    const trace = await operator.open(`/trace/${batch.traceCode}`);
    expect(trace.text).toContain('最近一次检验不合格');
    expect(trace.$('#inspections .state--bad').text()).toBe('不合格');
    const told = await db().auditLine.findFirstOrThrow({ where: { action: 'batch.papers', subjectId: batch.id } });
    expect(told.after).toMatchObject({ inspection: 'F-1', passed: false });

    await market.settle();
    const notices = await db().notification.findMany({ where: { kind: 'batch_failed' } });
    expect(notices.map(({ userId, link }) => [userId, link])).toEqual([
      [market.world.users.operator.id, `/recall-batch/${batch.id}`],
    ]);
    expect((await operator.open(`/recall-batch/${batch.id}`)).text).toContain(batch.traceCode);

    const again = await supplier.send(await supplier.open(path), form, {
      ...{ ...fields, reportNumber: 'F-2', result: 'passed' },
    });
    expect(again.text).not.toContain('已停售');
    expect(again.text).toContain('F-1');
    expect(await outcome(purchase(product, 1, 'after-passed'))).toBe('done');
    await market.expectExact();
  });

  it('that failed with a new batch keeps it from ever being sold', async () => {
    const { product } = await goods(1);
    const path = `/supplier/specifications/${product.id}/batches`;
    const page = await supplier.open(`${path}/new`);
    await supplier.send(page, `form[action="${path}"]`, {
      ...{
        producedOn: '2026-05-01',
        quantity: 9,
        lab: '秀山检测中心',
        reportNumber: 'N-1',
        issuedOn: DAY,
        result: 'failed',
      },
    });
    const made = await db().batch.findFirstOrThrow({ where: { productId: product.id }, orderBy: { id: 'desc' } });
    expect(made).toMatchObject({ available: 9, failedAt: now });
    expect(await outcome(purchase(product, 2, 'new-failed'))).toBe('notEnough');
    expect(await outcome(purchase(product, 1, 'old-good'))).toBe('done');
  });
});

describe('the latest report', () => {
  it('decides by its day, whatever was entered last; of one day the last entered', async () => {
    const { batch } = await goods(5);
    await report(batch.id, false, '2026-05-05');
    await report(batch.id, true, '2026-05-04');
    expect(await stopped(batch.id)).toBe(true);
    await report(batch.id, true, '2026-05-05');
    expect(await stopped(batch.id)).toBe(false);
    await report(batch.id, false, '2026-05-03');
    expect(await stopped(batch.id)).toBe(false);
    await market.expectExact();
  });

  it('is looked after by reconcile', async () => {
    const { batch } = await goods(5);
    await db().batch.update({ where: { id: batch.id }, data: { failedAt: now } });
    const found: { what: string }[] = [];
    await reconcile(market.app.container.config.databaseUrl, (difference) => found.push(difference));
    expect(found.map(({ what }) => what)).toEqual([`sale of batch ${batch.id} by its latest inspection`]);
    await db().batch.update({ where: { id: batch.id }, data: { failedAt: null } });
  });
});

describe('a purchase at the moment of a failed report', () => {
  it('gets nothing of the batch when the report comes first', async () => {
    const { product, batch } = await goods(10, 4);
    const results = await queuedBehind(
      holder,
      HOLD_BATCH,
      [batch.id],
      [() => report(batch.id, false), () => purchase(product, 3, 'second')],
    );
    expect(results).toEqual(['done', 'done']);
    const { available } = await db().batch.findUniqueOrThrow({ where: { id: batch.id } });
    expect(available).toBe(10);
    expect(await outcome(purchase(product, 3, 'third'))).toBe('notEnough');
    await market.expectExact();
  });

  it('has it when it comes first, is not shipped, and a recall puts others in its place', async () => {
    const { product, batch } = await goods(10, 4);
    const results = await queuedBehind(
      holder,
      HOLD_BATCH,
      [batch.id],
      [() => forBank(product, 3), () => report(batch.id, false)],
    );
    expect(results).toEqual(['done', 'done']);
    expect(await db().batch.findUniqueOrThrow({ where: { id: batch.id } })).toMatchObject({ available: 7 });
    const line = await db().orderLine.findFirstOrThrow({ where: { productId: product.id } });
    expect(await outcome(ship(line.fulfilmentId))).toBe('failedInParcel');
    const page = await operator.open(`/recall-batch/${batch.id}`);
    await operator.send(page, 'main form', { severity: 'class_one', reason: '检验不合格' });
    while ((await handleRecalls(db(), now)) > 0);
    const allocations = await db().lineAllocation.findMany({ where: { lineId: line.id } });
    expect(allocations.map((one) => one.batchId)).not.toContain(batch.id);
    expect(await outcome(ship(line.fulfilmentId))).toBe('done');
    await market.expectExact();
  });
});
