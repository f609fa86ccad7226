import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { personOf } from '../setup/person.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let app: TestApp;
let world: World;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
});
afterAll(() => app.close());

it('a work team confirms and ships its village’s parcels, which the audit trail says, and sees no other’s', async () => {
  const { tea, rice } = world.products;
  const employee = await personOf(app, 'employee');
  for (const product of [tea, rice])
    await employee.send(await employee.open(`/products/${product.id}`), 'form#buy', { quantity: 2 });
  const pay = await employee.send(await employee.open('/checkout'), 'form.cart-columns');
  await app.visitor().post(pay.path).type('form').send({ outcome: 'succeed' });
  const order = await app.db.order.findFirstOrThrow({ orderBy: { id: 'desc' }, include: { fulfilments: true } });
  await employee.open(`/orders/${order.id}/payment/return`);
  const parcelOf = (supplier: { id: number }) =>
    order.fulfilments.find(({ supplierId }) => supplierId === supplier.id)?.id ?? 0;
  const own = parcelOf(world.suppliers.lianghe);

  const workTeam = await personOf(app, 'workteam');
  const desk = await workTeam.open('/supplier/fulfilments?state=to_confirm');
  expect(
    desk
      .$('tr[data-parcel]')
      .map((_, row) => Number(desk.$(row).attr('data-parcel')))
      .get(),
  ).toEqual([own]);
  await workTeam.open(`/supplier/fulfilments/${parcelOf(world.suppliers.chuanhe)}`, 404);
  const path = `/supplier/fulfilments/${own}`;
  await workTeam.send(await workTeam.open(path), 'form[action$="/confirmation"]');
  await workTeam.send(await workTeam.open(path), 'form[action$="/shipment"]', {
    carrier: '邮政',
    trackingNumber: 'YZ-1',
  });
  const lines = await app.db.auditLine.findMany({
    where: { subjectType: 'fulfilment', subjectId: own },
    orderBy: { id: 'asc' },
  });
  expect(lines.map(({ action, actorId, onBehalfOf }) => ({ action, actorId, onBehalfOf }))).toEqual(
    ['fulfilment.confirm', 'fulfilment.ship'].map((action) => ({
      ...{ action, actorId: world.users.workTeam.id, onBehalfOf: world.suppliers.lianghe.name },
    })),
  );
});
