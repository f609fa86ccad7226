import { type Actor, findActor } from '../../accounts/actor.ts';
import type { PrismaClient } from '../../db/client.ts';
import { closeRecall } from '../../recalls/close-recall.ts';
import { handleRecalls } from '../../recalls/handle-recalls.ts';
import { noteArrival } from '../../recalls/note-arrival.ts';
import { recallBatch } from '../../recalls/recall-batch.ts';
import { returnRecalled } from '../../recalls/return-recalled.ts';
import { addDays, dayOf } from '../../shared/days.ts';
import { Refusal } from '../../shared/errors.ts';

const RUNNING = {
  severity: 'class_two',
  reason: '抽检发现个别包装密封不良，可能受潮（演示）',
  advice: '请停止食用，未开封的登记退货；已开封的请拍照后封存，等待上门取回（演示）。',
} as const;
const ENDED = { severity: 'class_three', reason: '标签上的保质期印错（演示）', advice: null } as const;

const KEPT_DAYS = 45;

/**
 * Two recalls by the market's own use cases: one whose goods are coming back, of a batch with parcels sent lately and others still to
 * send, and one that was closed.
 */
export async function showRecalls(db: PrismaClient, now: Date): Promise<void> {
  const since = addDays(dayOf(now), -KEPT_DAYS);
  // A good with several batches that can take its place, on its way to several buyers; goods with a cap or a story are left alone.
  const batches = await db.$queryRaw<{ id: number }[]>`
    SELECT s.batchId AS id FROM shipment_line s JOIN shipment h ON h.id = s.shipmentId AND h.shippedAt >= ${since}
    JOIN batch b ON b.id = s.batchId AND NOT b.coming AND b.recalledAt IS NULL JOIN product p ON p.id = b.productId
    WHERE NOT EXISTS (SELECT 1 FROM cap c WHERE c.productId = p.id) AND NOT EXISTS (SELECT 1 FROM unsold_warning w WHERE w.batchId = b.id)
      AND (SELECT SUM(o.available) FROM batch o WHERE o.productId = p.id AND o.id <> b.id AND o.recalledAt IS NULL) > 50
    GROUP BY s.batchId HAVING COUNT(*) BETWEEN 3 AND 12 ORDER BY COUNT(*) DESC, s.batchId LIMIT 2`;
  const [operator, certifier] = await Promise.all(['operator', 'certifier'].map((login) => actorOf(db, login, now)));
  const [first, second] = batches;
  if (!operator || !certifier) return;
  if (first) {
    const running = await recallBatch(db, certifier, first.id, RUNNING, now);
    await returnSome(db, running, now);
    await noteSome(db, operator, running, now);
  }
  if (!second) return;
  const closed = await recallBatch(db, operator, second.id, ENDED, now);
  await returnSome(db, closed, now);
  await closeRecall(
    db,
    operator,
    closed,
    '印错的标签已更换，退回的商品改贴标签后由供应商自用，未再上架（演示）。',
    now,
  );
}

async function actorOf(db: PrismaClient, login: string, now: Date) {
  const user = await db.user.findUnique({ where: { login }, select: { id: true } });
  return user && findActor(db, user.id, dayOf(now));
}

/** Some have sent the goods back, units and individuals; the payment service gives these their money once it serves. */
async function returnSome(db: PrismaClient, recallId: number, now: Date): Promise<void> {
  while ((await handleRecalls(db, now)) > 0);
  const lines = await db.recallLine.findMany({
    where: { recallId, sentQuantity: { gt: 0 } },
    include: { order: { select: { buyerId: true } } },
    orderBy: { id: 'asc' },
  });
  for (const { orderId, order, sentQuantity } of lines.filter((_, index) => index % 2 === 0)) {
    const buyer = await findActor(db, order.buyerId, dayOf(now));
    if (!buyer) continue;
    try {
      await returnRecalled(db, buyer, { recallId, orderId, quantity: sentQuantity }, now);
    } catch (error) {
      // Some of it was refunded before, or has not arrived.
      if (!(error instanceof Refusal)) throw error;
    }
  }
}

/** The first of what was returned has come back to its supplier, for which the operator notes it. */
async function noteSome(db: PrismaClient, operator: Actor, recallId: number, now: Date): Promise<void> {
  const line = await db.recallLine.findFirst({
    where: { recallId, returnedQuantity: { gt: 1 } },
    select: { id: true, returnedQuantity: true },
    orderBy: { id: 'asc' },
  });
  if (!line) return;
  const came = { recallLineId: line.id, quantity: line.returnedQuantity - 1, arrived: 0 };
  const how = { arrivedOn: dayOf(now), condition: 'intact', note: '外箱有破损（演示）' } as const;
  await noteArrival(db, operator, { ...came, ...how }, now);
}
