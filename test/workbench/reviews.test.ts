import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { outboxHandlers } from '../../server/work.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { faultsOn, type Person, personOf } from '../setup/person.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;
let employee: Person;
let supplier: Person;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
  employee = await personOf(app, 'employee');
  supplier = await personOf(app, 'supplier');
});
afterAll(() => app.close());

/** An employee buys tea, gets it and says what it is like. */
async function reviewed(text: string): Promise<number> {
  const { tea } = world.products;
  await employee.send(await employee.open(`/products/${tea.id}`), 'form#buy', { quantity: 1 });
  const pay = await employee.send(await employee.open('/checkout'), 'form.cart-columns');
  await app.visitor().post(pay.path).type('form').send({ outcome: 'succeed' });
  const order = await app.db.order.findFirstOrThrow({ orderBy: { id: 'desc' }, include: { fulfilments: true } });
  await employee.open(`/orders/${order.id}/payment/return`);
  const parcel = order.fulfilments[0]?.id ?? 0;
  const ship = await supplier.open(`/supplier/fulfilments/${parcel}`);
  await supplier.send(ship, 'form[action$="/shipment"]', { carrier: '邮政', trackingNumber: 'YZ-1' });
  await employee.send(await employee.open(`/fulfilments/${parcel}/receipt`), 'form[action$="/receipt"]');
  await employee.send(await employee.open(`/fulfilments/${parcel}/review`), 'form[action$="/review"]', {
    rating: 4,
    text,
  });
  return (await app.db.deliveryReview.findUniqueOrThrow({ where: { fulfilmentId: parcel } })).id;
}

describe('a review', () => {
  it('is answered once, corrected once, and both stand on the page without the buyer', async () => {
    const id = await reviewed('茶很香，盒子有点压坏');
    const visitor = await personOf(app, null);
    const page = `/products/${world.products.tea.id}`;
    expect((await visitor.open(page)).text).toContain('茶很香，盒子有点压坏');
    const form = `form[action="/supplier/reviews/${id}/answer"]`;
    const list = await supplier.open('/supplier/reviews');
    expect(faultsOn(await supplier.send(list, form, { answer: ' ' }))).toEqual(['请填写此项']);
    await supplier.send(list, form, { answer: '下次加厚包装' });
    while ((await drainOutbox(app.db, outboxHandlers(app.container), app.container.log)) > 0);
    expect(
      await app.db.notification.count({ where: { userId: world.users.employee.id, kind: 'review_answered' } }),
    ).toBe(1);
    const shown = await visitor.open(page);
    expect(shown.text).toContain('下次加厚包装');
    expect(shown.text).toContain('4.0 分');
    expect(shown.text).not.toContain(world.users.employee.name);
    expect((await supplier.open('/supplier/reviews')).$(`[data-review="${id}"]`).length).toBe(0);
    await supplier.send(await supplier.open('/supplier/reviews?part=all'), form, { answer: '已换加厚纸盒' });
    const ours = await supplier.open(`/suppliers/${world.suppliers.lianghe.id}`);
    expect(ours.text).toContain('已换加厚纸盒');
    expect((await visitor.open(page)).text).toContain('已换加厚纸盒');
    const last = await supplier.open('/supplier/reviews?part=all');
    expect(last.$(form).length).toBe(0);
    const third = await supplier.send(list, form, { answer: '再改' });
    expect(third.status).toBe(409);
  });

  it('of another’s delivery is nobody else’s to answer', async () => {
    const { id } = await app.db.deliveryReview.findFirstOrThrow();
    const other = await personOf(app, 'rice-supplier');
    const page = await other.open('/supplier/reviews');
    const csrf = String((await other.open('/supplier/goods/new')).$('input[name="_csrf"]').first().val());
    page
      .$('main')
      .append(`<form id="forged" action="/supplier/reviews/${id}/answer"><input name="answer" value="x"></form>`);
    expect((await other.send(page, '#forged', { _csrf: csrf })).status).toBe(404);
  });
});
