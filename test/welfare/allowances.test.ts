import { setTimeout as sleep } from 'node:timers/promises';
import { load } from 'cheerio';
import { readSheet } from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import writeExcelFile, { type SheetData } from 'write-excel-file/node';
import { findActor } from '../../server/accounts/actor.ts';
import { setAllowances, withdrawAllowances } from '../../server/welfare/set-allowances.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { faultsOn, type Person, personOf } from '../setup/person.ts';
import { binary } from '../setup/zip.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;
let approver: Person;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  approver = await personOf(app, 'approver');
});
afterAll(() => app.close());

const actorOf = async (id: number) => {
  const actor = await findActor(app.db, id, '2026-06-15');
  if (!actor) throw new Error('no such person');
  return actor;
};

const amounts = async () => {
  const rows = await app.db.welfareAllowance.findMany({ include: { user: true }, orderBy: { userId: 'asc' } });
  return Object.fromEntries(rows.map(({ user, amountFen }) => [user.login, amountFen]));
};

async function upload(rows: SheetData) {
  const page = await approver.open('/allowances');
  const bytes = await writeExcelFile([['账号', '额度（元）'], ...rows] as SheetData).toBuffer();
  const answer = await approver.agent
    .post('/allowances/roster')
    .field('_csrf', String(page.$('#roster-form input[name="_csrf"]').val()))
    .field('unitId', world.units.bank.id)
    .attach('roster', bytes, '额度.xlsx');
  const $ = load(answer.text);
  return { $, status: answer.status, path: '/allowances/roster', text: $('main').text() };
}

/** An order of the employee's that spends so much of the allowance. */
async function spend(allowanceId: number, fen: number, tx: Pick<typeof app.db, 'order' | 'allowanceEntry'> = app.db) {
  const order = await tx.order.create({
    data: {
      ...{ buyerId: world.users.employee.id, unitId: world.units.bank.id, fundingSource: 'individual' },
      ...{ paymentWay: 'stripe', state: 'awaiting_payment', checkoutKey: `spends-${fen}-${allowanceId}` },
      ...{ goodsFen: fen, freightFen: 0, totalFen: fen, submittedAt: now },
      ...{ recipient: '收货人', phone: '13800000000', region: '重庆市', address: '某路 1 号' },
    },
  });
  await tx.allowanceEntry.create({
    data: { allowanceId, orderId: order.id, source: 'order', sourceId: order.id, fen: -fen },
  });
}

describe('welfare allowances', () => {
  it('are set equally to all after a preview, and once however often that is sent', async () => {
    const page = await approver.open('/allowances');
    const refused = await approver.send(page, '#equal-form', { amount: '12.345' });
    expect(refused.status).toBe(422);
    expect(faultsOn(refused).join()).toContain('最多两位小数');
    expect(refused.$('#f-amount').val()).toBe('12.345');
    const preview = await approver.send(page, '#equal-form', { amount: '500' });
    expect(preview.text).toContain('2,000.00');
    expect(await app.db.welfareAllowance.count()).toBe(0);
    await approver.send(preview, '#grant');
    const again = await approver.send(preview, '#grant');
    expect(again.text).toContain('已更新 0 人');
    expect(await amounts()).toEqual({ employee: 50_000, colleague: 50_000, buyer: 50_000, approver: 50_000 });
    expect(await app.db.auditLine.count({ where: { action: 'allowance.set', unitId: world.units.bank.id } })).toBe(4);
  });

  it('are set by roster, its faults told by cell and nothing granted before they are gone', async () => {
    const wrong = await upload([
      ['employee', 'x'],
      ['prison-buyer', '10'],
      ['EMPLOYEE', '10'],
      ['', '10'],
    ] as unknown as SheetData);
    expect(wrong.status).toBe(422);
    const cells = wrong
      .$('[data-cell]')
      .get()
      .map((row) => wrong.$(row).attr('data-cell'));
    expect(cells).toEqual(['B2', 'A3', 'A4', 'A5']);
    expect(wrong.$('#grant').length).toBe(0);
    const right = await upload([['colleague', '320.50']] as unknown as SheetData);
    await approver.send(right, '#grant');
    expect(await amounts()).toMatchObject({ employee: 50_000, colleague: 32_050 });
    const file = await approver.agent.get('/allowances/roster.xlsx').buffer(true).parse(binary);
    expect((await readSheet(file.body)).map((row) => row[0])).toEqual([
      '账号',
      'employee',
      'colleague',
      'buyer',
      'approver',
    ]);
  });

  it('show an employee the own balance with its changes, and nothing of the union', async () => {
    const colleague = await personOf(app, 'colleague');
    const page = await colleague.open('/allowances');
    expect(page.$('[data-own="2026"]').text()).toContain('320.50');
    expect(page.$('[data-own="2026"] tbody tr').length).toBe(2);
    expect(page.$('form[action^="/allowances"]').length).toBe(0);
    await colleague.open('/allowances/roster.xlsx', 404);
    const forged = await colleague.agent
      .post('/allowances/withdrawal')
      .type('form')
      .send({
        ...{ _csrf: page.$('input[name="_csrf"]').first().val(), unitId: world.units.bank.id, reason: '试试' },
      });
    expect(forged.status).toBe(404);
    expect((await (await personOf(app, 'outsider')).open('/allowances')).text).toContain('还没有福利额度');
  });

  it('are of the own unit alone and of who works there', async () => {
    const page = await approver.open('/allowances');
    const preview = await approver.send(page, '#equal-form', { amount: '1' });
    const elsewhere = await approver.send(preview, '#grant', { unitId: world.units.outside.id });
    expect(elsewhere.status).toBe(404);
    const stranger = { equalFen: '', people: `${world.users.outsider.id}:100` };
    expect((await approver.send(preview, '#grant', stranger)).status).toBe(422);
    expect(await app.db.welfareAllowance.count({ where: { userId: world.users.outsider.id } })).toBe(0);
  });

  it('are never set below what is spent', async () => {
    const own = await app.db.welfareAllowance.findFirstOrThrow({ where: { userId: world.users.employee.id } });
    await spend(own.id, 12_000);
    const preview = await approver.send(await approver.open('/allowances'), '#equal-form', { amount: '119.99' });
    const refused = await approver.send(preview, '#grant');
    expect(refused.status).toBe(422);
    expect(faultsOn(refused).join()).toContain('已使用');
    expect(await amounts()).toMatchObject({ employee: 50_000, colleague: 32_050 });
  });

  it('leave a spending that holds the balance its money when they are withdrawn meanwhile', async () => {
    const own = await app.db.welfareAllowance.findFirstOrThrow({ where: { userId: world.users.employee.id } });
    const actor = await actorOf(world.users.approver.id);
    let withdrawn: Promise<number> | undefined;
    await app.db.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM welfare_allowance WHERE id = ${own.id} FOR UPDATE`;
      withdrawn = withdrawAllowances(app.db, actor, world.units.bank.id, '年底收回', now);
      await oneWaits();
      await spend(own.id, 3_000, tx as typeof app.db);
    });
    expect(await withdrawn).toBe(4);
    expect(await amounts()).toEqual({ employee: 15_000, colleague: 0, buyer: 0, approver: 0 });
    const employee = await (await personOf(app, 'employee')).open('/allowances');
    expect(employee.text).toContain('年底收回');
  });

  it('are as one of two grants at once says, whichever came last', async () => {
    const actor = await actorOf(world.users.approver.id);
    const ids = [world.users.colleague.id, world.users.buyer.id];
    const grant = (order: number[], fen: number) =>
      setAllowances(app.db, actor, world.units.bank.id, new Map(order.map((id) => [id, fen])), now);
    const many = Array.from({ length: 8 }, (_, at) => grant(at % 2 ? ids : [...ids].reverse(), 1_000 + at));
    await Promise.all(many);
    const { colleague, buyer } = await amounts();
    expect(colleague).toBe(buyer);
    expect(colleague).toBeGreaterThanOrEqual(1_000);
  });
});

async function oneWaits(): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const [row] = await app.db.$queryRaw<{ waits: unknown }[]>`
      SELECT COUNT(*) AS waits FROM information_schema.innodb_trx t
      JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
      WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE()`;
    if (Number(row?.waits) >= 1) return;
    await sleep(120);
  }
  throw new Error('nobody waits');
}
