import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import type { User } from '../../server/db/generated/client.ts';
import { cancelOrder } from '../../server/orders/cancel-order.ts';
import { decidePayout, proposePayout } from '../../server/payments/failed-refunds/pay-otherwise.ts';
import { resendRefund } from '../../server/payments/failed-refunds/resend-refund.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { faultsOn, personOf } from '../setup/person.ts';
import { aUser } from '../world/users.ts';

const DAY = '2026-05-06';
const now = new Date(`${DAY}T04:00:00Z`);
const TEA = 12_800;
let market: Market;
let second: User;

beforeAll(async () => {
  market = await openMarket(DAY);
  second = await aUser(market.app.db, { login: 'second-operator', grants: [{ role: 'operator' }] });
});
afterAll(() => market.app.close());

const db = () => market.app.db;

async function actor({ id }: { id: number }) {
  const found = await findActor(db(), id, DAY);
  if (!found) throw new Error('nobody');
  return found;
}
const operator = () => actor(market.world.users.operator);
const other = () => actor(second);

const refundsOf = (orderId: number) =>
  db().paymentRefund.findMany({ where: { payment: { orderId } }, orderBy: { id: 'asc' } });
const statesOf = async (orderId: number) => (await refundsOf(orderId)).map(({ state }) => state);

/** Whether the bank returns what is refunded of an order's payment. */
async function bankReturns(orderId: number, refundsFail: boolean): Promise<void> {
  const { paymentIntentId } = await db().payment.findFirstOrThrow({ where: { orderId, state: 'succeeded' } });
  const charges = await db().sandboxObject.findMany({ where: { type: 'charge' } });
  for (const { id, data } of charges) {
    const row = data as unknown as { object: { payment_intent: string } };
    if (row.object.payment_intent === paymentIntentId)
      await db().sandboxObject.update({ where: { id }, data: { data: { ...row, refundsFail } as object } });
  }
}

/** Waits until Stripe's news have moved them there, and what that leads to is done. */
async function cameTo(orderId: number, states: string[]): Promise<void> {
  await expect
    .poll(
      async () => {
        await market.settle();
        return statesOf(orderId);
      },
      { timeout: 20_000 },
    )
    .toEqual(states);
  await market.settle();
}

/** An order that was paid and cancelled, and whose refund came back. Returns it with the refund's id. */
async function cameBack(): Promise<{ order: Placed; id: number }> {
  const order = await market.buy('employee', { lines: [{ productId: market.world.products.tea.id, quantity: 1 }] });
  await bankReturns(order.id, true);
  await cancelOrder(db(), await actor(market.world.users.employee), order.id, '买错了', now);
  await cameTo(order.id, ['failed']);
  return { order, id: (await refundsOf(order.id))[0]?.id ?? 0 };
}

async function owedOf(orderId: number): Promise<number> {
  const { _sum } = await db().journalEntry.aggregate({ where: { orderId, account: 'owed' }, _sum: { fen: true } });
  return _sum.fen ?? 0;
}

const toldOf = async (orderId: number) =>
  (await db().notification.findMany({ where: { link: `/orders/${orderId}` }, orderBy: { id: 'asc' } })).map(
    ({ kind }) => kind,
  );

async function expectExact(): Promise<void> {
  await market.settle();
  const found: string[] = [];
  await reconcile(market.app.container.config.databaseUrl, (one) =>
    found.push(`${one.what}: expected ${one.expected}, found ${one.found}`),
  );
  expect(found).toEqual([]);
}

describe('a refund that the bank returned', () => {
  it('is told to the buyer, shown on the order, and waits for an operator', async () => {
    const { order } = await cameBack();
    expect(await toldOf(order.id)).toContain('money_came_back');
    const buyer = await personOf(market.app, 'employee');
    const page = await buyer.open(`/orders/${order.id}`);
    expect(page.text).toContain('被银行退回');
    expect(page.text).not.toContain('正在原路退回');
    const desk = await personOf(market.app, 'operator');
    expect((await desk.open('/admin')).$('a[href="/failed-refunds"]').length).toBeGreaterThan(0);
    const list = await desk.open('/failed-refunds');
    expect(list.$('[data-refund]')).toHaveLength(1);
    await buyer.open('/failed-refunds', 403);
    expect(await owedOf(order.id)).toBeGreaterThanOrEqual(TEA);
    await expectExact();
  });

  it('is sent again as a row of its own, which may come back too, until it arrives; once, however many press', async () => {
    const { order, id } = await cameBack();
    const keys = new Set((await refundsOf(order.id)).map(({ idempotencyKey }) => idempotencyKey));
    const who = await operator();
    const pressed = await Promise.allSettled([1, 2, 3].map(() => resendRefund(db(), who, id, now)));
    expect(pressed.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await cameTo(order.id, ['resent', 'failed']);
    expect((await toldOf(order.id)).filter((kind) => kind === 'money_came_back')).toHaveLength(2);
    await bankReturns(order.id, false);
    const desk = await personOf(market.app, 'operator');
    const list = await desk.open('/failed-refunds');
    const last = (await refundsOf(order.id))[1]?.id;
    const done = await desk.send(list, `[data-refund="${last}"] [data-form=resend]`);
    expect(done.text).toContain('已重新发出');
    await cameTo(order.id, ['resent', 'resent', 'succeeded']);
    for (const refund of await refundsOf(order.id)) keys.add(refund.idempotencyKey);
    expect(keys.size).toBe(3);
    expect(await owedOf(order.id)).toBe(0);
    expect(await toldOf(order.id)).toContain('money_sent');
    await expect(resendRefund(db(), who, id, now)).rejects.toThrow('refundSettled');
    await expect(resendRefund(db(), await actor(market.world.users.employee), id, now)).rejects.toThrow('notFound');
    await expectExact();
  });

  it('is paid otherwise when a second person confirms the transfer, and told to the buyer', async () => {
    const { order, id } = await cameBack();
    const desk = await personOf(market.app, 'operator');
    const form = `[data-refund="${id}"] [data-form=payout]`;
    const empty = await desk.send(await desk.open('/failed-refunds'), form, { note: '打到支付宝' });
    expect(empty.status).toBe(422);
    expect(faultsOn(empty)).toHaveLength(1);
    expect(empty.$(`#f-note-${id}`).val()).toBe('打到支付宝');
    const sent = await desk.send(empty, form, { bankReference: 'ICBC-20260506-1' });
    expect(sent.text).toContain('ICBC-20260506-1');
    expect(await owedOf(order.id)).toBeGreaterThanOrEqual(TEA);
    const payout = await db().refundPayout.findFirstOrThrow({ where: { paymentRefundId: id } });
    await expect(decidePayout(db(), await operator(), payout.id, 'confirm', now)).rejects.toThrow('ownProposal');
    await expect(resendRefund(db(), await operator(), id, now)).rejects.toThrow('payoutWaits');
    await expectExact();
    const two = await personOf(market.app, 'second-operator');
    const page = await two.open('/failed-refunds');
    const csrf = page.$('[data-form=decide-payout] [name=_csrf]').val();
    await two.agent
      .post(`/failed-refunds/payouts/${payout.id}/decision`)
      .type('form')
      .send({ _csrf: String(csrf), decision: 'confirm' })
      .expect(303);
    await cameTo(order.id, ['paid_otherwise']);
    expect(await owedOf(order.id)).toBe(0);
    const told = await db().notification.findMany({ where: { link: `/orders/${order.id}` } });
    expect(JSON.stringify(told.find(({ kind }) => kind === 'money_paid_otherwise'))).toContain('ICBC-20260506-1');
    expect((await (await personOf(market.app, 'employee')).open(`/orders/${order.id}`)).text).toContain('另行转账');
    await expect(decidePayout(db(), await other(), payout.id, 'refuse', now)).rejects.toThrow('refundSettled');
    await expectExact();
  });

  it('is free again when the transfer is not confirmed, and of sending again and entering at once one holds', async () => {
    const { order, id } = await cameBack();
    const said = { bankReference: 'X-1', note: null };
    const first = await proposePayout(db(), await operator(), id, said, now);
    await decidePayout(db(), await other(), first, 'refuse', now);
    const both = await Promise.allSettled([
      resendRefund(db(), await operator(), id, now),
      proposePayout(db(), await other(), id, said, now),
    ]);
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await market.settle();
    expect((await statesOf(order.id))[0]).toMatch(/^(resent|failed)$/);
    await expectExact();
  });
});
