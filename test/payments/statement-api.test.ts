import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Statement } from '../../server/db/generated/client.ts';
import { creditCodeCheck } from '../../server/shared/credit-code.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { apiTokenFor } from '../setup/app.ts';
import { aUnit } from '../world/units.ts';
import { aUser, grant } from '../world/users.ts';

const TEA = 12_800;
const DAY = '2026-05-06';
const NOW = new Date(`${DAY}T04:00:00Z`);
const TAX_NUMBER = `1250000000000000X${creditCodeCheck('1250000000000000X')}`;
let market: Market;
let statement: Statement;
let orderId: number;
let lineId: number;
const tokens = new Map<string, string>();

beforeAll(async () => {
  market = await openMarket(DAY);
  const { db } = market.app;
  const { users, products } = market.world;
  const unit = await aUnit(db, {});
  for (const role of ['buyer', 'approver'] as const) await grant(db, users[role], { role, unit });
  await db.unitPayer.updateMany({ where: { unitId: unit.id }, data: { taxNumber: TAX_NUMBER } });
  const order = await market.buy('buyer', { lines: [{ productId: products.tea.id, quantity: 3 }], unit });
  await market.deliver(order);
  await market.settle();
  [orderId, lineId] = [order.id, order.fulfilments[0]?.lines[0]?.id ?? 0];
  statement = await db.statement.findFirstOrThrow({ where: { unitId: unit.id } });
  const colleague = await aUser(db, { grants: [{ role: 'operator' }] });
  for (const [name, user] of Object.entries({ ...users, colleague }))
    tokens.set(name, await apiTokenFor(db, user, [], NOW));
});
afterAll(() => market.app.close());

function post(who: string, path: string, body: object, key?: string) {
  const call = supertest(market.app.url)
    .post(`/api/v1${path}`)
    .auth(tokens.get(who) ?? '', { type: 'bearer' });
  return (key ? call.set('Idempotency-Key', key) : call).send(body);
}

const at = (path = '') => `/statements/${statement.id}${path}`;

describe('the API of invoices', () => {
  it('asks for one of a paid order and records it, once', async () => {
    const order = await market.buy('employee', { lines: [{ productId: market.world.products.tea.id, quantity: 1 }] });
    const parcel = `/fulfilments/${order.fulfilments[0]?.id}`;
    const asked = `/orders/${order.id}/invoice-request`;
    expect((await post('outsider', asked, { title: '某人' })).status).toBe(404);
    expect((await post('employee', asked, { title: '某公司', taxNumber: '1' })).status).toBe(422);
    expect((await post('buyer', `/orders/${orderId}/invoice-request`, { title: '食堂' })).status).toBe(409);
    const number = '26512000000000000101';
    expect((await post('supplier', `${parcel}/invoice`, { number })).status).toBe(409);
    const answer = await post('employee', asked, { title: '某人' });
    expect(answer.body.items).toMatchObject([{ asked: { title: '某人', taxNumber: null }, invoices: [] }]);
    expect((await post('employee', `${parcel}/invoice`, { number })).status).toBe(404);
    const issued = await post('supplier', `${parcel}/invoice`, { number });
    expect(issued.body.invoices).toMatchObject([{ kind: 'blue', title: '某人', number }]);
    expect((await post('supplier', `${parcel}/invoice`, { number: `${number}2` })).status).toBe(409);
    expect((await post('supplier', `${parcel}/red-invoice`, { number: `${number}3` })).status).toBe(409);
  });
});

describe('the API of statements', () => {
  it('confirms by both sides, and the total that was seen', async () => {
    expect((await post('outsider', at('/confirmation'), {})).status).toBe(404);
    expect((await post('operator', at('/confirmation'), {})).status).toBe(403);
    expect((await post('buyer', at('/confirmation'), { totalFen: 1 })).status).toBe(422);
    const half = await post('buyer', at('/confirmation'), { totalFen: 3 * TEA }, 'confirm-once');
    expect(half.body).toMatchObject({ state: 'buyer_confirmed', totalFen: 3 * TEA });
    expect((await post('buyer', at('/confirmation'), { totalFen: 3 * TEA }, 'confirm-once')).body).toEqual(half.body);
    expect((await post('buyer', at('/confirmation'), {})).status).toBe(409);
    expect((await post('supplier', at('/confirmation'), {})).body.state).toBe('confirmed');
  });

  it('records the invoice once, by the supplier, and the red-letter one of a refund', async () => {
    expect((await post('buyer', at('/invoice'), { number: '26512000000000000001' })).status).toBe(403);
    const faulty = await post('supplier', at('/invoice'), { number: '1' });
    expect(faulty.status).toBe(400);
    const answer = await post('supplier', at('/invoice'), { number: '26512000000000000001' });
    expect(answer.status).toBe(201);
    expect(answer.body.invoices).toMatchObject([{ kind: 'blue', amountFen: 3 * TEA, taxNumber: TAX_NUMBER }]);
    expect((await post('supplier', at('/invoice'), { number: '26512000000000000002' })).status).toBe(409);
    const asked = await post('buyer', `/orders/${orderId}/refunds`, {
      ...{ reason: '破损', lines: [{ lineId, quantity: 1 }] },
    });
    expect(asked.status).toBe(201);
    const refundId = asked.body.id;
    const decided = await post('supplier', `/refunds/${refundId}/decision`, { decision: 'approve' });
    expect(decided.status).toBe(200);
    await market.settle();
    const number = '26512000000000000003';
    const red = await post('supplier', at('/red-invoice'), { number, refundId });
    expect(red.status).toBe(201);
    expect(red.body.invoices[1]).toMatchObject({ kind: 'red', amountFen: TEA, refundId });
    expect((await post('supplier', at('/red-invoice'), { number: `${number}4`, refundId })).status).toBe(409);
  });

  it('extends the term once', async () => {
    const wish = { untilOn: '2026-06-20', reason: '拨款未到' };
    expect((await post('buyer', at('/extension'), { ...wish, untilOn: '2026-09-01' })).status).toBe(422);
    expect((await post('buyer', at('/extension'), wish)).status).toBe(201);
    expect((await post('supplier', at('/extension/decision'), { decision: 'refuse' })).status).toBe(400);
    const granted = await post('supplier', at('/extension/decision'), { decision: 'grant' });
    expect(granted.body.dueOn).toBe('2026-06-20');
    expect((await post('buyer', at('/extension'), wish)).status).toBe(409);
  });

  it('takes declared and received transfers, and sends back what is too much by two persons', async () => {
    const { referenceCode } = statement;
    const transfer = { referenceCode, amountFen: 4 * TEA, payerAccount: '6222', paidOn: DAY };
    expect((await post('outsider', '/transfers', transfer)).status).toBe(422);
    expect((await post('buyer', '/transfers', transfer)).body).toMatchObject({ state: 'declared', allocatedFen: 0 });
    const came = await post('operator', '/transfers', { ...transfer, bankReference: 'API-1' });
    expect(came.status).toBe(201);
    expect(came.body).toMatchObject({ state: 'matched', allocatedFen: 3 * TEA, unallocatedFen: TEA });
    expect((await post('operator', '/transfers', { ...transfer, bankReference: 'API-1' })).status).toBe(409);
    const path = `/transfers/${came.body.id}/return`;
    expect((await post('buyer', path, { reason: '多付' })).status).toBe(404);
    const proposed = await post('operator', path, { reason: '多付' });
    expect(proposed.body).toMatchObject({ unallocatedFen: 0 });
    const decision = `/transfers/returns/${proposed.body.returnId}/decision`;
    expect((await post('operator', decision, { decision: 'return' })).status).toBe(403);
    expect((await post('colleague', decision, { decision: 'return' })).status).toBe(200);
    expect((await post('colleague', decision, { decision: 'return' })).status).toBe(409);
  });
});
