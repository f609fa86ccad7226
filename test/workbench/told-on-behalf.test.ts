import { afterAll, beforeAll, expect, it } from 'vitest';
import { peopleServing } from '../../server/accounts/people-serving.ts';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { signedLinkFor } from '../../server/notifications/link-of-notice.ts';
import { dayToColumn } from '../../server/shared/days.ts';
import { outboxHandlers } from '../../server/work.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { personOf } from '../setup/person.ts';
import { aSupplier } from '../world/suppliers.ts';
import { aUser } from '../world/users.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
const today = '2026-06-15';
let app: TestApp;
let world: World;

beforeAll(async () => {
  app = await makeTestApp({ clock: () => now });
  world = await makeWorld(app.db, { now });
});
afterAll(() => app.close());

it('are a supplier’s people with a right that holds, and its work teams where it has none (rule 34)', async () => {
  const { yongdong, lianghe } = world.places;
  const township = await aUser(app.db, { grants: [{ role: 'work_team', place: yongdong }] });
  await aUser(app.db, { grants: [{ role: 'work_team', place: yongdong, until: today }] });
  const [alone, ended, closedAccount, selling] = [
    await aSupplier(app.db, { place: lianghe }),
    await aSupplier(app.db, { place: lianghe }),
    await aSupplier(app.db, { place: lianghe }),
    await aSupplier(app.db, { place: lianghe }),
  ];
  await aUser(app.db, { grants: [{ role: 'supplier', supplier: ended, until: today }] });
  await aUser(app.db, { disabled: true, grants: [{ role: 'supplier', supplier: closedAccount }] });
  const seller = await aUser(app.db, { grants: [{ role: 'supplier', supplier: selling, until: '2026-06-16' }] });
  const ids = [alone, ended, closedAccount, selling].map(({ id }) => id);
  const told = await peopleServing(app.db, ids, today);
  const teams = [world.users.workTeam.id, township.id];
  expect(ids.map((id) => told.get(id))).toEqual([teams, teams, teams, [seller.id]]);
});

it('a new parcel of a village without an account is told to its work team, and to nobody whose right ended', async () => {
  const { workTeam, supplier } = world.users;
  await app.db.roleGrant.updateMany({ where: { userId: supplier.id }, data: { until: dayToColumn(today) } });
  const employee = await personOf(app, 'employee');
  await employee.send(await employee.open(`/products/${world.products.tea.id}`), 'form#buy', { quantity: 2 });
  const pay = await employee.send(await employee.open('/checkout'), 'form.cart-columns');
  await app.visitor().post(pay.path).type('form').send({ outcome: 'succeed' });
  const order = await app.db.order.findFirstOrThrow({ orderBy: { id: 'desc' }, include: { fulfilments: true } });
  await employee.open(`/orders/${order.id}/payment/return`);
  while ((await drainOutbox(app.db, outboxHandlers(app.container), app.container.log)) > 0);
  const parcels = await app.db.notification.findMany({ where: { kind: 'fulfilment_new' } });
  expect(parcels.map(({ userId }) => userId)).toContain(workTeam.id);
  expect(parcels.map(({ userId }) => userId)).not.toContain(supplier.id);

  const data = { fulfilmentId: order.fulfilments[0]?.id ?? 0 };
  const linkOf = (userId: number) => signedLinkFor(app.db, 'a secret', { userId, kind: 'fulfilment_new', data }, now);
  expect(await linkOf(supplier.id)).toBeNull();
  expect(await linkOf(workTeam.id)).toMatch(/^\/go\//);
  await app.db.roleGrant.updateMany({ where: { userId: supplier.id }, data: { until: null } });
});
