import { readSheet } from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { recordTransfer } from '../../server/payments/record-transfer.ts';
import { decideReturn, proposeReturn } from '../../server/payments/return-transfer.ts';
import { type Market, openMarket, type Placed } from '../quotas/market.ts';
import { type Person, personOf } from '../setup/person.ts';
import { aUser, grant } from '../world/users.ts';

const DAY = '2026-05-06';
let market: Market;
let own: Placed;
let units: Placed;
const people: Record<string, Person> = {};

beforeAll(async () => {
  market = await openMarket(DAY);
  const { bank } = market.world.units;
  for (const role of ['buyer', 'approver'] as const)
    await grant(market.app.db, market.world.users[role], { role, unit: bank });
  for (const login of ['operator', 'approver', 'supplier', 'rice-supplier', 'employee', 'buyer'])
    people[login] = await personOf(market.app, login);
  const { tea, rice } = market.world.products;
  own = await market.buy('employee', { lines: [{ productId: tea.id, quantity: 1 }] });
  units = await market.buy('buyer', {
    lines: [
      { productId: tea.id, quantity: 3 },
      { productId: rice.id, quantity: 2 },
    ],
    unit: bank,
  });
  await market.deliver(units, 1);
  await market.settle();
});
afterAll(() => market.app.close());

async function actorOf({ id }: { id: number }) {
  const found = await findActor(market.app.db, id, DAY);
  if (!found) throw new Error('nobody');
  return found;
}

const as = (login: string): Person => people[login] ?? (Promise.reject(new Error(login)) as never);
const linksOf = (page: Awaited<ReturnType<Person['open']>>) =>
  page
    .$('a[href^="/finance/orders/"]')
    .map((_, link) => Number(page.$(link).attr('href')?.split('/').at(-1)))
    .get();

describe('the finance page', () => {
  it('shows the operator every order, summing to zero by account, order and fact', async () => {
    const page = await as('operator').open('/finance');
    expect(linksOf(page)).toEqual([units.id, own.id]);
    expect(page.$('[data-sum]').text()).toBe('¥0.00');
    expect(page.text).toContain('合计为零');
    const goods = await market.app.db.journalEntry.aggregate({ where: { account: 'goods' }, _sum: { fen: true } });
    expect(page.$('tbody tr').first().text()).toContain(`¥${((goods._sum.fen ?? 0) / 100).toFixed(2)}`);
    const journal = await as('operator').open(`/finance/orders/${units.id}`);
    expect(journal.$('[data-sum]').text()).toBe('¥0.00');
    expect(journal.text).toContain('少收');
  });

  it('filters by account, funding, unit, supplier, order and period, and leads back', async () => {
    const find = async (query: string) => linksOf(await as('operator').open(`/finance?${query}`));
    expect(await find('funding=individual')).toEqual([own.id]);
    expect(await find('account=paid')).toEqual([own.id]);
    expect(await find(`unit=${market.world.units.bank.code}&funding=canteen_budget`)).toEqual([units.id]);
    expect(await find('supplier=chuanhe')).toEqual([units.id]);
    expect(await find(`order=20260506-${String(own.id).padStart(6, '0')}`)).toEqual([own.id]);
    expect(await find('from=2026-05-07&to=2026-05-08')).toEqual([]);
    expect(await find('from=nonsense&account=x&cursor=???')).toEqual([units.id, own.id]);
  });

  it('shows an approver only the unit purchases of the unit, a supplier only what it ships alone, and others nothing', async () => {
    expect(linksOf(await as('approver').open('/finance'))).toEqual([units.id]);
    await as('approver').open(`/finance/orders/${own.id}`, 404);
    expect(linksOf(await as('supplier').open('/finance'))).toEqual([own.id]);
    expect(linksOf(await as('rice-supplier').open('/finance'))).toEqual([]);
    await as('employee').open('/finance', 403);
    await as('employee').open(`/finance/orders/${own.id}`, 403);
    await as('buyer').open('/finance.csv', 403);
  });

  it('goes out as CSV and Excel whose amounts sum to zero, and on paper', async () => {
    const { agent } = as('operator');
    const csv = await agent.get('/finance.csv');
    const cells = csv.text
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => Number(line.split(',').at(-1)?.replaceAll('"', '')));
    expect(cells).toHaveLength(await market.app.db.journalEntry.count());
    expect(cells.reduce((sum, yuan) => sum + Math.round(yuan * 100), 0)).toBe(0);
    const answer = await agent
      .get('/finance.xlsx')
      .buffer(true)
      .parse((res, done) => {
        const parts: Buffer[] = [];
        res.on('data', (part: Buffer) => parts.push(part));
        res.on('end', () => done(null, Buffer.concat(parts)));
      });
    const rows = (await readSheet(answer.body as Buffer)).slice(4);
    expect(rows.reduce((sum, row) => sum + Math.round(Number(row[6]) * 100), 0)).toBe(0);
    expect(rows).toHaveLength(cells.length);
    expect((await as('operator').open('/finance/sheet')).status).toBe(200);
  });
});

describe('overdue statements', () => {
  it('are named with their links where the payer buys and approves, and nowhere else', async () => {
    market.turnTo('2026-06-10');
    // A session does not last so long.
    for (const login of ['approver', 'buyer', 'employee']) people[login] = await personOf(market.app, login);
    const { id } = await market.app.db.statement.findFirstOrThrow({ where: { dueOn: { not: null } } });
    for (const path of ['/approvals', '/orders'])
      expect((await as('approver').open(path)).$(`.notice a[href="/statements/${id}"]`)).toHaveLength(1);
    expect((await as('buyer').open('/orders')).$('.notice a[href^="/statements/"]').length).toBeGreaterThan(0);
    expect((await as('employee').open('/orders')).$('.notice a[href^="/statements/"]')).toHaveLength(0);
    market.turnTo(DAY);
  });
});

describe('transfers, which are of no order', () => {
  it('stand in the figures and sheets with what came, paid, went back and is left', async () => {
    const { db } = market.app;
    const statement = await db.statement.findFirstOrThrow({
      where: { lines: { some: { orderId: units.id } }, totalFen: { gt: 0 } },
    });
    const operator = await actorOf(market.world.users.operator);
    const colleague = await actorOf(await aUser(db, { grants: [{ role: 'operator' }] }));
    const at = new Date(`${DAY}T05:00:00Z`);
    const line = { payerAccount: '6222', payerName: '付款单位', paidOn: DAY, remark: null };
    const total = Number(statement.totalFen);
    const over = await recordTransfer(
      db,
      operator,
      { ...line, referenceCode: statement.referenceCode, amountFen: total + 700, bankReference: 'OVER-1' },
      at,
    );
    const strange = await recordTransfer(
      db,
      operator,
      { ...line, referenceCode: 'DZ999999999999', amountFen: 500, bankReference: 'STRANGE-1' },
      at,
    );
    const back = await proposeReturn(db, operator, over, { fen: 300, reason: '付多' }, at);
    let page = await as('operator').open('/finance');
    expect(page.text).toContain('余款待用（1 笔） ¥4.00');
    expect(page.text).toContain('等第二人确认）（1 笔） ¥3.00');
    expect(page.text).toContain('待配对转账（1 笔） ¥5.00');
    await decideReturn(db, colleague, back, 'return', at);
    page = await as('operator').open('/finance');
    expect(page.$('[data-left]').text()).toBe('¥9.00');
    expect(page.text).toContain(`到账¥${((total + 1200) / 100).toFixed(2)}`);
    expect(page.text).toContain('已退回付款单位-¥3.00');
    const csv = (await as('operator').agent.get('/finance.csv')).text.trim().split(/\r?\n/).slice(1);
    expect(csv.filter((row) => row.includes(`转账 ${over} 退回`))).toHaveLength(2);
    expect(csv.filter((row) => row.includes(`转账 ${strange} 到账`))).toHaveLength(2);
    const fen = csv.map((row) => Math.round(Number(row.split(',').at(-1)?.replaceAll('"', '')) * 100));
    expect(fen.reduce((sum, one) => sum + one, 0)).toBe(0);
    expect((await as('operator').open('/finance?funding=canteen_budget')).$('[data-left]')).toHaveLength(0);
    expect((await as('approver').open('/finance')).$('[data-left]')).toHaveLength(0);
    expect((await as('operator').open('/finance/sheet')).text.length).toBeGreaterThan(0);
    expect((await as('operator').agent.get('/finance.xlsx')).status).toBe(200);
  });
});
