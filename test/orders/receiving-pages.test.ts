import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Product } from '../../server/db/generated/client.ts';
import { type Market, openMarket } from '../quotas/market.ts';
import { csrfFrom } from '../setup/app.ts';
import { faultsOn, type Person, personOf } from '../setup/person.ts';
import { aProduct } from '../world/products.ts';

let market: Market;
let supplier: Person;
let buyer: Person;
let chicken: Product;

beforeAll(async () => {
  market = await openMarket('2026-05-06');
  const { suppliers, categories } = market.world;
  chicken = await aProduct(market.app.db, {
    ...{ code: 'weighed-chicken', name: '林下鸡', supplier: suppliers.lianghe, category: categories.chicken },
    ...{ saleUnit: '只', netGrams: 1500, priceFen: 9600, saleMode: 'by_weight', toleranceBp: 1500, coldChain: true },
    ...{ certified: ['2026-01-01', '2026-12-31'], stock: [{ quantity: 2, expiresOn: '2026-06-01' }, { quantity: 50 }] },
  });
  supplier = await personOf(market.app, 'supplier');
  buyer = await personOf(market.app, 'buyer');
});
afterAll(() => market.app.close());

it('a canteen receives by batch and weight at the back door, with a photo, and is warned that it came too warm', async () => {
  expect((await buyer.open(`/products/${chicken.id}`)).text).toContain('¥64.00/公斤');
  const { bank } = market.world.units;
  const order = await market.buy('buyer', { unit: bank, lines: [{ productId: chicken.id, quantity: 5 }] });
  const parcel = order.fulfilments[0]?.id ?? 0;
  const line = order.fulfilments[0]?.lines[0]?.id ?? 0;
  const batches = await market.app.db.lineAllocation.findMany({ where: { lineId: line }, orderBy: { batchId: 'asc' } });
  const [old = 0, fresh = 0] = batches.map(({ batchId }) => batchId);
  const page = await supplier.open(`/supplier/fulfilments/${parcel}`);
  const head = { carrier: '自有冷藏车', trackingNumber: 'C1', temperature: '12' };
  const refused = await supplier.send(page, 'form[action$="/shipment"]', {
    ...{ ...head, [`weight-${line}-${old}`]: '3.1', [`weight-${line}-${fresh}`]: '9' },
  });
  expect(faultsOn(refused).join()).toMatch(/3\.825 至 5\.175 公斤.*高于 10 ℃/);
  expect(refused.$(`#f-weight-${line}-${fresh}`).val()).toBe('9');
  const shipped = await supplier.send(refused, 'form[action$="/shipment"]', {
    ...{ temperature: '2.5', [`quantity-${line}-${fresh}`]: '2', [`weight-${line}-${fresh}`]: '3.05' },
  });
  expect(shipped.text).toContain('部分发出');

  const form = await buyer.open(`/fulfilments/${parcel}/receipt`);
  expect(form.text).toContain('还有货没发出');
  const photo = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#a33' } })
    .png()
    .toBuffer();
  const send = async (fields: Record<string, string>) => {
    const post = buyer.agent.post(`/fulfilments/${parcel}/receipt`).field('_csrf', csrfFrom(form.$.html()));
    for (const [name, value] of Object.entries(fields)) post.field(name, value);
    return post.attach(`photos-${line}-${fresh}`, photo, 'a.png').attach(`photos-${line}-${old}`, photo, 'b.png');
  };
  const typed = {
    shipment: String(form.$('input[name="shipment"]').val()),
    ...{ [`accepted-${line}-${old}`]: '2', [`weight-${line}-${old}`]: '3.1' },
    ...{ [`accepted-${line}-${fresh}`]: '1', [`damaged-${line}-${fresh}`]: '1', [`note-${line}-${fresh}`]: '破肚' },
  };
  const again = await send({ ...typed, [`weight-${line}-${fresh}`]: '一点五', temperature: '15' });
  expect(again.status).toBe(422);
  expect(again.text).toContain('value="一点五"');
  expect(again.text).toContain('value="破肚"');
  const done = await send({ ...typed, [`weight-${line}-${fresh}`]: '1.52', temperature: '15' });
  expect(done.status).toBe(303);
  const seen = await buyer.open(`/orders/${order.id}`);
  expect(seen.text).toContain('到货 15 ℃，高于 10 ℃');
  expect(seen.text).toContain('实重 4.62 公斤');
  const kept = await market.app.db.receiptLine.findFirstOrThrow({
    where: { lineId: line },
    include: { batches: true },
  });
  expect(kept).toMatchObject({ acceptedQuantity: 3, damagedQuantity: 1, acceptedGrams: 4620, acceptedFen: 29_568 });
  expect(kept.batches.map((one) => [one.batchId, one.acceptedQuantity, one.damagedQuantity])).toEqual([
    [old, 2, 0],
    [fresh, 1, 1],
  ]);
  const link = seen.$('a[href*="/receipt-photos/"]').first().attr('href') ?? '';
  expect((await buyer.agent.get(link)).headers['content-type']).toBe('image/png');
  expect((await supplier.agent.get(link)).status).toBe(200);
  const stranger = await personOf(market.app, 'employee');
  expect((await stranger.agent.get(link)).status).toBe(404);

  const rest = await supplier.send(
    await supplier.open(`/supplier/fulfilments/${parcel}`),
    'form[action$="/rest-cancellation"]',
    {
      reason: '当天宰杀不够',
    },
  );
  expect(rest.text).toContain('当天宰杀不够');
  expect((await buyer.open(`/orders/${order.id}`)).text).toContain('已完成');
  await market.settle();
  expect((await buyer.open('/inbox')).text).toContain('当天宰杀不够');
});

it.each([
  ['employee', '确认收货', '收到', '已收货', '验收'],
  ['buyer', '确认验收', '验收', '已验收', '收货'],
] as const)('%s has one word for it on every page', async (who, submit, accepted, state, foreign) => {
  const { bank } = market.world.units;
  const lines = [{ productId: market.world.products.tea.id, quantity: 2 }];
  const order = await market.buy(who, who === 'buyer' ? { unit: bank, lines } : { lines });
  const parcel = order.fulfilments[0]?.id ?? 0;
  await supplier.send(await supplier.open(`/supplier/fulfilments/${parcel}`), 'form[action$="/shipment"]', {
    ...{ carrier: '邮政', trackingNumber: 'W1' },
  });
  const person = await personOf(market.app, who);
  const form = await person.open(`/fulfilments/${parcel}/receipt`);
  expect(form.$('button[type="submit"]').last().text()).toBe(submit);
  expect(form.$('.receive__part label').first().text()).toBe(accepted);
  expect(form.$('main form').text()).not.toContain(foreign);
  const post = person.agent.post(`/fulfilments/${parcel}/receipt`).field('_csrf', csrfFrom(form.$.html()));
  expect(
    (await post.field('shipment', String(form.$('input[name="shipment"]').val())).field('whole', '1')).status,
  ).toBe(303);
  const done = await person.open(`/orders/${order.id}`);
  expect(done.$('.card__head').first().text()).toContain(state);
  expect(done.$('.received').first().text()).toContain(`全部${accepted}`);
});
