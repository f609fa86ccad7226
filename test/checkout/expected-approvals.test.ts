import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { setApprovalRule } from '../../server/orders/approval/set-approval-rule.ts';
import { dayOf } from '../../server/shared/days.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { type Page, type Person, personOf } from '../setup/person.ts';
import { aUser } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
const FORM = 'form.cart-columns';
let app: TestApp;
let world: World;
let buyer: Person;

/** A prison whose own threshold is 300 yuan, below a bureau that demands its approval above 1,000 yuan of canteen budgets. */
beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  const { firstPrison, bureau } = world.units;
  await app.db.unitPayer.updateMany({ where: { unitId: firstPrison.id }, data: { approvalThresholdFen: 30_000 } });
  const chief = await aUser(app.db, { login: 'chief', grants: [{ role: 'approver', unit: bureau }] });
  const actor = await findActor(app.db, chief.id, dayOf(now));
  if (!actor) throw new Error('no chief');
  const rule = { unitId: bureau.id, fundingSource: 'canteen_budget', reach: 'below' } as const;
  await setApprovalRule(app.db, actor, { ...rule, thresholdFen: 100_000, approverIds: [], reason: '内控' }, now);
  buyer = await personOf(app, 'prison-buyer');
});
afterAll(() => app.close());
beforeEach(() => app.db.cartLine.deleteMany());

/** So many bags of rice at 57 or 60 yuan. */
const put = async (quantity: number) =>
  buyer.send(await buyer.open(`/products/${world.products.rice.id}`), 'form#buy', { quantity, unit: 'first-prison' });
const inCart = (page: Page) =>
  page
    .$('[data-approvals]')
    .map((_, line) => page.$(line).text().trim())
    .get();
const checkout = () => buyer.open('/checkout?unit=first-prison');
const shownAt = (page: Page) => page.$('label:has(input[name="fundingSource"][value="canteen_budget"])').text();

async function submittedLevels(page: Page): Promise<string[]> {
  await buyer.send(page, FORM, { fundingSource: 'canteen_budget', payment: 'on_account' });
  const order = await app.db.order.findFirstOrThrow({
    orderBy: { id: 'desc' },
    include: { approvals: { orderBy: { level: 'asc' }, include: { unit: true } } },
  });
  return order.approvals.map(({ unit }) => unit.name);
}

describe('the approvals that a purchase needs', () => {
  it.each([
    [4, '本单不需要审批', []],
    [8, '本单需要审批：{prison}（超过 ¥300.00）', ['prison']],
    [20, '本单需要审批：{prison}（超过 ¥300.00） → {bureau}（超过 ¥1,000.00）', ['prison', 'bureau']],
  ] as const)(
    'are said in the cart and at checkout as submitting asks for them: %i bags',
    async (quantity, said, levels) => {
      const { firstPrison, bureau } = world.units;
      const sentence = said.replace('{prison}', firstPrison.name).replace('{bureau}', bureau.name);
      const cart = await put(quantity);
      expect(inCart(cart)).toContain(`食堂预算采购: ${sentence}`);
      const page = await checkout();
      expect(shownAt(page)).toContain(sentence);
      const names = { prison: firstPrison.name, bureau: bureau.name };
      expect(await submittedLevels(page)).toEqual(levels.map((level) => names[level]));
    },
  );

  it('change in the cart with the quantity, and say what pressing the button does', async () => {
    const cart = await put(4);
    const form = `#line-${world.products.rice.id} form[data-submit-on-change]`;
    const more = await buyer.send(cart, form, { quantity: 20 });
    expect(inCart(more).join()).toContain(world.units.bureau.name);
    expect((await checkout()).$('#checkout-sum').text()).toContain('等待审批');
    await buyer.send(more, form, { quantity: 4 });
    const page = await checkout();
    expect(page.$('#checkout-sum').text()).toContain('提交即为已下单');
    const before = await app.db.order.count();
    const again = await buyer.send(page, FORM, { payment: 'stripe', recalculate: '1' });
    expect(again.$('#checkout-sum').text()).toContain('付款为已下单');
    expect(await app.db.order.count()).toBe(before);
  });

  it('stand in no own cart', async () => {
    const employee = await personOf(app, 'employee');
    const page = await employee.send(await employee.open(`/products/${world.products.tea.id}`), 'form#buy', {
      quantity: 2,
    });
    expect(inCart(page)).toEqual([]);
  });
});
