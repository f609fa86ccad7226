import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient, Tx } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { RuleRefusal } from '../shared/errors.ts';
import { lockRun } from './lock-run.ts';
import { DEAD } from './run-states.ts';
import type { WantedGoods } from './wanted-goods.ts';

interface MadeOrder {
  runId: number;
  supplierId: number;
  addressId: number;
  orderId: number;
  attempt: number;
}

/** Notes which order a run made of a supplier for an address, and what of it nobody chose; noting it twice changes nothing. */
export async function linkOrder(
  db: PrismaClient,
  actor: Actor,
  made: MadeOrder,
  goods: readonly WantedGoods[],
  at: Date,
): Promise<void> {
  const { runId, supplierId, addressId, orderId, attempt } = made;
  await inTransaction(db, async (tx) => {
    const run = await lockRun(tx, actor, runId);
    const linked = await tx.$executeRaw`
      INSERT INTO welfare_order (runId, supplierId, addressId, orderId, attempt)
      SELECT ${runId}, ${supplierId}, ${addressId}, ${orderId}, ${attempt} FROM DUAL
      WHERE NOT EXISTS (SELECT 1 FROM welfare_order WHERE orderId = ${orderId})
      ON DUPLICATE KEY UPDATE orderId = VALUES(orderId), attempt = VALUES(attempt)`;
    if (linked === 0) return;
    await noteSurplus(tx, made, goods);
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'welfare.order_made', subjectType: 'welfare_run', subjectId: runId },
      ...{ unitId: run.unitId, after: { supplierId, addressId, orderId, attempt } },
    });
  });
}

/** From the order's own lines: it may have been placed by a press that was cut short, under the rules of that hour. */
async function noteSurplus(tx: Tx, { runId, orderId }: MadeOrder, goods: readonly WantedGoods[]): Promise<void> {
  const lines = await tx.orderLine.findMany({
    where: { orderId, isGift: false },
    select: { productId: true, quantity: true },
  });
  const rows = lines.map(({ productId, quantity }) => {
    const chosen = goods.find((one) => one.productId === productId)?.quantity ?? 0;
    return { runId, orderId, productId, quantity: quantity - chosen };
  });
  await tx.welfareSurplus.createMany({ data: rows.filter(({ quantity }) => quantity > 0) });
}

/** Refuses where an order of the run stands: what was ordered is not changed beneath it. */
export async function requireNothingOrdered(tx: Tx, runId: number): Promise<void> {
  if ((await tx.welfareOrder.count({ where: { runId, order: { state: { notIn: [...DEAD] } } } })) > 0)
    throw new RuleRefusal('alreadyOrdered');
}
