import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { pathTo } from '../../server/paths.ts';
import { countsOfOrder } from '../../server/quotas/tally/order-counts.ts';
import { dayOf } from '../../server/shared/days.ts';
import { describeInBrowser } from '../setup/browser.ts';
import { type ServedMarket, serveMarket } from '../setup/served-market.ts';
import { fits, PHONE, signIn } from '../setup/visitors.ts';
import { creditCode, supplierForm } from '../suppliers/application-story.ts';
import { aUser } from '../world/users.ts';
import {
  attach,
  certifyCase,
  fill,
  main,
  openCase,
  press,
  publishCase,
  recommendCase,
  says,
} from './certification-steps.ts';

const NAME = '云岭蜂业合作社（测试）';
const GOODS = '云岭百花蜜';
const DAY_MS = 86_400_000;

describeInBrowser('from an application to goods that are found, traced and recalled', () => {
  let market: ServedMarket;
  let passed = 0;

  beforeAll(async () => {
    market = await serveMarket({ clock: () => new Date(Date.now() + passed) });
    await aUser(market.app.db, { login: 'newcomer', name: '申请人（测试）' });
  });
  afterAll(() => market?.close());

  it('a supplier is recommended, reviewed with a question, put under notice, objected to, and certified', async () => {
    const applicant = await market.visit({ viewport: PHONE, isMobile: true });
    await applicant.goto(pathTo('newApplication'));
    await signIn(applicant, 'newcomer');
    await applicant.goto(pathTo('newApplication'));
    await fits(applicant);
    await press(applicant, '开始填写');
    await fill(applicant, { name: NAME, goods: '百花蜜、蜂王浆' });
    await attach(applicant, 'business_licence', '营业执照.png');
    await press(applicant, '存为草稿');
    await applicant.goto(pathTo('applications'));
    await main(applicant).getByRole('link', { name: NAME }).click();
    await says(applicant, '营业执照.png');
    const { name: _, goods: __, ...rest } = supplierForm({ creditCode: creditCode(321), place: 'lianghe' });
    await fill(applicant, rest);
    await attach(applicant, 'food_licence', '食品经营许可证.png');
    await press(applicant, '提交申请');
    await says(applicant, '请上传这项材料');
    // The one answer that a browser's console calls a failure: the form was refused.
    expect(market.faults.splice(0)).toMatchObject([expect.stringContaining('422')]);
    await attach(applicant, 'farmer_agreement', '联农协议.png');
    await press(applicant, '提交申请');
    await says(applicant, '申请已提交', '已申请');
    await fits(applicant);

    await recommendCase(await market.person('workteam'), NAME);

    const certifier = await market.person('certifier');
    await openCase(certifier, 'review', NAME);
    await fill(certifier, { question: '协议没有盖章，请补充' });
    await press(certifier, '发出提问');
    await openCase(applicant, 'own', NAME);
    await fill(applicant, { answer: '已补盖章页' });
    await main(applicant).getByText('补充或更换材料').click();
    await attach(applicant, 'farmer_agreement', '联农协议（盖章）.png');
    await press(applicant, '提交答复');
    await openCase(certifier, 'review', NAME);
    await says(certifier, '已补盖章页', '联农协议（盖章）.png');
    const notice = await publishCase(certifier, NAME, 'supplier');

    const visitor = await market.visit({ viewport: PHONE, isMobile: true });
    await visitor.goto(pathTo('notices'));
    await says(visitor, NAME);
    await visitor.goto(notice);
    await fits(visitor);
    await fill(visitor, { text: '蜂场在邻村，请核实', name: '路人', contact: '13900000000' });
    await press(visitor, '提交异议');
    await says(visitor, '异议已收到', '蜂场在邻村，请核实');
    expect(await main(visitor).innerText()).not.toContain('13900000000');

    passed = 8 * DAY_MS;
    const later = await market.person('certifier');
    await openCase(later, 'review', NAME);
    await says(later, '有 1 条异议没有答复');
    await later.goto(notice);
    await fill(later, { answer: '经核实，蜂场在凉河村二组' });
    await main(later).locator('input[name="upheld"][value="no"]').check();
    await press(later, '公开答复');
    const number = await certifyCase(later, NAME);

    await visitor.goto(pathTo('certificate', { number }));
    await says(visitor, NAME, '今日有效');
    expect(market.faults).toEqual([]);
  }, 180_000);

  it('its product is certified the same way, put on the shelf and found', async () => {
    const supplier = await market.person('newcomer');
    await supplier.goto(pathTo('newGoods'));
    const { categories, places } = market.world;
    await fill(supplier, {
      ...{
        name: GOODS,
        description: '山上中蜂，一年割一次。',
        spec: '500 克/瓶',
        saleUnit: '瓶',
        netGrams: '500',
        priceFen: '88',
      },
      ...{ categoryId: String(categories.tea.id), placeId: String(places.lianghe.id) },
    });
    await main(supplier).locator('form').last().locator('button[type=submit]').first().click();
    await supplier.waitForLoadState();
    const product = await market.app.db.product.findFirstOrThrow({ orderBy: { id: 'desc' } });

    await supplier.goto(pathTo('newApplication'));
    await main(supplier).locator('form:has(input[name="subject"][value="product"]) button').click();
    await supplier.waitForURL('**/form');
    await fill(supplier, { product: product.code, standard: 'GB 14963 蜂蜜', output: '2000' });
    await attach(supplier, 'batch_standard', '标准.png');
    await attach(supplier, 'inspection_report', '检验报告.png');
    await press(supplier, '提交申请');
    await says(supplier, '申请已提交');

    await recommendCase(await market.person('workteam'), GOODS);
    await publishCase(await market.person('certifier'), GOODS, 'product');
    passed = 17 * DAY_MS;
    const number = await certifyCase(await market.person('certifier'), GOODS);

    const owner = await market.person('newcomer');
    await owner.goto(pathTo('supplierSpecification', { id: product.id }));
    await press(owner, '上架');

    const buyer = await market.visit({ viewport: PHONE, isMobile: true });
    const found = async () => {
      await buyer.goto(`${pathTo('products')}?q=${encodeURIComponent('baihuami')}`);
      expect(await main(buyer).innerText()).toContain(GOODS);
    };
    await vi.waitFor(found, { timeout: 20_000, interval: 500 });
    await main(buyer).locator('.product-card').filter({ hasText: GOODS }).first().click();
    await buyer.waitForURL('**/products/*');
    await says(buyer, GOODS, number, NAME);
    await fits(buyer);
    expect(market.faults).toEqual([]);
  }, 180_000);

  it('is bought, traced by its batch, recalled, and given back, with its counts', async () => {
    const { db } = market.app;
    const product = await db.product.findFirstOrThrow({ orderBy: { id: 'desc' } });
    const owner = await market.person('newcomer');
    await owner.goto(pathTo('newBatch', { id: product.id }));
    const harvested = dayOf(new Date(Date.now() + passed));
    await fill(owner, { producedOn: harvested, quantity: '40', conformityNumber: 'HGZ-2026-1' });
    await press(owner, '入库');
    const batch = await db.batch.findFirstOrThrow({ where: { productId: product.id } });

    const employee = await market.person(market.world.users.employee.login, { viewport: PHONE });
    await employee.goto(pathTo('product', { id: product.id }));
    await employee.locator('.buy-bar').getByRole('button', { name: '立即购买' }).click();
    await employee.waitForURL('**/checkout**');
    await employee.locator('.checkout-bar').getByRole('button', { name: '提交并支付' }).click();
    await employee.waitForURL('**/sandbox/pay/**');
    await employee.getByRole('button', { name: '付款成功' }).click();
    await employee.waitForURL(/\/orders\/\d+$/);
    const orderPath = new URL(employee.url()).pathname;
    const order = await db.order.findFirstOrThrow({ orderBy: { id: 'desc' }, include: { fulfilments: true } });
    await vi.waitFor(async () => expect(await placedFen(order.id)).toBe(8_800), { timeout: 20_000, interval: 200 });

    await owner.goto(pathTo('supplierFulfilment', { id: order.fulfilments[0]?.id ?? 0 }));
    await press(owner, '确认接单');
    await fill(owner, { carrier: '邮政', trackingNumber: 'YZ-1' });
    await press(owner, '确认发货');
    await employee.goto(orderPath);
    await main(employee).getByRole('link', { name: '确认收货' }).first().click();
    await employee.waitForURL('**/receipt**');
    await press(employee, '确认收货');
    await main(employee).locator('a[href^="/trace/"]').first().click();
    await employee.waitForURL('**/trace/**');
    await says(employee, GOODS, NAME, batch.traceCode, 'HGZ-2026-1');
    await fits(employee);

    await owner.goto(pathTo('recallBatch', { id: batch.id }));
    await fill(owner, { reason: '检出水分超标' });
    await press(owner, '发起召回');
    const recall = await db.recall.findFirstOrThrow({ where: { batchId: batch.id } });
    const told = async () => {
      await employee.goto(pathTo('inbox'));
      expect(await main(employee).innerText()).toContain('召回');
    };
    await vi.waitFor(told, { timeout: 30_000, interval: 500 });
    await employee.goto(pathTo('recall', { id: recall.id }));
    await says(employee, '检出水分超标');
    await fits(employee);
    await press(employee, '登记退货');
    await says(employee, '已全部退回');
    await vi.waitFor(async () => expect(await placedFen(order.id)).toBe(0), { timeout: 20_000, interval: 200 });
    await employee.goto(`${pathTo('products')}?q=baihuami`);
    expect(await main(employee).innerText()).toContain(GOODS);
    await employee.goto(pathTo('trace', { code: batch.traceCode }));
    await says(employee, '召回');
    expect(market.faults).toEqual([]);
  }, 180_000);

  /** What stands of an order in the tally of its group, in fen. */
  async function placedFen(orderId: number): Promise<number> {
    const counts = await countsOfOrder(market.app.db, orderId);
    return counts.find(({ programmeId }) => programmeId === market.world.programmes.group.id)?.placedFen ?? 0;
  }
});
