import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Actor, findActor } from '../../server/accounts/actor.ts';
import { submitOrder } from '../../server/checkout/submit-order.ts';
import { reconcile } from '../../server/cli/reconcile/run-checks.ts';
import { connect, type PrismaClient } from '../../server/db/client.ts';
import { cancelOrder } from '../../server/orders/cancel-order.ts';
import { dayOf } from '../../server/shared/days.ts';
import { RuleRefusal } from '../../server/shared/errors.ts';
import { PLAIN_ORDER } from '../bench/plain-order.ts';
import { testDatabase } from '../setup/database.ts';
import { aProduct } from '../world/products.ts';
import { makeWorld, type World } from '../world/world.ts';

const BUYERS = 400;
let url: string;
let db: PrismaClient;
let world: World;
let buyer: Actor;

beforeAll(async () => {
  url = await testDatabase();
  db = connect(url, { pool: 16 });
  world = await makeWorld(db, { now: new Date() });
  buyer = (await findActor(db, world.users.employee.id, dayOf(new Date()))) as Actor;
});
afterAll(() => db.$disconnect());

const goods = (stock: number) =>
  aProduct(db, { supplier: world.suppliers.lianghe, category: world.categories.tea, stock });
const want = (productId: number, checkoutKey: string = randomUUID()) =>
  submitOrder(db, buyer, { ...PLAIN_ORDER, lines: [{ productId, quantity: 1 }], checkoutKey }, new Date());

async function rush(productId: number) {
  const answers = await Promise.allSettled(Array.from({ length: BUYERS }, () => want(productId)));
  const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
  return { sold: answers.length - refused.length, refused };
}

describe.each([30, 350])(`${BUYERS} buyers who press at once for %i pieces of one batch`, (stock) => {
  it('buy exactly these, and every other is told by line that it is sold out', async () => {
    const { id } = await goods(stock);
    const { sold, refused } = await rush(id);
    expect(sold).toBe(stock);
    for (const reason of refused) {
      expect(reason).toBeInstanceOf(RuleRefusal);
      expect(reason.faults).toEqual([expect.objectContaining({ path: 'lines.0.quantity', code: 'soldOut' })]);
    }
    expect(await db.batch.findFirst({ where: { productId: id } })).toMatchObject({ available: 0 });
  });
});

it('an order that was taken is answered again by its key when its goods are long gone', async () => {
  const { id } = await goods(1);
  const key = randomUUID();
  const orderId = await want(id, key);
  await expect(want(id)).rejects.toThrow();
  expect(await want(id, key)).toBe(orderId);
});

it('what comes back is sold again at once, whatever was remembered of the rush', async () => {
  const { id } = await goods(5);
  await rush(id);
  const { orderId } = await db.orderLine.findFirstOrThrow({ where: { productId: id } });
  await cancelOrder(db, buyer, orderId, '改主意了', new Date());
  await expect(want(id)).resolves.toBeGreaterThan(orderId);
});

it('leaves figures that agree', async () => {
  expect(await reconcile(url, (difference) => console.log(difference))).toBe(0);
});
