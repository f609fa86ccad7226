import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import { decideRefund } from '../../server/orders/decide-refund.ts';
import { requestRefund } from '../../server/orders/request-refund.ts';
import { recordParcelRed } from '../../server/payments/invoices/record-parcel-invoice.ts';
import { creditCodeCheck } from '../../server/shared/credit-code.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { csrfFrom } from '../setup/app.ts';
import { faultsOn, type Person, personOf } from '../setup/person.ts';

const TEA = 12_800;
const TAX_NUMBER = `1250000000000000X${creditCodeCheck('1250000000000000X')}`;
const DAY = '2026-05-06';
const NOW = new Date(`${DAY}T04:00:00Z`);
const PDF = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');
let market: Market;
let buyer: Person;
let supplier: Person;

beforeAll(async () => {
  market = await openMarket(DAY);
  buyer = await personOf(market.app, 'employee');
  supplier = await personOf(market.app, 'supplier');
});
afterAll(() => market.app.close());

async function bought(quantity: number): Promise<Placed> {
  const productId = market.world.products.tea.id;
  const order = await market.buy('employee', { lines: [{ productId, quantity }] });
  await market.settle();
  return order;
}

async function upload(path: string, fields: Record<string, string>, file: Buffer, name: string) {
  const page = await supplier.agent.get(path);
  const sent = supplier.agent.post(path).field('_csrf', csrfFrom(page.text)).field(fields);
  return sent.attach('file', file, { filename: name, contentType: 'application/octet-stream' });
}

async function refund(order: Placed, quantity: number): Promise<number> {
  const { users } = market.world;
  const actor = async (id: number) => (await findActor(market.app.db, id, DAY)) ?? Promise.reject(new Error('nobody'));
  const lineId = order.fulfilments[0]?.lines[0]?.id ?? 0;
  const asked = { lines: [{ lineId, quantity }], reason: '破损', photos: [] };
  const id = await requestRefund(market.app.container, await actor(users.employee.id), order.id, asked, NOW);
  const decision = { decision: 'approve' as const, lines: [], freightFen: 0, reason: '' };
  await decideRefund(market.app.db, await actor(users.supplier.id), id, decision, NOW);
  await market.settle();
  return id;
}

async function expectExact(): Promise<void> {
  await market.settle();
  const found: string[] = [];
  await reconcile(market.app.container.config.databaseUrl, (one) =>
    found.push(`${one.what}: expected ${one.expected}, found ${one.found}`),
  );
  expect(found).toEqual([]);
}

describe("an individual's invoice", () => {
  it('is asked for, issued with its file, downloaded, and taken back of when refunded', async () => {
    const order = await bought(3);
    const parcelId = order.fulfilments[0]?.id ?? 0;
    let page = await buyer.open(`/orders/${order.id}`);
    expect(page.$(`a[href="/orders/${order.id}/invoice"]`)).toHaveLength(1);
    page = await buyer.open(`/orders/${order.id}/invoice`);
    page = await buyer.send(page, '[data-form=ask-invoice]', { kind: 'company', title: '某公司', taxNumber: '123' });
    expect(faultsOn(page)).toHaveLength(1);
    expect(page.$('[name=title]').first().val()).toBe('某公司');
    page = await buyer.send(page, '[data-form=ask-invoice]', { taxNumber: TAX_NUMBER.toLowerCase() });
    expect(page.text).toContain('已申请，等供应商开具');
    await market.settle();

    expect((await supplier.open('/invoices')).text).toContain('某公司');
    const path = `/invoices/parcels/${parcelId}`;
    const typed = { number: '26512000000000000777', issuedOn: DAY };
    const wrong = await upload(path, typed, Buffer.from('no invoice'), 'fake.pdf');
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('不是电子发票文件');
    expect((await upload(path, typed, PDF, '发票.pdf')).status).toBe(303);
    page = await buyer.open(`/orders/${order.id}/invoice`);
    expect(page.text).toContain('¥384.00');
    expect(page.text).toContain(TAX_NUMBER);
    const file = await buyer.agent.get(page.$('a[href$="/file"]').attr('href') ?? '').buffer(true);
    expect(Buffer.from(file.body).equals(PDF)).toBe(true);
    await (await personOf(market.app, 'outsider')).open(page.$('a[href$="/file"]').attr('href') ?? '', 404);

    await market.deliver(order);
    const refundId = await refund(order, 1);
    expect((await supplier.open('/invoices?tab=red')).text).toContain('¥128.00');
    page = await supplier.send(await supplier.open(path), '[data-form=red]', {
      number: '26512000000000000778',
      amount: '129',
    });
    expect(page.text).toContain('红字金额最多 128.00 元');
    page = await supplier.send(page, '[data-form=red]', { amount: '', refundId });
    expect(page.text).toContain('红字发票已登记');
    expect((await buyer.open(`/orders/${order.id}/invoice`)).text).toContain('红字发票');
    expect((await supplier.open('/invoices?tab=red')).text).toContain('没有待开的红字发票');
    const issued = await supplier.open('/invoices?tab=issued');
    expect(issued.text).toContain('26512000000000000778');
    expect(issued.text).toContain(DAY);
    await expectExact();
  });

  it('remembers the title, asks for the whole of what did not arrive, and never takes back twice', async () => {
    const order = await bought(4);
    const parcelId = order.fulfilments[0]?.id ?? 0;
    let page = await buyer.open(`/orders/${order.id}/invoice`);
    expect(page.$('[data-form=ask-invoice] [name=title]').val()).toBe('某公司');
    page = await buyer.send(page, '[data-form=remembered]');
    await upload(`/invoices/parcels/${parcelId}`, { number: '26512000000000000779', issuedOn: DAY }, PDF, 'a.pdf');
    await market.deliver(order, 3);
    const { db, container } = market.app;
    const actor = await findActor(db, market.world.users.supplier.id, DAY);
    if (!actor) throw new Error('no supplier');
    const all = await Promise.allSettled(
      [1, 2, 3].map((at) =>
        recordParcelRed(
          container,
          actor,
          parcelId,
          { number: `2651200000000000088${at}`, issuedOn: null, refundId: null, amountFen: null, file: null },
          NOW,
        ),
      ),
    );
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const reds = await db.invoice.findMany({ where: { fulfilmentId: parcelId, kind: 'red' } });
    expect(reds.map(({ amountFen }) => Number(amountFen))).toEqual([TEA]);
    await expectExact();
  });
});
