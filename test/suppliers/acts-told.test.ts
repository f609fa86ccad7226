import { afterAll, beforeAll, expect, it } from 'vitest';
import { drainOutbox } from '../../server/jobs/outbox.ts';
import { pathTo } from '../../server/paths.ts';
import { liftSuspension } from '../../server/suppliers/lift-suspension.ts';
import { revokeCertification } from '../../server/suppliers/revoke-certification.ts';
import { suspendCertification } from '../../server/suppliers/suspend-certification.ts';
import { placeTree } from '../../server/units/place-tree.ts';
import { outboxHandlers } from '../../server/work.ts';
import { makeTestApp, type TestApp } from '../setup/app.ts';
import { personOf } from '../setup/person.ts';
import { makeWorld, type World } from '../world/world.ts';
import { actorNamed } from './application-story.ts';

const now = new Date('2026-06-15T04:00:00Z');
let market: TestApp;
let world: World;

beforeAll(async () => {
  market = await makeTestApp({ clock: () => now });
  world = await makeWorld(market.db, { now });
});
afterAll(() => market.close());

const work = async () => {
  const { container } = market;
  while ((await drainOutbox(market.db, outboxHandlers(container), container.log)) > 0);
};

async function toldOf(kind: string) {
  const notices = await market.db.notification.findMany({ where: { kind }, orderBy: { id: 'asc' } });
  return notices.map(({ userId, link }) => ({ userId, link }));
}

it('a suspension, its lifting and a revocation reach the supplier and the buyers of waiting orders, nobody else', async () => {
  const { tea, rice } = world.products;
  const { employee, supplier } = world.users;
  const buyer = await personOf(market, 'employee');
  await buyer.send(await buyer.open(`/products/${tea.id}`), 'form#buy', { quantity: 2 });
  await buyer.send(await buyer.open('/checkout'), 'form.cart-columns');
  const waiting = await market.db.order.findFirstOrThrow({ orderBy: { id: 'desc' } });
  expect(waiting.state).toBe('awaiting_payment');
  const other = await personOf(market, 'colleague');
  await other.send(await other.open(`/products/${rice.id}`), 'form#buy', { quantity: 2 });
  await other.send(await other.open('/checkout'), 'form.cart-columns');

  const certifier = await actorNamed(market.db, 'certifier', now);
  const { id } = await market.db.certification.findFirstOrThrow({ where: { productId: tea.id } });
  const act = { certificationId: id, reason: '抽检不合格', at: now, places: await placeTree(market.db) };
  await suspendCertification(market.db, certifier, act);
  await work();
  expect((await toldOf('certification_suspended')).map(({ userId }) => userId)).toEqual([supplier.id]);
  const order = { userId: employee.id, link: pathTo('order', { id: waiting.id }) };
  expect(await toldOf('order_uncertified_unpaid')).toEqual([order]);
  const inbox = await (await personOf(market, 'supplier')).open(pathTo('inbox'));
  expect(inbox.text).toContain('抽检不合格');

  await liftSuspension(market.db, certifier, act);
  await work();
  expect((await toldOf('certification_lifted')).map(({ userId }) => userId)).toEqual([supplier.id]);
  expect(await toldOf('order_certified_again')).toEqual([order]);

  await revokeCertification(market.db, certifier, act);
  await work();
  expect((await toldOf('certification_revoked')).map(({ userId }) => userId)).toEqual([supplier.id]);
  expect(await toldOf('order_uncertified_unpaid')).toEqual([order, order]);
});
