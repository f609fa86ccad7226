import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProductCard } from '../../../server/catalog/product-cards.ts';
import { enoughOf } from '../../../server/quotas/calls/closing-goods.ts';
import { startMailServer } from '../../setup/mail-server.ts';
import { faultsOn, personOf } from '../../setup/person.ts';
import { aTarget } from '../../world/programmes.ts';
import { type Market, openMarket } from '../market.ts';

let market: Market;
let mailServer: Awaited<ReturnType<typeof startMailServer>>;
const list = '/board/commerce-2026/calls';

beforeAll(async () => {
  mailServer = await startMailServer();
  market = await openMarket('2026-07-02', { env: { SMTP_URL: mailServer.url, MAIL_FROM: 'market@example.cn' } });
  const { db } = market.app;
  const { units, products, programmes, users } = market.world;
  await aTarget(db, { programme: programmes.group, unit: units.bank, fen: 1_000_000 });
  await aTarget(db, { programme: programmes.group, unit: units.dual, fen: 100_000 });
  await aTarget(db, { programme: programmes.group, unit: units.firstPrison, fen: 50_000 });
  await db.user.update({ where: { id: users.approver.id }, data: { email: 'approver@example.cn' } });
  await db.user.update({ where: { id: users.buyer.id }, data: { email: 'nobody@example.cn', locale: 'en' } });
  market.turnTo('2026-06-02');
  await market.buy('buyer', { lines: [{ productId: products.tea.id, quantity: 2 }], unit: units.bank });
  await market.deliver(
    await market.buy('prisonBuyer', { lines: [{ productId: products.tea.id, quantity: 4 }], unit: units.firstPrison }),
  );
  market.turnTo('2026-07-02');
});
afterAll(async () => {
  await market.app.close();
  await mailServer.stop();
});

describe('the call list', () => {
  it('names who is behind by itself, with the gap to today, why, whom to call and what would close it', async () => {
    const organizer = await personOf(market.app, 'organizer');
    const page = await organizer.open(list);
    const names = page
      .$('.call-item h2 a')
      .toArray()
      .map((link) => page.$(link).text());
    expect(names).toEqual(['农行市分行', '市地质院']);
    const bank = page.$('.call-item').first().text().replace(/\s+/g, ' ');
    // 183 of 365 days of 10,000 yuan, nothing counted yet
    expect(bank).toContain('到今天还差¥5,013.70');
    expect(bank).toContain('全年还差¥10,000.00');
    expect(bank).toContain('最近一次下单在 2026-06；已下单未计入 ¥256.00');
    expect(bank).toContain('单位审批人');
    expect(bank).toContain('千丘梯田贡米');
    expect(page.text).not.toContain('武隆高山茶');
    expect(page.$('.call-item').eq(1).text()).toContain('还没有下单');
  });

  it('reminds the chosen units’ approvers and buyers, in the inbox once and by mail, and shows that it did', async () => {
    const { units, users } = market.world;
    const organizer = await personOf(market.app, 'organizer');
    const page = await organizer.open(list);
    const empty = await organizer.send(page, '#remind', { units: String(units.bank.id), text: ' ' });
    expect(empty.status).toBe(422);
    expect(faultsOn(empty)).toEqual(['请填写此项']);
    const sent = await organizer.send(page, '#remind', { units: String(units.bank.id), text: '请于七月底前补足' });
    expect(sent.text).toContain('已提醒 1 个单位');
    expect(sent.$(`[data-unit="${units.bank.id}"]`).text()).toContain('请于七月底前补足');
    await market.settle();
    await market.settle();

    const told = await market.app.db.notification.findMany({ where: { kind: 'unit_reminded' } });
    expect(told.map(({ userId }) => userId).sort()).toEqual([users.approver.id, users.buyer.id].sort());
    expect(mailServer.mails.map(({ to }) => to)).toEqual(['approver@example.cn']);
    expect(mailServer.mails[0]?.text).toContain('任务进度提醒：农行市分行');
    expect(mailServer.mails[0]?.text).toContain('/board/commerce-2026/units/bank');
    expect(await market.app.db.outbox.count({ where: { topic: 'notification.mail_due' } })).toBe(0);

    const approver = await personOf(market.app, 'approver');
    const home = await approver.open('/');
    expect(home.$('.site-header .header-link--inbox .count').text()).toContain('1');
    const inbox = await approver.open('/inbox');
    expect(inbox.text).toContain('任务进度提醒：农行市分行');
    const link = inbox.$('.notice-list a').first().attr('href') ?? '';
    const notice = await approver.open(link);
    expect(notice.$('.button-row a').first().attr('href')).toBe('/board/commerce-2026/units/bank');
    expect((await approver.open('/inbox')).$('.notice-item--new')).toHaveLength(0);
    await (await personOf(market.app, 'employee')).open(link, 404);
    expect(await market.app.db.auditLine.count({ where: { action: 'unit.remind', unitId: units.bank.id } })).toBe(1);
  });

  it('keeps what was said in a call, and only units on the list can be called', async () => {
    const { units } = market.world;
    const organizer = await personOf(market.app, 'organizer');
    const page = await organizer.open(list);
    const form = `[data-unit="${units.dual.id}"] form`;
    const empty = await organizer.send(page, form);
    expect(faultsOn(empty)).toEqual(['请填写此项']);
    const noted = await organizer.send(page, form, { [`note-${units.dual.id}`]: '八月采购' });
    expect(noted.$(`[data-unit="${units.dual.id}"]`).text()).toContain('八月采购');
    const other = await organizer.send(page, form, { unit: units.insurer.id, [`note-${units.insurer.id}`]: 'x' });
    expect(other.status).toBe(404);
    expect(await market.app.db.notification.count({ where: { kind: 'unit_reminded' } })).toBe(2);
  });

  it('is the organizer’s; its Excel has the same units', async () => {
    for (const login of ['approver', 'employee', 'supplier']) await (await personOf(market.app, login)).open(list, 404);
    const organizer = await personOf(market.app, 'organizer');
    const file = await organizer.agent.get(`${list}.xlsx`).buffer(true);
    expect(file.status).toBe(200);
    expect(file.headers['content-disposition']).toContain('commerce-2026-calls-2026-07-02.xlsx');
  });
});

describe('what closes a gap', () => {
  const card = {
    priceFen: 6000,
    tiers: [{ fromQuantity: 10, priceFen: 5700 }],
    minQuantity: 2,
    orderMultiple: 2,
    netGrams: 5000,
    available: 40,
  };
  const enough = (gap: number, measure: 'fen' | 'grams', change: object = {}) =>
    enoughOf({ ...card, ...change } as unknown as ProductCard, gap, measure);

  it('is a whole multiple at the price for that quantity', () => {
    expect(enough(12_001, 'fen')).toMatchObject({ quantity: 4, fen: 24_000, isEnough: true });
    expect(enough(60_000, 'fen')).toMatchObject({ quantity: 12, fen: 12 * 5700, isEnough: true });
    expect(enough(12_000, 'grams')).toMatchObject({ quantity: 4, grams: 20_000, isEnough: true });
  });

  it('is all there is where that is not enough, and nothing where the least quantity is not there', () => {
    expect(enough(10_000_000, 'fen', { available: 41 })).toMatchObject({ quantity: 40, isEnough: false });
    expect(enough(1, 'fen', { available: 1 })).toBeNull();
  });
});
