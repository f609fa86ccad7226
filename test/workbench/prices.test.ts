import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { Refusal } from '../../server/shared/errors.ts';
import { outboxHandlers } from '../../server/work.ts';
import { changePrice } from '../../server/workbench/prices/change-price.ts';
import { decidePrice } from '../../server/workbench/prices/decide-price.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { faultsOn, type Person, personOf } from '../setup/person.ts';
import { aCategory } from '../world/places.ts';
import { aProduct } from '../world/products.ts';
import { makeWorld, type World } from '../world/world.ts';

let now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;
let supplier: Person;
let operator: Person;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  supplier = await personOf(app, 'supplier');
  operator = await personOf(app, 'operator');
});
afterAll(() => app.close());

const good = (priceFen = 10_000) => aProduct(app.db, { supplier: world.suppliers.lianghe, priceFen });
const priceOf = async ({ id }: { id: number }) => (await app.db.product.findUniqueOrThrow({ where: { id } })).priceFen;
const change = async (product: { id: number }, priceFen: string, more = {}) => {
  const path = `/supplier/specifications/${product.id}`;
  return supplier.send(await supplier.open(path), `form[action="${path}/price"]`, {
    ...{ priceFen, reason: '包装成本上涨', ...more },
  });
};

describe('a change of price', () => {
  it('holds at once with its reason where it stays within the limit, and the history shows it', async () => {
    const product = await good();
    const page = await change(product, '108.00', { tierFrom1: '5', tierPrice1: '100' });
    expect(page.text).toContain('新价已生效');
    expect(await priceOf(product)).toBe(10_800);
    expect(await app.db.priceTier.findMany({ where: { productId: product.id } })).toMatchObject([
      { fromQuantity: 5, priceFen: 10_000 },
    ]);
    expect((await supplier.open(`/supplier/specifications/${product.id}`)).text).toContain('包装成本上涨');
    expect((await supplier.open(`/products/${product.id}`)).text).toContain('108.00');
  });

  it('needs a reason and another price', async () => {
    const product = await good();
    const refused = await change(product, '100', { reason: '' });
    expect(refused.status).toBe(422);
    expect(faultsOn(refused).join()).toContain('请写明原因');
    expect(faultsOn(await change(product, '100'))).toEqual(['和现价一样']);
  });

  it('beyond the limit waits for the operator, who asks, is answered and accepts (rule 21)', async () => {
    const product = await good();
    const page = await change(product, '115.00');
    expect(page.text).toContain('需平台核查后生效');
    expect(await priceOf(product)).toBe(10_000);
    while ((await drainOutbox(app.db, outboxHandlers(app.container), app.container.log)) > 0);
    expect(await app.db.notification.count({ where: { userId: world.users.operator.id, kind: 'price_flagged' } })).toBe(
      1,
    );
    const { id } = await app.db.priceChange.findFirstOrThrow({ where: { productId: product.id } });
    const form = `form[action="/admin/prices/${id}/decision"]`;
    const list = await operator.open('/admin/prices');
    expect(list.$(`[data-price="${id}"]`).text()).toContain('涨幅 15.0%，超过上限 10.0%');
    const mute = await operator.send(list, form, { decision: 'ask', text: '' });
    expect(mute.status).toBe(422);
    await operator.send(list, form, { decision: 'ask', text: '成本涨了多少？' });
    const path = `/supplier/specifications/${product.id}`;
    const asked = await supplier.open(path);
    expect(asked.text).toContain('成本涨了多少？');
    await supplier.send(asked, `form[action="/supplier/prices/${id}/answer"]`, { answer: '人工涨了两成' });
    const answered = await operator.open('/admin/prices');
    expect(answered.$(`[data-price="${id}"]`).text()).toContain('人工涨了两成');
    await operator.send(answered, form, { decision: 'accept' });
    expect(await priceOf(product)).toBe(11_500);
    const again = await operator.send(answered, form, { decision: 'accept' });
    expect(again.status).toBe(409);
  });

  it('in many small steps is measured as one', async () => {
    const product = await good();
    await change(product, '109.00');
    const second = await change(product, '112.00');
    expect(second.text).toContain('需平台核查后生效');
    expect(await priceOf(product)).toBe(10_900);
    const third = await supplier.open(`/supplier/specifications/${product.id}`);
    expect(third.$('form[action$="/price"]').length).toBe(0);
    await supplier.send(third, 'form[action$="/withdrawal"]');
    now = new Date(now.getTime() + 31 * 86_400_000);
    [supplier, operator] = [await personOf(app, 'supplier'), await personOf(app, 'operator')];
    expect((await change(product, '112.00')).text).toContain('新价已生效');
  });

  it('counts a tier that is dropped as a rise', async () => {
    const product = await aProduct(app.db, {
      ...{ supplier: world.suppliers.lianghe, priceFen: 10_000, tiers: [[10, 8000] as const] },
    });
    expect((await change(product, '100', { tierFrom1: '', tierPrice1: '' })).text).toContain('需平台核查后生效');
  });

  it('is measured at every tier against its lowest of the last 30 days (rule 21)', async () => {
    const product = await aProduct(app.db, {
      ...{ supplier: world.suppliers.lianghe, priceFen: 10_000, tiers: [[10, 5000] as const] },
    });
    expect((await change(product, '100', { tierFrom1: '10', tierPrice1: '54.90' })).text).toContain('新价已生效');
    expect((await change(product, '100', { tierFrom1: '10', tierPrice1: '60.30' })).text).toContain('需平台核查后生效');
    await supplier.send(await supplier.open(`/supplier/specifications/${product.id}`), 'form[action$="/withdrawal"]');
    await change(product, '100', { tierFrom1: '20', tierPrice1: '54.90' });
    expect(await app.db.priceChange.findFirstOrThrow({ where: { productId: product.id }, orderBy: { id: 'desc' } }))
      // At ten it would cost twice what it did.
      .toMatchObject({ flag: 'rise_above_limit', basis: { riseBp: 10_000 } });
  });

  it('far above its like is flagged, and as a first price keeps goods from the shelf', async () => {
    const category = await aCategory(app.db, { code: 'honey', name: '蜂蜜' });
    for (const priceFen of [5000, 6000, 7000]) await aProduct(app.db, { category, priceFen });
    const own = await aProduct(app.db, { supplier: world.suppliers.lianghe, category, priceFen: 8900 });
    expect((await change(own, '95.00')).text).toContain('需平台核查后生效');
    const waiting = await app.db.priceChange.findFirstOrThrow({ where: { productId: own.id } });
    expect(waiting).toMatchObject({ flag: 'above_the_like', basis: { likePerKgFen: 6000, perKgFen: 9500, like: 3 } });
    const form = await supplier.open('/supplier/goods/new');
    await supplier.send(form, 'form[action="/supplier/goods"][method="post"]', {
      ...{ name: '贵蜂蜜', description: '很贵', spec: '1 公斤', saleUnit: '桶', categoryId: category.id },
      ...{ placeId: world.places.lianghe.id, netGrams: 1000, priceFen: '200' },
    });
    const made = await app.db.product.findFirstOrThrow({ orderBy: { id: 'desc' } });
    expect((await supplier.open(`/supplier/specifications/${made.id}`)).text).toContain('首次定价还待平台核查');
    const first = await app.db.priceChange.findFirstOrThrow({ where: { productId: made.id } });
    const list = await operator.open('/admin/prices');
    await operator.send(list, `form[action="/admin/prices/${first.id}/decision"]`, {
      decision: 'refuse',
      text: '过高',
    });
    expect((await change(made, '80')).text).toContain('新价已生效');
    expect((await supplier.open(`/supplier/specifications/${made.id}`)).text).not.toContain('首次定价');
  });

  it('is proposed once and decided once, also when two press at the same moment', async () => {
    const product = await good();
    const day = '2026-07-20';
    const seller = await findActor(app.db, world.users.supplier.id, day);
    const decider = await findActor(app.db, world.users.operator.id, day);
    if (!seller || !decider) throw new Error('nobody');
    const outcome = async (work: Promise<unknown>) =>
      work.then(
        () => 'done',
        (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
      );
    const proposal = { tiers: [], reason: '涨价' };
    const proposed = await Promise.all(
      [12_000, 13_000, 14_000].map((priceFen) =>
        outcome(changePrice(app.db, seller, product.id, { ...proposal, priceFen }, now)),
      ),
    );
    expect(proposed.sort()).toEqual(['done', 'priceWaitsAlready', 'priceWaitsAlready']);
    const { id } = await app.db.priceChange.findFirstOrThrow({ where: { productId: product.id, state: 'waiting' } });
    const decided = await Promise.all(
      (['accept', 'refuse'] as const).map((decision) =>
        outcome(decidePrice(app.db, decider, id, { decision, text: '看过' }, now)),
      ),
    );
    expect(decided.sort()).toEqual(['done', 'priceDecided']);
  });
});
