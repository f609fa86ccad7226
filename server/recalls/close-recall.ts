import type { Actor } from '../accounts/actor.ts';
import { mayRecall } from '../catalog/trace-policy.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import { NotFound, StateConflict } from '../shared/errors.ts';
import { placeTree } from '../units/place-tree.ts';
import { RECALL_CHANGED } from './recall-told.ts';

/**
 * Ends a recall with its result, which anyone can read; the batch stays off sale. Refuses whoever may not recall it with 404, and one
 * that still goes through its orders, or was closed, with 409.
 */
export async function closeRecall(
  db: PrismaClient,
  actor: Actor,
  recallId: number,
  result: string,
  at: Date,
): Promise<void> {
  const places = await placeTree(db);
  await inTransaction(db, async (tx) => {
    const recall = await tx.recall.findUnique({
      where: { id: recallId },
      select: { state: true, batch: { select: { product: { select: { supplierId: true, placeId: true } } } } },
    });
    if (!recall || !mayRecall(actor, places, recall.batch.product)) throw new NotFound();
    const { count } = await tx.recall.updateMany({
      where: { id: recallId, state: 'handled' },
      data: { state: 'closed', result, closedById: actor.id, closedAt: at },
    });
    if (count === 0) throw new StateConflict(recall.state === 'running' ? 'recallRuns' : 'recallClosed');
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'recall.close', subjectType: 'recall', subjectId: recallId },
      ...{ before: { state: recall.state }, after: { state: 'closed' }, reason: result.slice(0, 500) },
    });
    await enqueue(tx, RECALL_CHANGED, [{ recallId, what: 'closed' }]);
  });
}
