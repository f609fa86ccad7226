import { type Actor, actsOnBehalfOf, hasRole } from '../accounts/actor.ts';
import { noteChangedProducts } from '../catalog/product-changed.ts';
import { mayRecall } from '../catalog/trace-policy.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import { NotFound, StateConflict } from '../shared/errors.ts';
import { placeTree } from '../units/place-tree.ts';
import type { RecallRequest } from './recall-schemas.ts';
import { RECALL_CHANGED } from './recall-told.ts';

/**
 * Takes a batch off sale from this moment on, also for orders that have chosen it and not taken it yet (see takeStock); what it was
 * promised and sent to is gone through by handleRecalls (rule 18). Refuses another's batch with 404, one that was recalled before or is
 * not harvested yet with 409. Returns the recall's id.
 */
export async function recallBatch(
  db: PrismaClient,
  actor: Actor,
  batchId: number,
  { severity, reason, advice }: RecallRequest,
  at: Date,
): Promise<number> {
  const places = await placeTree(db);
  return inTransaction(db, async (tx) => {
    const batch = await tx.batch.findUnique({
      where: { id: batchId },
      select: {
        productId: true,
        traceCode: true,
        coming: true,
        product: { select: { supplierId: true, placeId: true, supplier: { select: { id: true, name: true } } } },
      },
    });
    if (!batch || !mayRecall(actor, places, batch.product)) throw new NotFound();
    const { count } = await tx.batch.updateMany({
      where: { id: batchId, recalledAt: null, coming: false },
      data: { recalledAt: at },
    });
    if (count === 0) throw new StateConflict(batch.coming ? 'recallNotHarvested' : 'recalledBefore');
    const recall = await tx.recall.create({
      data: { batchId, severity, reason, advice, byId: actor.id, at },
      select: { id: true },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, action: 'batch.recall', subjectType: 'recall', subjectId: recall.id, reason },
      onBehalfOf: isStaff(actor) ? undefined : actsOnBehalfOf(actor, batch.product.supplier),
      after: { batchId, traceCode: batch.traceCode, severity },
    });
    await noteChangedProducts(tx, [batch.productId]);
    await enqueue(tx, RECALL_CHANGED, [{ recallId: recall.id, what: 'begun' }]);
    return recall.id;
  });
}

function isStaff(actor: Actor): boolean {
  return hasRole(actor, 'operator') || hasRole(actor, 'certifier');
}
