import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import type { Unit } from '../../server/db/generated/client.ts';
import { agreeTerms } from '../../server/payments/payers/agree-terms.ts';
import { creditCodeCheck } from '../../server/shared/credit-code.ts';
import { PLAIN_ORDER } from '../bench/plain-order.ts';
import { type Market, openMarket, type Person as Who } from '../quotas/market.ts';
import { apiTokenFor } from '../setup/app.ts';
import { faultsOn, type Person, personOf } from '../setup/person.ts';
import { aUnit, payerOf } from '../world/units.ts';
import { grant } from '../world/users.ts';

const TODAY = '2026-05-06';
const TEA = 12_800;
const TAX_NUMBER = `1250000000000000X${creditCodeCheck('1250000000000000X')}`;
const at = new Date(`${TODAY}T04:00:00Z`);
let market: Market;
let unit: Unit;
const people: Record<string, Person> = {};

beforeAll(async () => {
  market = await openMarket(TODAY);
  unit = await aUnit(market.app.db, { code: 'new-school', payers: false });
  for (const role of ['buyer', 'approver'] as const)
    await grant(market.app.db, market.world.users[role], { role, unit });
  for (const login of ['buyer', 'approver', 'operator', 'supplier', 'outsider'])
    people[login] = await personOf(market.app, login);
});
afterAll(() => market.app.close());

const db = () => market.app.db;
const PAGE = '/payers/new-school?funding=canteen_budget';
const payer = () => payerOf(db(), unit, 'canteen_budget');

function as(login: string): Person {
  const person = people[login];
  if (!person) throw new Error(`${login} has not signed in`);
  return person;
}

async function actor(who: Who) {
  const found = await findActor(db(), typeof who === 'string' ? market.world.users[who].id : who.id, TODAY);
  if (!found) throw new Error(`${who} is nobody`);
  return found;
}

let key = 0;
async function order(quantity: number, of: Unit = unit): Promise<number> {
  key += 1;
  const lines = [{ productId: market.world.products.tea.id, quantity }];
  const terms = { unitId: of.id, fundingSource: 'canteen_budget', paymentWay: 'on_account' } as const;
  return submitOrder(db(), await actor('buyer'), { ...PLAIN_ORDER, ...terms, lines, checkoutKey: `payer-${key}` }, at);
}

describe('how a unit pays', () => {
  it('is said by its approver, and prepays until the operator agrees terms', async () => {
    await as('outsider').open(PAGE, 404);
    await as('supplier').open(PAGE, 404);
    expect((await as('buyer').open(PAGE)).$('form[data-form]')).toHaveLength(0);
    let page = await as('approver').open(PAGE);
    expect(page.$('[data-form=terms]')).toHaveLength(0);
    page = await as('approver').send(page, '[data-form=details]', { title: '', taxNumber: '12345', bankAccount: '1?' });
    expect(page.status).toBe(422);
    expect(faultsOn(page)).toHaveLength(3);
    expect(page.$('[name=taxNumber]').val()).toBe('12345');
    const wrong = `${TAX_NUMBER.slice(0, 17)}${TAX_NUMBER.endsWith('0') ? '1' : '0'}`;
    page = await as('approver').send(page, '[data-form=details]', {
      title: '新学校食堂',
      taxNumber: wrong,
      bankAccount: '',
    });
    expect(faultsOn(page)).toHaveLength(1);
    const typed = `${TAX_NUMBER.slice(0, 9)} ${TAX_NUMBER.slice(9)}`.toLowerCase();
    page = await as('approver').send(page, '[data-form=details]', { taxNumber: typed, bankAccount: '6222 0000-1111' });
    expect(page.text).toContain('发票抬头与账户已保存');
    expect(await payer()).toMatchObject({
      ...{ title: '新学校食堂', taxNumber: TAX_NUMBER, bankAccount: '622200001111' },
      ...{ mustPrepay: true, prepaysForOverdue: false, termDays: 30 },
    });
    await expect(order(1)).rejects.toThrow('mustPrepay');
    const lines = await db().auditLine.findMany({ where: { action: 'payer.open', unitId: unit.id } });
    expect(lines).toMatchObject([{ actorId: market.world.users.approver.id }]);
  });

  it('has its terms from the operator alone, with reason and audit line', async () => {
    let page = await as('operator').open(PAGE);
    const wishes = { creditLimit: 'viel', termDays: '61', reason: '' };
    page = await as('operator').send(page, '[data-form=terms]', wishes);
    expect(page.status).toBe(422);
    expect(faultsOn(page)).toHaveLength(3);
    expect(page.$('[name=termDays]').val()).toBe('61');
    page = await as('operator').send(page, '[data-form=terms]', {
      creditLimit: '0',
      termDays: '45',
      reason: '合同 1 号',
    });
    expect(faultsOn(page)).toHaveLength(1);
    page = await as('operator').send(page, '[data-form=terms]', { creditLimit: '500', mustPrepay: null });
    expect(page.text).toContain('挂账，收货后 45 天付款');
    expect(await payer()).toMatchObject({ creditLimitFen: 50_000n, termDays: 45, mustPrepay: false });
    const [line] = await db().auditLine.findMany({ where: { action: 'payer.terms', unitId: unit.id } });
    expect(line).toMatchObject({
      reason: '合同 1 号',
      before: { mustPrepay: true },
      after: { creditLimitFen: 50_000 },
    });
    const wish = { unitId: unit.id, fundingSource: 'canteen_budget', creditLimitFen: null, termDays: 30 } as const;
    const more = { ...wish, mustPrepay: false, reason: '自己' };
    await expect(agreeTerms(db(), await actor('approver'), more, at)).rejects.toMatchObject({ status: 403 });
    await expect(agreeTerms(db(), await actor('supplier'), more, at)).rejects.toMatchObject({ status: 404 });
    await order(2);
    await expect(order(2)).rejects.toThrow('overCredit');
  });

  it('keeps one of two changes that were made from the same page', async () => {
    const [one, other] = [await as('approver').open(PAGE), await as('operator').open(PAGE)];
    await as('approver').send(one, '[data-form=details]', { title: '新学校后勤处' });
    const late = await as('operator').send(other, '[data-form=terms]', { termDays: '20', reason: '晚' });
    expect(late.status).toBe(409);
    expect((await payer()).termDays).toBe(45);
  });

  it('keeps prepaying while a statement is overdue', async () => {
    const late = await aUnit(db(), { payers: { mustPrepay: true } });
    const { id: payerId, fundingSource } = await payerOf(db(), late, 'canteen_budget');
    const { lianghe: supplier } = market.world.suppliers;
    const day = (text: string) => new Date(text);
    const month = { startsOn: day('2026-01-01'), endsOn: day('2026-01-31'), dueOn: day('2026-03-01') };
    const row = { ...month, unitId: late.id, payerId, fundingSource, supplierId: supplier.id, totalFen: 1 };
    await db().statement.create({ data: { ...row, state: 'confirmed', referenceCode: 'DZ202601999999' } });
    const wish = { unitId: late.id, fundingSource: 'canteen_budget', creditLimitFen: null, termDays: 30 } as const;
    await agreeTerms(db(), await actor('operator'), { ...wish, mustPrepay: false, reason: '约定' }, at);
    expect(await payerOf(db(), late, 'canteen_budget')).toMatchObject({ mustPrepay: true, prepaysForOverdue: true });
    await agreeTerms(db(), await actor('operator'), { ...wish, mustPrepay: true, reason: '约定' }, at);
    expect(await payerOf(db(), late, 'canteen_budget')).toMatchObject({ mustPrepay: true, prepaysForOverdue: false });
  });
});

describe('a credit limit', () => {
  it.each([
    ['lowered', 50_000_000],
    ['set where there was none', 0],
  ])('that is %s holds for an order that waited for it', async (_, creditFen) => {
    const buying = await aUnit(db(), { payers: { creditFen } });
    await grant(db(), market.world.users.buyer, { role: 'buyer', unit: buying });
    const { id } = await payerOf(db(), buying, 'canteen_budget');
    let waiting: Promise<unknown> = Promise.resolve();
    await db().$transaction(
      async (tx) => {
        await tx.$queryRaw`SELECT id FROM unit_payer WHERE id = ${id} FOR UPDATE`;
        waiting = order(2, buying).then(
          () => 'ordered',
          (error) => error.code,
        );
        await Promise.race([untilSomebodyWaits(), waiting.then((said) => expect(said).toBe('waiting'))]);
        await tx.unitPayer.update({ where: { id }, data: { creditLimitFen: TEA } });
      },
      { timeout: 30_000 },
    );
    expect(await waiting).toBe('overCredit');
  });
});

async function untilSomebodyWaits(): Promise<void> {
  for (let tries = 0; tries < 60; tries += 1) {
    const [row] = await db().$queryRaw<{ waits: bigint }[]>`
      SELECT COUNT(*) AS waits FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'`;
    if (Number(row?.waits) > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error('nobody waits');
}

describe('a statement whose payer has no right tax number', () => {
  it('leads its unit and the operator to where it is corrected, and its supplier nowhere', async () => {
    const buying = await aUnit(db(), { code: 'bad-number' });
    for (const role of ['buyer', 'approver'] as const)
      await grant(db(), market.world.users[role], { role, unit: buying });
    const lines = [{ productId: market.world.products.tea.id, quantity: 1 }];
    await market.deliver(await market.buy('buyer', { lines, unit: buying }));
    await market.settle();
    const { id } = await db().statement.findFirstOrThrow({ where: { unitId: buying.id } });
    const link = '.notice a[href="/payers/bad-number?funding=canteen_budget#change"]';
    expect((await as('buyer').open(`/statements/${id}`)).$(link)).toHaveLength(1);
    expect((await as('operator').open(`/statements/${id}`)).$(link)).toHaveLength(1);
    const supplier = await as('supplier').open(`/statements/${id}`);
    expect(supplier.text).toContain('供应商开不了发票');
    expect(supplier.$(link)).toHaveLength(0);
  });
});

describe('GET and PUT /api/v1/units/{code}/payers', () => {
  it('tell and take title and number, and the terms of the operator', async () => {
    const put = async (who: 'approver' | 'operator' | 'outsider', path: string, body: object) => {
      const token = await apiTokenFor(db(), market.world.users[who], [], at);
      const url = `/api/v1/units/new-school/payers/${path}`;
      return supertest(market.app.url).put(url).auth(token, { type: 'bearer' }).send(body);
    };
    const details = { title: '新学校工会', taxNumber: TAX_NUMBER };
    expect((await put('outsider', 'union_funds', details)).status).toBe(404);
    const opened = await put('approver', 'union_funds', details);
    expect(opened.body.items).toMatchObject([{ fundingSource: 'canteen_budget' }, { ...details, mustPrepay: true }]);
    const terms = { creditLimitFen: 100_00, termDays: 60, mustPrepay: false, reason: '合同' };
    expect((await put('approver', 'union_funds/terms', terms)).status).toBe(403);
    expect((await put('operator', 'union_funds/terms', { ...terms, termDays: 61 })).status).toBe(400);
    const agreed = await put('operator', 'union_funds/terms', terms);
    expect(agreed.body.items[1]).toMatchObject({ creditLimitFen: 100_00, termDays: 60, mustPrepay: false });
  });
});
