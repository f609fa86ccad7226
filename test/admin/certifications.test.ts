import { load } from 'cheerio';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { findBuyableProducts } from '../../server/catalog/shelf-products.ts';
import { pathTo } from '../../server/paths.ts';
import { countsOfOrder } from '../../server/quotas/tally/order-counts.ts';
import { addDays } from '../../server/shared/days.ts';
import { suspendCertification } from '../../server/suppliers/suspend-certification.ts';
import { placeTree } from '../../server/units/place-tree.ts';
import { type Agent, apiTokenFor, makeTestApp, signInAs, submit, type TestApp } from '../setup/app.ts';
import { aProduct } from '../world/products.ts';
import { aSupplier, certify, interrupt } from '../world/suppliers.ts';
import { aUser } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';

const REGISTER = pathTo('certifications');
const now = new Date('2026-06-15T04:00:00Z');
const today = '2026-06-15';
let market: TestApp;
let world: World;
let certifier: Agent;

beforeAll(async () => {
  market = await makeTestApp({ clock: () => now });
  world = await makeWorld(market.db, { now });
  certifier = await signInAs(market.visitor(), 'certifier');
});
afterAll(() => market.close());

const fileOf = (id: number) => pathTo('certification', { id });
const suspension = (id: number) => pathTo('certificationSuspension', { id });
const lifting = (id: number) => pathTo('certificationLifting', { id });
const revocation = (id: number) => pathTo('certificationRevocation', { id });

async function certified(wish: Parameters<typeof aProduct>[1] = {}) {
  const product = await aProduct(market.db, { ...wish, certified: false });
  const certification = await certify(market.db, { product }, ['2026-01-01', '2027-12-31']);
  return { product, certification };
}

async function isOnShelf({ id }: { id: number }): Promise<boolean> {
  const shelf = (await findBuyableProducts(market.db, [id], today)).get(id)?.onShelf ?? false;
  const page = await market.visitor().get(pathTo('product', { id }));
  expect(load(page.text)('form#buy').length).toBe(shelf ? 1 : 0);
  return shelf;
}

async function listed(path: string, agent = certifier): Promise<string[]> {
  const page = await agent.get(path);
  expect(page.status).toBe(200);
  const $ = load(page.text);
  return $('tr[data-certification] th a')
    .map((_, link) => $(link).text())
    .get();
}

describe(`GET ${REGISTER}`, () => {
  it('is for certifiers and operators: others get 403, visitors are asked to sign in', async () => {
    expect((await market.visitor().get(REGISTER)).headers.location).toContain('/sign-in');
    for (const login of ['employee', 'supplier', 'organizer', 'workteam']) {
      expect((await (await signInAs(market.visitor(), login)).get(REGISTER)).status).toBe(403);
    }
    const operator = await signInAs(market.visitor(), 'operator');
    expect((await operator.get(REGISTER)).status).toBe(200);
  });

  it('tells what expires within 60 days, the soonest first, what has expired, and what is suspended', async () => {
    const name = (text: string) => ({ name: text, certified: false as const });
    const inDays = async (text: string, days: number) => {
      const product = await aProduct(market.db, name(text));
      return certify(market.db, { product }, ['2026-01-01', addDays(today, days)]);
    };
    await inDays('六十一天茶', 61);
    await inDays('六十天茶', 60);
    await inDays('今天茶', 0);
    await inDays('昨天茶', -1);
    await interrupt(market.db, await inDays('暂停茶', 30), 'suspension', today);
    const q = encodeURIComponent('天茶');
    expect(await listed(`${REGISTER}?standing=expiring&q=${q}`)).toEqual(['今天茶 1 公斤/袋', '六十天茶 1 公斤/袋']);
    expect(await listed(`${REGISTER}?standing=expired&q=${q}`)).toEqual(['昨天茶 1 公斤/袋']);
    expect(await listed(`${REGISTER}?standing=valid&q=${q}`)).toHaveLength(3);
    expect(await listed(`${REGISTER}?standing=suspended`)).toEqual(['暂停茶 1 公斤/袋']);
    const $ = load((await certifier.get(`${REGISTER}?q=${q}`)).text);
    const tabs = $('.tabs a')
      .map((_, tab) => $(tab).text())
      .get();
    expect(tabs).toEqual(['全部 4', '有效 3', '60 日内到期 2', '已过期 1', '已暂停 0']);
  });

  it('finds by name and number, supplier or product, and takes wildcards for what they are', async () => {
    const supplier = await aSupplier(market.db, { name: '百分之百%合作社', certified: false });
    const { number } = await certify(market.db, { supplier });
    expect(await listed(`${REGISTER}?q=${number}`)).toEqual(['百分之百%合作社']);
    expect(await listed(`${REGISTER}?q=${encodeURIComponent('%合作')}`)).toEqual(['百分之百%合作社']);
    expect(await listed(`${REGISTER}?of=product&q=${number}`)).toEqual([]);
  });

  it('pages by key, each certification once', async () => {
    const supplier = await aSupplier(market.db, { name: '多品合作社' });
    for (let count = 0; count < 34; count += 1) {
      await aProduct(market.db, { supplier, name: `翻页品${count}`, certified: ['2026-01-01', '2026-07-01'] });
    }
    for (const standing of ['', 'expiring']) {
      const first = `${REGISTER}?standing=${standing}&q=${encodeURIComponent('翻页品')}`;
      const next = load((await certifier.get(first)).text)('.pagination a[rel="next"]').attr('href') ?? '';
      const names = [...(await listed(first)), ...(await listed(next))];
      expect(names).toHaveLength(34);
      expect(new Set(names).size).toBe(34);
      expect(load((await certifier.get(next)).text)('.pagination a[rel="next"]')).toHaveLength(0);
    }
  });
});

describe('a certification', () => {
  it('suspended takes its goods off the shelf at once, lifted puts them back', async () => {
    const { product, certification } = await certified();
    const { id } = certification;
    await market.db.outbox.deleteMany();
    expect(await isOnShelf(product)).toBe(true);

    const suspended = await submit(certifier, fileOf(id), suspension(id), { reason: '抽检不合格' });
    expect(suspended.headers.location).toBe(fileOf(id));
    expect(await isOnShelf(product)).toBe(false);
    expect(await market.db.outbox.findMany({ where: { topic: 'product.changed' } })).toMatchObject([
      { payload: { productId: product.id } },
    ]);
    const page = load((await certifier.get(fileOf(id))).text);
    expect(page('.timeline').text()).toContain('抽检不合格');

    await submit(certifier, fileOf(id), lifting(id), { reason: '整改合格' });
    expect(await isOnShelf(product)).toBe(true);
    expect(await market.db.certificationEvent.findMany({ where: { certificationId: id } })).toMatchObject([
      { state: 'suspended', reason: '抽检不合格', actorId: world.users.certifier.id },
      { state: 'certified', reason: '整改合格', actorId: world.users.certifier.id },
    ]);
    expect(
      await market.db.auditLine.findMany({ where: { subjectType: 'certification', subjectId: id } }),
    ).toMatchObject([
      { action: 'certification.suspend', before: { state: 'certified' }, after: { state: 'suspended' } },
      { action: 'certification.lift', before: { state: 'suspended' }, after: { state: 'certified' } },
    ]);
  });

  it('of a supplier takes all its goods with it', async () => {
    const supplier = await aSupplier(market.db, { certified: false });
    const { id } = await certify(market.db, { supplier });
    const goods = [await aProduct(market.db, { supplier }), await aProduct(market.db, { supplier })];
    await market.db.outbox.deleteMany();
    await submit(certifier, fileOf(id), suspension(id), { reason: '核查' });
    for (const product of goods) expect(await isOnShelf(product)).toBe(false);
    const told = await market.db.outbox.findMany({ where: { topic: 'product.changed' } });
    expect(told.map(({ payload }) => payload)).toEqual(goods.map((product) => ({ productId: product.id })));
  });

  it('revoked stops selling for good, and ends a suspension that runs', async () => {
    const { product, certification } = await certified();
    const { id } = certification;
    await submit(certifier, fileOf(id), suspension(id), { reason: '先停' });
    await submit(certifier, fileOf(id), revocation(id), { revocationReason: '冒用产地' });
    expect(await isOnShelf(product)).toBe(false);
    expect(await market.db.certificationInterruption.findMany({ where: { certificationId: id } })).toMatchObject([
      { kind: 'suspension', until: new Date(today) },
      { kind: 'revocation', until: null, reason: '冒用产地' },
    ]);
    const again = await submit(certifier, fileOf(id), lifting(id), { reason: '想恢复' });
    expect(again.status).toBe(409);
    expect(load(again.text)('.error-summary').text()).toContain('状态刚刚有了变化');
    const acts = load((await certifier.get(fileOf(id))).text)('main form');
    expect(acts.map((_, form) => form.attribs.action).get()).toEqual([`${fileOf(id)}/disqualification`]);
  });

  it('counts for what was bought before, and not for what is bought after', async () => {
    const { product, certification } = await certified({
      supplier: world.suppliers.lianghe,
      category: world.categories.tea,
      stock: 50,
    });
    const asBuyer = await caller('buyer');
    const asSupplier = await caller('supplier');
    const address = { recipient: '收货人', phone: '13800000000', region: '重庆市 渝中区', detail: '测试路 1 号' };
    const order = {
      lines: [{ productId: product.id, quantity: 10 }],
      fundingSource: 'canteen_budget',
      payment: 'on_account',
      address,
    };
    const { id } = (await asBuyer('/orders', order)).body;
    await submit(certifier, fileOf(certification.id), revocation(certification.id), { revocationReason: '查实问题' });

    const [parcel] = await market.db.fulfilment.findMany({ where: { orderId: id } });
    expect((await asSupplier(`/fulfilments/${parcel?.id}/confirmation`)).status).toBe(200);
    const shipment = { lines: [], carrier: '邮政', trackingNumber: 'T1' };
    expect((await asSupplier(`/fulfilments/${parcel?.id}/shipment`, shipment)).status).toBe(201);
    expect((await asBuyer(`/fulfilments/${parcel?.id}/receipt`, { lines: [] })).status).toBe(201);
    expect(await countsOfOrder(market.db, id)).toContainEqual(
      expect.objectContaining({ programmeCode: 'commerce-2026', placedFen: 100_000, countedFen: 100_000 }),
    );

    const refused = await asBuyer('/orders', order);
    expect(refused.status).toBe(422);
    expect(await market.db.order.count({ where: { lines: { some: { productId: product.id } } } })).toBe(1);
  });

  it('is suspended once by two who press at the same time', async () => {
    const { certification } = await certified();
    const actor = await findActor(market.db, world.users.certifier.id, today);
    if (!actor) throw new Error('no certifier');
    const places = await placeTree(market.db);
    const act = { certificationId: certification.id, reason: '同时', at: now, places };
    const results = await Promise.allSettled([1, 2, 3].map(() => suspendCertification(market.db, actor, act)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await market.db.certificationInterruption.count({ where: { certificationId: certification.id } })).toBe(1);
  });

  it('is not touched without a reason, without the token of the page, or after it has expired', async () => {
    const { certification } = await certified();
    const { id } = certification;
    const empty = await submit(certifier, fileOf(id), suspension(id), { reason: '  ' });
    expect(empty.status).toBe(422);
    expect(load(empty.text)('.error-summary a').attr('href')).toBe('#f-reason');
    const unsaid = await submit(certifier, fileOf(id), revocation(id), {});
    expect(unsaid.status).toBe(422);
    expect(load(unsaid.text)('details.confirm').attr('open')).toBeDefined();
    expect((await certifier.post(suspension(id)).type('form').send({ reason: '伪造' })).status).toBe(403);
    const product = await aProduct(market.db, { certified: false });
    const old = await certify(market.db, { product }, ['2025-01-01', '2026-06-14']);
    const late = await submit(certifier, fileOf(id), suspension(old.id), { reason: '过期' });
    expect(late.status).toBe(409);
    expect(await market.db.certification.findMany({ where: { id: { in: [id, old.id] } } })).toMatchObject([
      { state: 'certified' },
      { state: 'certified' },
    ]);
  });
});

describe('who may act', () => {
  it('is not the operator, who only looks', async () => {
    const { certification } = await certified();
    const operator = await signInAs(market.visitor(), 'operator');
    const page = await operator.get(fileOf(certification.id));
    expect(page.status).toBe(200);
    expect(load(page.text)('main form')).toHaveLength(0);
    const answer = await submit(operator, fileOf(certification.id), suspension(certification.id), { reason: '越权' });
    expect(answer.status).toBe(403);
  });

  it('is a certifier of the place: what is elsewhere does not exist', async () => {
    const { login } = await aUser(market.db, { grants: [{ role: 'certifier', place: world.places.wulong }] });
    const local = await signInAs(market.visitor(), login);
    const here = await certified({ supplier: world.suppliers.shuanghe });
    const there = await certified({ supplier: world.suppliers.lianghe });
    expect((await local.get(fileOf(here.certification.id))).status).toBe(200);
    expect((await local.get(fileOf(there.certification.id))).status).toBe(404);
    expect((await local.get(fileOf(999_999))).status).toBe(404);
    const stranger = await submit(local, fileOf(here.certification.id), suspension(there.certification.id), {
      reason: '外地',
    });
    expect(stranger.status).toBe(404);
    expect(await isOnShelf(there.product)).toBe(true);
    const names = await listed(REGISTER, local);
    expect(names).toContain('武隆高山茶 250 克/盒');
    expect(names).not.toContain('凉河白茶 250 克/盒');
  });
});

async function caller(who: keyof World['users']) {
  const token = await apiTokenFor(market.db, world.users[who], [], now);
  return (path: string, body: object = {}) =>
    supertest(market.url).post(`/api/v1${path}`).auth(token, { type: 'bearer' }).send(body);
}
