import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findActor } from '../../server/accounts/actor.ts';
import { type OrderRequest, submitOrder } from '../../server/checkout/submit-order.ts';
import { connect, type PrismaClient } from '../../server/db/client.ts';
import { RuleRefusal } from '../../server/shared/errors.ts';
import { testDatabase } from '../setup/database.ts';
import { aProduct, stockOf } from '../world/products.ts';
import { aSupplier } from '../world/suppliers.ts';
import { makeWorld, type World } from '../world/world.ts';

const now = new Date('2026-06-15T04:00:00Z');
let db: PrismaClient;
let world: World;

beforeAll(async () => {
  db = connect(await testDatabase(), { pool: 4 });
  world = await makeWorld(db, { now });
  await db.campaign.create({
    data: {
      ...({ code: 'less', kind: 'threshold_discount', name: '满 100 减 10（测试）' } as const),
      ...{ startsAt: new Date('2026-06-01'), endsAt: new Date('2026-07-01') },
      rule: { thresholdFen: 10_000, discountFen: 1_000 },
    },
  });
});
afterAll(() => db.$disconnect());

async function submit(lines: OrderRequest['lines'], agreed: OrderRequest['agreed']): Promise<number> {
  const actor = await findActor(db, world.users.employee.id, '2026-06-15');
  if (!actor) throw new Error('no such user');
  const request = {
    ...({ unitId: null, fundingSource: 'individual', paymentWay: 'stripe', channel: 'market', zoneId: null } as const),
    ...{ recipient: '收货人', phone: '13800000000', region: '重庆市', address: '测试路 1 号' },
    ...{ note: null, checkoutKey: randomUUID(), expectedTotalFen: null },
  };
  return submitOrder(db, actor, { ...request, lines, agreed }, now);
}

describe('an order on agreed terms', () => {
  it('costs what was agreed: no tier, minimum, multiple, supplier’s minimum, discount or other freight', async () => {
    const supplier = await aSupplier(db, { minOrderFen: 500_000, freightFen: 900 });
    const wish = { supplier, priceFen: 20_000, minQuantity: 10, orderMultiple: 10 };
    const product = await aProduct(db, { ...wish, tiers: [[2, 15_000]] });
    const id = await submit([{ productId: product.id, quantity: 3 }], {
      prices: new Map([[product.id, 16_001]]),
      freight: new Map([[supplier.id, 77]]),
    });
    const order = await db.order.findUniqueOrThrow({ where: { id }, include: { lines: true } });
    expect(order).toMatchObject({ goodsFen: 48_003, discountFen: 0, freightFen: 77, totalFen: 48_080 });
    expect(order.lines).toMatchObject([{ unitPriceFen: 16_001, payableFen: 48_003 }]);
  });

  it('leaves the other goods of the order as they are, discount included', async () => {
    const supplier = await aSupplier(db);
    const [agreed, other] = [await aProduct(db, { supplier }), await aProduct(db, { supplier })];
    const lines = [agreed, other].map((product) => ({ productId: product.id, quantity: 1 }));
    const id = await submit(lines, { prices: new Map([[agreed.id, 5]]) });
    const order = await db.order.findUniqueOrThrow({ where: { id }, include: { lines: { orderBy: { id: 'asc' } } } });
    expect(order.lines.map((line) => [line.unitPriceFen, line.discountFen])).toEqual([
      [5, 0],
      [10_000, 1_000],
    ]);
  });

  it('takes a product from the batch that was agreed, and no other', async () => {
    const product = await aProduct(db, { stock: [{ quantity: 5, expiresOn: '2026-08-01' }, { quantity: 4 }] });
    const later = await db.batch.findFirstOrThrow({ where: { productId: product.id, quantity: 4 } });
    const terms = { prices: new Map([[product.id, 1]]), batches: new Map([[product.id, later.id]]) };
    const id = await submit([{ productId: product.id, quantity: 3 }], terms);
    expect(await db.lineAllocation.findMany({ where: { line: { orderId: id } } })).toMatchObject([
      { batchId: later.id, quantity: 3 },
    ]);
    const refusal = await submit([{ productId: product.id, quantity: 2 }], terms).catch((error) => error);
    expect(refusal).toBeInstanceOf(RuleRefusal);
    expect(refusal.faults).toMatchObject([{ code: 'notEnough', values: { available: 1 } }]);
  });

  it('writes nothing when the claim refuses, and notes the order in its own transaction', async () => {
    const product = await aProduct(db, { stock: 5 });
    const prices = new Map([[product.id, 100]]);
    const [orders, lines] = [await db.order.count(), [{ productId: product.id, quantity: 2 }]];
    const claim = async () => {
      throw new RuleRefusal('offerOver');
    };
    await expect(submit(lines, { prices, claim })).rejects.toMatchObject({ code: 'offerOver' });
    await expect(
      submit(lines, {
        prices,
        note: async (tx, orderId) => {
          await tx.$executeRaw`UPDATE \`order\` SET note = 'noted' WHERE id = ${orderId}`;
          throw new RuleRefusal('noteFailed');
        },
      }),
    ).rejects.toMatchObject({ code: 'noteFailed' });
    expect(await db.order.count()).toBe(orders);
    expect(await stockOf(db, product)).toBe(5);
  });
});
