import { load } from 'cheerio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from '../../server/db/audit.ts';
import { enqueue } from '../../server/jobs/outbox.ts';
import { pathTo } from '../../server/paths.ts';
import { type Agent, makeTestApp, signInAs, type TestApp } from '../setup/app.ts';
import { aBatch, aProduct } from '../world/products.ts';
import { makeWorld, type World } from '../world/world.ts';

const ADMIN = pathTo('admin');
const AUDIT = pathTo('auditTrail');
const now = new Date('2026-06-15T04:00:00Z');
const hoursAgo = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
let market: TestApp;
let world: World;
let operator: Agent;

beforeAll(async () => {
  market = await makeTestApp({ clock: () => now });
  world = await makeWorld(market.db, { now });
  operator = await signInAs(market.visitor(), 'operator');
});
afterAll(() => market.close());

async function open(path: string) {
  const page = await operator.get(path);
  expect(page.status).toBe(200);
  return load(page.text);
}

async function anOrder(state: 'awaiting_approval' | 'placed', submittedAt: Date) {
  const { bank } = world.units;
  return market.db.order.create({
    data: {
      buyerId: world.users.buyer.id,
      unitId: bank.id,
      fundingSource: 'canteen_budget',
      paymentWay: 'on_account',
      state,
      checkoutKey: crypto.randomUUID(),
      goodsFen: 1000,
      freightFen: 0,
      totalFen: 1000,
      recipient: '收货人',
      phone: '13800000000',
      region: '重庆市',
      address: '测试路 1 号',
      submittedAt,
      placedAt: state === 'placed' ? submittedAt : null,
    },
  });
}

describe.each([ADMIN, AUDIT])('GET %s', (path) => {
  it('is for operators alone', async () => {
    for (const login of ['employee', 'certifier', 'organizer', 'supplier']) {
      expect((await (await signInAs(market.visitor(), login)).get(path)).status).toBe(403);
    }
    expect((await market.visitor().get(path)).status).toBe(303);
  });
});

describe(`GET ${ADMIN}`, () => {
  const stat = ($: ReturnType<typeof load>, label: string) =>
    $('.stat')
      .filter((_, element) => $('.stat__label', element).text().trim() === label)
      .children()
      .map((_, part) => $(part).text().replace(/\s+/g, ' ').trim())
      .get();

  it('counts what waits and links what has waited too long', async () => {
    const late = await anOrder('awaiting_approval', hoursAgo(30));
    await anOrder('awaiting_approval', hoursAgo(2));
    const placed = await anOrder('placed', hoursAgo(60));
    const parcel = { orderId: placed.id, goodsFen: 500, freightFen: 0 };
    await market.db.fulfilment.create({
      data: { ...parcel, supplierId: world.suppliers.lianghe.id, state: 'confirmed', dueAt: hoursAgo(47) },
    });
    await market.db.fulfilment.create({
      data: { ...parcel, supplierId: world.suppliers.chuanhe.id, state: 'to_confirm', dueAt: hoursAgo(50) },
    });
    const $ = await open(ADMIN);
    expect(stat($, '待单位审批')).toEqual(['待单位审批', '2', '超过 24 小时：1']);
    expect(stat($, '待供应商确认')).toEqual(['待供应商确认', '1', '逾期 2 天以上：1']);
    expect(stat($, '待发货')).toEqual(['待发货', '1', '逾期 2 天以上：0']);
    const links = $('#late ~ .table-wrap tbody th a')
      .map((_, link) => $(link).attr('href'))
      .get();
    expect(links).toEqual([pathTo('order', { id: placed.id }), pathTo('order', { id: late.id })]);
    for (const link of links) expect((await operator.get(link)).status).toBe(200);
  });

  it('tells what fails behind the scenes', async () => {
    await market.db.outbox.deleteMany();
    await enqueue(market.db, 'order.placed', [{ orderId: 1 }, { orderId: 2 }]);
    await market.db.outbox.updateMany({ data: { attempts: 3, lastError: 'Error: <b>no such order</b>' } });
    await market.db.scheduledJob.createMany({
      data: [
        { name: 'fold-tally', nextAt: now, lastAt: now, lastError: 'Error: out of reach' },
        { name: 'expire-orders', nextAt: hoursAgo(1), lastAt: hoursAgo(1) },
      ],
    });
    const $ = await open(ADMIN);
    expect(stat($, '处理失败、等待重试')).toContain('2');
    const text = $('main').text();
    expect(text).toContain('Error: <b>no such order</b>');
    expect(text).toContain('Error: out of reach');
    expect(text).toContain('迟迟没有运行');
  });

  it('shows the two figures of rule 18 as they are', async () => {
    const { lianghe, chuanhe } = world.suppliers;
    const mark = {
      kind: 'green' as const,
      state: 'confirmed' as const,
      validFrom: new Date('2026-01-01'),
      validUntil: new Date('2026-12-31'),
    };
    const bare = await aProduct(market.db, { supplier: chuanhe, stock: [] });
    await market.db.qualityMark.createMany({
      data: [
        { ...mark, number: 'G1', supplierId: lianghe.id },
        { ...mark, number: 'G2', supplierId: chuanhe.id, familyId: bare.familyId },
      ],
    });
    await market.db.batch.updateMany({ data: { producedOn: new Date('2020-01-01') } });
    const conform = await aBatch(market.db, world.products.tea, { quantity: 1, producedOn: '2026-05-01' });
    const without = await aBatch(market.db, world.products.tea, { quantity: 1, producedOn: '2026-05-01' });
    await market.db.batch.update({ where: { id: without.id }, data: { conformityNumber: null } });
    expect(conform.conformityNumber).toBeTruthy();
    const $ = await open(ADMIN);
    expect(stat($, '绿色、有机、地理标志持有者纳入追溯')).toContain('50.0%');
    expect(stat($, '食用农产品达标合格证覆盖')).toEqual([
      '食用农产品达标合格证覆盖',
      '50.0%',
      '1 / 2',
      '未达到要求 80.0%',
    ]);
  });
});

describe(`GET ${AUDIT}`, () => {
  const line = (action: string, at: Date, more: object = {}) => ({
    at,
    actorId: world.users.buyer.id,
    action,
    subjectType: 'order',
    subjectId: 4711,
    ...more,
  });
  const shown = ($: ReturnType<typeof load>) =>
    $('tr[data-line] td:nth-of-type(2) .sub')
      .map((_, action) => $(action).text())
      .get();

  beforeAll(async () => {
    await market.db.auditLine.deleteMany();
    await audit(
      market.db,
      line('order.submit', hoursAgo(3), { after: { totalFen: 123_450, state: 'awaiting_approval' } }),
      line('order.approve', hoursAgo(2), {
        actorId: world.users.approver.id,
        before: { state: 'awaiting_approval', kept: 1 },
        after: { state: 'placed', kept: 1 },
        reason: '<i>同意</i>',
      }),
      line('fulfilment.ship', hoursAgo(1), { subjectType: 'fulfilment', subjectId: 12 }),
      line('order.submit', hoursAgo(24 * 40), { subjectId: 4712 }),
      line('order.submit', new Date('2026-06-14T15:59:59.000Z'), { subjectId: 4713 }),
      line('order.submit', new Date('2026-06-14T16:00:00.000Z'), { subjectId: 4714, actorId: null }),
    );
  });

  it('tells what changed, money as money, what stayed not at all', async () => {
    const $ = await open(`${AUDIT}?subjectType=order&subjectId=4711`);
    const changes = $('tr[data-line] .changes')
      .map((_, list) =>
        $('dt, del, ins', list)
          .map((_index, part) => $(part).text())
          .get()
          .join(' '),
      )
      .get();
    expect(changes).toEqual(['状态 待审批 已下单', '总额 ¥1,234.50 状态 待审批']);
    expect($('tr[data-line]').first().text()).toContain('<i>同意</i>');
  });

  it('filters by action and its beginning, person, and day in Shanghai', async () => {
    expect(shown(await open(`${AUDIT}?action=order.approve`))).toEqual(['order.approve']);
    expect(shown(await open(`${AUDIT}?action=order`))).not.toContain('fulfilment.ship');
    expect(shown(await open(`${AUDIT}?person=approver`))).toEqual(['order.approve']);
    expect(shown(await open(`${AUDIT}?person=nobody`))).toEqual([]);
    expect((await open(`${AUDIT}?day=2026-06-14`))('tr[data-line]')).toHaveLength(1);
    expect((await open(`${AUDIT}?day=2026-06-15`))('tr[data-line]')).toHaveLength(4);
    expect((await open(`${AUDIT}?day=2026-02-30&subjectId=x`))('tr[data-line]')).toHaveLength(6);
  });

  it('says when a broad search looks at the last 30 days alone', async () => {
    const broad = await open(`${AUDIT}?action=order.submit`);
    expect(broad('.notice').text()).toContain('只查最近 30 天');
    expect(broad.text()).not.toContain('4712');
    const narrow = await open(`${AUDIT}?action=order.submit&subjectType=order&subjectId=4712`);
    expect(shown(narrow)).toEqual(['order.submit']);
  });

  it('pages by key, lines of one instant once each', async () => {
    await audit(
      market.db,
      ...Array.from({ length: 120 }, (_, index) =>
        line('product.price', hoursAgo(5), { subjectType: 'product', subjectId: index + 1 }),
      ),
    );
    const seen: string[] = [];
    for (let path: string | undefined = `${AUDIT}?action=product`; path; ) {
      const $ = await open(path);
      seen.push(
        ...$('tr[data-line]')
          .map((_, row) => $(row).attr('data-line'))
          .get(),
      );
      path = $('.pagination a[rel="next"]').attr('href');
    }
    expect(seen).toHaveLength(120);
    expect(new Set(seen).size).toBe(120);
  });

  it('names fields and values in words', async () => {
    const after = { mustPrepay: true, severity: 'class_one', role: 'buyer', lines: [{ lineId: 7, quantity: 2 }] };
    await audit(market.db, line('payer.prepay', hoursAgo(1), { subjectType: 'unit_payer', subjectId: 77, after }));
    const $ = await open(`${AUDIT}?subjectType=unit_payer&subjectId=77`);
    const text = $('tr[data-line] .changes').text();
    for (const words of ['须先付款', '是', '召回级别', '一级召回', '#7', '数量']) expect(text).toContain(words);
    expect(text).not.toMatch(/[a-z]/i);
  });
});
