import { readSheet } from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { creditCodeCheck } from '../../server/shared/credit-code.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { csrfFrom } from '../setup/app.ts';
import { faultsOn, type Person, personOf } from '../setup/person.ts';
import { grant } from '../world/users.ts';

const TAX_NUMBER = `1250000000000000X${creditCodeCheck('1250000000000000X')}`;
let market: Market;
const people: Record<string, Person> = {};

beforeAll(async () => {
  market = await openMarket('2026-05-06');
  const { bank } = market.world.units;
  for (const role of ['buyer', 'approver'] as const)
    await grant(market.app.db, market.world.users[role], { role, unit: bank });
  const canteen = { unitId: bank.id, fundingSource: 'canteen_budget' as const };
  const terms = { taxNumber: TAX_NUMBER, bankAccount: '6222' };
  await market.app.db.unitPayer.update({ where: { unitId_fundingSource: canteen }, data: terms });
  for (const login of ['buyer', 'supplier', 'operator', 'outsider']) people[login] = await personOf(market.app, login);
});
afterAll(() => market.app.close());

const as = (login: string): Person => {
  const person = people[login];
  if (!person) throw new Error(`${login} has not signed in`);
  return person;
};

/** What the bank bought and received, as a statement. */
async function aStatement(quantity: number, day: string) {
  market.turnTo(day);
  const { units, products } = market.world;
  const order = await market.buy('buyer', { lines: [{ productId: products.tea.id, quantity }], unit: units.bank });
  await market.deliver(order);
  await market.settle();
  return market.app.db.statement.findFirstOrThrow({ where: { unitId: units.bank.id }, orderBy: { startsOn: 'desc' } });
}

async function upload(person: Person, csv: string | Buffer) {
  const page = await person.agent.get('/transfers');
  return person.agent
    .post('/transfers/import')
    .field('_csrf', csrfFrom(page.text))
    .attach('sheet', Buffer.from(csv), { filename: 'bank.csv', contentType: 'text/csv' });
}

describe('a statement from delivery to payment', () => {
  it('is confirmed by both, invoiced and paid on its pages', async () => {
    const { id, referenceCode } = await aStatement(3, '2026-05-06');
    const path = `/statements/${id}`;
    await as('outsider').open(path, 404);
    expect((await as('buyer').open('/statements')).text).toContain(referenceCode);
    let page = await as('buyer').open(path);
    expect(page.$('.statement-order .sub').text()).toContain('¥384.00');
    page = await as('buyer').send(page, '[data-form=confirm]');
    expect(page.text).toContain('待供应商确认');
    page = await as('supplier').send(await as('supplier').open(path), '[data-form=confirm]');
    expect(page.text).toContain('双方已确认');
    page = await as('supplier').send(page, '[data-form=invoice]', { number: '1' });
    expect(faultsOn(page)).toHaveLength(1);
    page = await as('supplier').send(page, '[data-form=invoice]', { number: '26512000000000000001' });
    expect(page.text).toContain(TAX_NUMBER);
    expect(page.text).toContain('已开发票');
    page = await as('buyer').send(await as('buyer').open(path), '[data-form=transfer]', { amount: '384.00' });
    expect(page.text).toContain('已申报');
    page = await as('operator').send(await as('operator').open('/transfers'), '[data-form=record]', {
      ...{ referenceCode, amount: '400', payerAccount: '6222', bankReference: 'B-1' },
    });
    expect(page.text).toContain('余额 ¥16.00');
    expect((await as('buyer').open(path)).text).toContain('已付清');
    expect((await as('buyer').open(`${path}/sheet`)).text).toContain('付款方确认');
  });

  it('is an Excel file whose amounts are numbers', async () => {
    const { id, totalFen } = await aStatement(2, '2026-05-07');
    const answer = await as('buyer')
      .agent.get(`/statements/${id}/statement.xlsx`)
      .buffer(true)
      .parse((res, done) => {
        const parts: Buffer[] = [];
        res.on('data', (part: Buffer) => parts.push(part));
        res.on('end', () => done(null, Buffer.concat(parts)));
      });
    const rows = await readSheet(answer.body as Buffer);
    expect(rows.at(-1)?.[5]).toBe(Number(totalFen) / 100);
  });
});

describe("the bank's list", () => {
  it('pays by the code in the remark, keeps the rest for a person, and knows its lines again', async () => {
    const { referenceCode, id, totalFen } = await aStatement(4, '2026-05-08');
    const code = `${referenceCode.slice(0, 8)} ${referenceCode.slice(8).toLowerCase()}`;
    const csv = [
      '日期,金额,对方户名,对方账号,附言',
      `2026-05-07,"${Number(totalFen) / 100}",农行食堂,6222,货款 ${code.toLowerCase()}`,
      '2026/5/7,88.50,不知道,6333,茶叶',
      '2026/5/7,88.50,不知道,6333,茶叶',
    ].join('\r\n');
    const first = await upload(as('operator'), csv);
    expect(first.status).toBe(303);
    let page = await as('operator').open('/transfers');
    expect(page.text).toContain('自动入账 1 笔，待配对 2 笔，以前已登记 0 笔');
    expect((await market.app.db.statement.findUniqueOrThrow({ where: { id } })).state).toBe('paid');
    await upload(as('operator'), csv);
    page = await as('operator').open('/transfers');
    expect(page.text).toContain('自动入账 0 笔，待配对 0 笔，以前已登记 3 笔');
    const next = await aStatement(1, '2026-05-09');
    const row = page.$('tr[data-transfer]').first().attr('data-transfer');
    page = await as('operator').send(page, `tr[data-transfer="${row}"] [data-form=match]`, { referenceCode: 'DZ1' });
    expect(page.status).toBe(422);
    page = await as('operator').send(page, `tr[data-transfer="${row}"] [data-form=match]`, {
      referenceCode: next.referenceCode,
    });
    expect(page.text).toContain('转账已配对入账');
    expect(page.$('tr[data-transfer]')).toHaveLength(1);
  });

  it('in GBK is read, and each line that was left out is told by its number', async () => {
    // "日期,金额,对方账号,摘要", a line "2026-02-30,5,,茶" and one "2026-02-03,x,,茶" in GBK
    const head = 'c8d5c6da2cbdf0b6ee2cb6d4b7bdd5cbbac52cd5aad2aa';
    const tea = Buffer.from('b2e8', 'hex');
    const lines = [Buffer.from('\n2026-02-30,5,,'), tea, Buffer.from('\n2026-02-03,x,,'), tea];
    expect((await upload(as('operator'), Buffer.concat([Buffer.from(head, 'hex'), ...lines]))).status).toBe(303);
    const page = await as('operator').open('/transfers');
    expect(page.text).toContain('跳过 2 行');
    expect(page.text).toContain('不是今天或以前的日期，没有登记，请人工核对：第 2 (2026-02-30) 行');
    expect(page.text).toContain('读不出金额，没有登记，请人工核对：第 3 (x) 行');
    expect((await upload(as('operator'), 'a,b\n1,2')).text).toContain('没有找到表头');
    const stranger = await as('buyer').agent.get('/transfers');
    expect(stranger.status).toBe(403);
  });
});

describe('GET and POST /api/v1/statements, /transfers', () => {
  it('tells the payer, takes the confirmation and the transfer', async () => {
    const statement = await aStatement(2, '2026-05-10');
    const list = await market.get('buyer', '/statements?state=open&limit=1');
    expect(list.body.items[0]).toMatchObject({
      referenceCode: statement.referenceCode,
      totalFen: Number(statement.totalFen),
      dueOn: '2026-06-09',
    });
    expect((await market.get('outsider', `/statements/${statement.id}`)).status).toBe(404);
    expect((await market.get('outsider', '/statements')).body.items).toEqual([]);
  });
});

describe('what may follow a statement', () => {
  it('is asked, answered and sent back on the pages', async () => {
    const { id, referenceCode, totalFen } = await aStatement(5, '2026-06-03');
    for (const login of ['buyer', 'supplier', 'operator']) people[login] = await personOf(market.app, login);
    let page = await as('buyer').send(await as('buyer').open(`/statements/${id}`), '[data-form=extension]', {
      ...{ untilOn: '2027-01-01', reason: '' },
    });
    expect(faultsOn(page)).toHaveLength(1);
    page = await as('buyer').send(page, '[data-form=extension]', { untilOn: '2026-07-06', reason: '预算调整' });
    expect(page.text).toContain('待供应商答复');
    page = await as('supplier').open(`/statements/${id}`);
    page = await as('supplier').send(page, '[data-form=extension-decision]', { decision: 'grant' });
    expect(page.text).toContain('2026-07-06');
    const amount = String(Number(totalFen) / 100 + 10);
    await as('operator').send(await as('operator').open('/transfers'), '[data-form=record]', {
      ...{ referenceCode, amount, payerAccount: '6222', bankReference: 'B-REST' },
    });
    page = await as('operator').open('/transfers?tab=rest');
    page = await as('operator').send(page, 'tr[data-transfer]:first-child [data-form=return]', {
      amount: '9999',
      reason: '',
    });
    expect(page.status).toBe(422);
    page = await as('operator').open('/transfers?tab=rest');
    page = await as('operator').send(page, 'tr[data-transfer]:first-child [data-form=return]', {
      amount: '10',
      reason: '多付',
    });
    expect(page.text).toContain('须由另一人复核');
  });
});
