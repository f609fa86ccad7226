import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { Refusal } from '../../server/shared/errors.ts';
import { correctStock } from '../../server/workbench/batches/correct-stock.ts';
import { csrfFrom, makeTestApp, type TestApp } from '../setup/app.ts';
import { faultsOn, type Person, personOf } from '../setup/person.ts';
import { aProduct } from '../world/products.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
const PDF = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF');
let app: TestApp;
let world: World;
let supplier: Person;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  supplier = await personOf(app, 'supplier');
});
afterAll(() => app.close());

async function newBatch(fields: Record<string, string>, files: Record<string, Buffer> = {}) {
  const path = `/supplier/specifications/${world.products.tea.id}/batches`;
  const csrf = csrfFrom((await supplier.agent.get(`${path}/new`)).text);
  const form = supplier.agent.post(path).field('_csrf', csrf);
  for (const [name, value] of Object.entries(fields)) form.field(name, value);
  for (const [name, bytes] of Object.entries(files)) form.attach(name, bytes, `${name}.pdf`);
  return form;
}

const newest = () =>
  app.db.batch.findFirstOrThrow({ orderBy: { id: 'desc' }, include: { movements: true, inspections: true } });

async function balanceOf(batchId: number) {
  const { _sum } = await app.db.stockMovement.aggregate({ where: { batchId }, _sum: { quantity: true } });
  return _sum.quantity;
}

describe('a new batch', () => {
  it('is in stock with its papers, expires by the shelf life, and its code leads to its page', async () => {
    const answer = await newBatch(
      {
        producedOn: '2026-06-01',
        quantity: '80',
        conformityNumber: 'HGZ-1',
        lab: '秀山检测中心',
        reportNumber: 'R-7',
        issuedOn: '2026-06-03',
        result: 'passed',
        summary: '合格',
      },
      { conformity: PDF, report: PDF },
    );
    expect(answer.status).toBe(303);
    const batch = await newest();
    expect(batch).toMatchObject({
      quantity: 80,
      available: 80,
      conformityNumber: 'HGZ-1',
      inspections: [{ number: 'R-7', passed: true }],
    });
    expect(batch.expiresOn?.toISOString().slice(0, 10)).toBe('2027-11-23');
    expect(batch.movements).toMatchObject([{ event: 'produced', quantity: 80, byId: world.users.supplier.id }]);
    const trace = await (await personOf(app, null)).open(`/trace/${batch.traceCode}`);
    expect(trace.text).toContain('R-7');
    expect((await app.visitor().get(`/trace/${batch.traceCode}/files/${batch.conformityFileId}`)).status).toBe(200);
  });

  it('is refused by field: to come, expired, half a report, a paper that is none', async () => {
    const before = await app.db.batch.count();
    const refused = await newBatch({ producedOn: '2026-07-01', quantity: '0', lab: '某机构' });
    expect(refused.status).toBe(422);
    for (const field of ['quantity', 'reportNumber', 'issuedOn', 'result'])
      expect(refused.text).toContain(`#f-${field}`);
    expect((await newBatch({ producedOn: '2026-07-01', quantity: '5' })).text).toContain('#f-producedOn');
    expect((await newBatch({ producedOn: '2020-01-01', quantity: '5' })).text).toContain('已到期');
    const wrong = await newBatch({ producedOn: '2026-06-01', quantity: '5' }, { conformity: Buffer.from('MZ\x90exe') });
    expect(wrong.text).toContain('#f-conformity');
    expect(await app.db.batch.count()).toBe(before);
  });
});

describe('the stock', () => {
  it('lists what expires first on top, marks what expires soon, and goes on by key', async () => {
    const product = await aProduct(app.db, {
      supplier: world.suppliers.lianghe,
      stock: Array.from({ length: 33 }, (_, at) => ({
        quantity: 1,
        expiresOn: `2026-07-${String(1 + (at % 28)).padStart(2, '0')}`,
      })),
    });
    const first = await supplier.open('/supplier/stock');
    expect(first.$('tr[data-batch]').length).toBe(30);
    const days = first
      .$('tr[data-batch]')
      .map((_, row) => first.$(row).find('td').eq(2).text())
      .get();
    expect(days).toEqual([...days].sort());
    expect(first.text).toContain('还有 16 天到期');
    const next = await supplier.open(String(first.$('a[rel="next"]').attr('href')));
    const ids = (page: typeof first) =>
      page
        .$('tr[data-batch]')
        .map((_, row) => page.$(row).attr('data-batch'))
        .get();
    expect(ids(next).filter((id) => ids(first).includes(id))).toEqual([]);
    await app.db.batch.updateMany({ where: { productId: product.id }, data: { expiresOn: new Date('2026-06-10') } });
    expect((await supplier.open('/supplier/stock?part=expired')).text).toContain('已过期');
    await app.db.batch.deleteMany({ where: { productId: product.id, movements: { none: {} } } });
  });

  it('is corrected with a reason, as a movement, and no further than nothing', async () => {
    await newBatch({ producedOn: '2026-06-01', quantity: '20' });
    const { id } = await newest();
    const form = 'form[action$="/corrections"]';
    const page = await supplier.open(`/supplier/batches/${id}`);
    expect(faultsOn(await supplier.send(page, form, { change: '-3', reason: '' }))).toEqual(
      ['原因：请写明原因'].map((text) => text.replace('原因：', '')),
    );
    await supplier.send(page, form, { change: '+5', reason: '复盘多出' });
    await supplier.send(page, form, { event: 'spoiled', change: '4', reason: '受潮' });
    expect(await balanceOf(id)).toBe(21);
    const refused = await supplier.send(page, form, { change: '-22', reason: '盘点' });
    expect(refused.status).toBe(422);
    expect(faultsOn(refused)).toEqual(['可售数量只有 21，已下单占用的不能扣']);
    expect((await supplier.open(`/supplier/batches/${id}`)).text).toContain('受潮');
    expect((await app.db.batch.findUniqueOrThrow({ where: { id } })).available).toBe(21);
  });

  it('never falls below what orders hold, with buyers and corrections at the same moment', async () => {
    const product = await aProduct(app.db, { supplier: world.suppliers.lianghe, stock: 30, priceFen: 100 });
    const { id } = await app.db.batch.findFirstOrThrow({ where: { productId: product.id } });
    const day = '2026-06-15';
    const employee = await findActor(app.db, world.users.employee.id, day);
    const seller = await findActor(app.db, world.users.supplier.id, day);
    if (!employee || !seller) throw new Error('nobody');
    const order = (at: number) =>
      submitOrder(
        app.db,
        employee,
        {
          ...{ lines: [{ productId: product.id, quantity: 2 }], unitId: world.units.bank.id, note: null, zoneId: null },
          ...({ fundingSource: 'individual', paymentWay: 'stripe', channel: 'market' } as const),
          ...{
            recipient: '测试',
            phone: '13800000000',
            region: '重庆',
            address: '测试路',
            checkoutKey: `race-${at}`,
            expectedTotalFen: null,
          },
        },
        now,
      );
    const wrong = (at: number) =>
      correctStock(app.db, seller, id, { event: 'spoiled', change: -3, reason: `损耗 ${at}` }, now);
    const all = await Promise.allSettled(Array.from({ length: 24 }, (_, at) => (at % 2 ? order(at) : wrong(at))));
    for (const one of all) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(Refusal);
    const { available } = await app.db.batch.findUniqueOrThrow({ where: { id } });
    expect(available).toBeGreaterThanOrEqual(0);
    expect(await balanceOf(id)).toBe(available);
    expect(all.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(9);
  });

  it('is nobody else’s', async () => {
    const { id } = await newest();
    await (await personOf(app, 'rice-supplier')).open(`/supplier/batches/${id}`, 404);
    await (await personOf(app, 'workteam')).open(`/supplier/batches/${id}`);
  });
});
