import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handleRecalls } from '../../server/recalls/handle-recalls.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { apiTokenFor } from '../setup/app.ts';
import { faultsOn, type Person, personOf } from '../setup/person.ts';
import { aBatch } from '../world/products.ts';

const DAY = '2026-05-06';
const now = new Date(`${DAY}T04:00:00Z`);
let market: Market;
let supplier: Person;
let buyer: Person;
let visitor: Person;
let batchId: number;
let order: Placed;

beforeAll(async () => {
  market = await openMarket(DAY);
  [supplier, buyer, visitor] = [
    await personOf(market.app, 'supplier'),
    await personOf(market.app, 'buyer'),
    await personOf(market.app, null),
  ];
  const { tea } = market.world.products;
  batchId = (await market.app.db.batch.findFirstOrThrow({ where: { productId: tea.id } })).id;
  order = await market.buy('buyer', { lines: [{ productId: tea.id, quantity: 3 }], unit: market.world.units.bank });
  await market.deliver(order);
});
afterAll(() => market.app.close());

describe('recalling a batch by its pages', () => {
  it('begins at the batch’s public page, for who looks after it alone', async () => {
    const { traceCode } = await market.app.db.batch.findUniqueOrThrow({ where: { id: batchId } });
    expect((await visitor.open(`/trace/${traceCode}`)).$(`a[href="/recall-batch/${batchId}"]`)).toHaveLength(0);
    expect((await supplier.open(`/trace/${traceCode}`)).$(`a[href="/recall-batch/${batchId}"]`)).toHaveLength(1);
    await buyer.open(`/recall-batch/${batchId}`, 404);
  });

  it('says what it will do, keeps what was typed when the reason is missing, and recalls', async () => {
    const page = await supplier.open(`/recall-batch/${batchId}`);
    expect(page.text).toContain('已发出 3');
    const refused = await supplier.send(page, 'form.card', { severity: 'class_one', advice: '请退回' });
    expect(refused.status).toBe(422);
    expect(refused.$('.error-summary a[href="#f-reason"]')).toHaveLength(1);
    expect(refused.$('#f-advice').text()).toBe('请退回');
    expect(refused.$('#f-severity option[selected]').val()).toBe('class_one');
    const begun = await supplier.send(refused, 'form.card', { reason: '检出霉变' });
    expect(begun.text).toContain('已发起召回');
    const again = await supplier.agent.get(`/recall-batch/${batchId}`);
    expect(again.status).toBe(303);
  });

  it('leads from the trace page to the notice, and there the buyer returns goods', async () => {
    while ((await handleRecalls(market.app.db, now)) > 0);
    const recall = await market.app.db.recall.findFirstOrThrow();
    const notice = await visitor.open(`/recalls/${recall.id}`);
    for (const told of ['检出霉变', '请退回', '凉河白茶', '一级召回']) expect(notice.text).toContain(told);
    expect((await visitor.open('/recalls')).text).toContain('凉河白茶');
    expect((await buyer.open(`/orders/${order.id}`)).$(`.notice--error a[href="/recalls/${recall.id}"]`)).toHaveLength(
      1,
    );
    const mine = await buyer.open(`/recalls/${recall.id}`);
    const refused = await buyer.send(mine, 'article form', { quantity: 9 });
    expect(refused.status).toBe(422);
    expect(refused.$('.field__error').text()).toContain('3');
    const returned = await buyer.send(mine, 'article form', { quantity: 2 });
    expect(returned.text).toContain('已登记退货');
    expect(returned.text).toContain('部分退回');
    await market.settle();
    const inbox = await buyer.open('/inbox');
    expect(inbox.text).toContain('召回');
  });

  it('shows whom it reached and how far it is, as Excel too, without individuals’ names', async () => {
    const recall = await market.app.db.recall.findFirstOrThrow();
    const progress = await supplier.open(`/recalls/${recall.id}/progress`);
    expect(progress.text).toContain(market.world.units.bank.name);
    expect(progress.$('tbody tr')).toHaveLength(1);
    await buyer.open(`/recalls/${recall.id}/progress`, 404);
    const excel = await supplier.agent.get(`/recalls/${recall.id}/progress.xlsx`);
    expect(excel.status).toBe(200);
    expect(excel.headers['content-type']).toContain('spreadsheetml');
    const empty = await supplier.send(progress, 'form.card', { result: '' });
    expect(faultsOn(empty)).toHaveLength(1);
    const closed = await supplier.send(progress, 'form.card', { result: '退回 2 盒，销毁' });
    expect(closed.text).toContain('召回已结束');
    expect((await visitor.open(`/recalls/${recall.id}`)).text).toContain('退回 2 盒，销毁');
    expect((await buyer.open(`/recalls/${recall.id}`)).$('article form')).toHaveLength(0);
  });
});

describe('the API', () => {
  it('recalls by trace code, lists, and takes returns', async () => {
    const { tea } = market.world.products;
    const other = await aBatch(market.app.db, tea, { quantity: 5 });
    const { traceCode } = await market.app.db.batch.findUniqueOrThrow({ where: { id: other.id } });
    const call = async (who: 'supplier' | 'buyer', path: string, body: object) =>
      market.app
        .visitor()
        .post(`/api/v1${path}`)
        .auth(await apiTokenFor(market.app.db, market.world.users[who], [], now), { type: 'bearer' })
        .send(body);
    expect((await call('buyer', '/recalls', { traceCode, severity: 'class_one', reason: 'x' })).status).toBe(404);
    expect((await call('supplier', '/recalls', { traceCode, severity: 'no' })).status).toBe(400);
    const begun = await call('supplier', '/recalls', { traceCode, severity: 'class_three', reason: '标签印错' });
    expect(begun.status).toBe(201);
    expect(begun.body).toMatchObject({ traceCode, severity: 'class_three', state: 'running' });
    expect(
      (await call('supplier', '/recalls', { traceCode, severity: 'class_three', reason: '标签印错' })).status,
    ).toBe(409);
    const list = await market.app.visitor().get('/api/v1/recalls');
    expect(list.body.items).toHaveLength(2);
    expect((await call('buyer', `/recalls/${begun.body.id}/returns`, { orderId: order.id, quantity: 1 })).status).toBe(
      404,
    );
  });
});
