import { type Actor, actsOnBehalfOf, suppliersServedBy } from '../../accounts/actor.ts';
import { noteChangedProducts } from '../../catalog/product-changed.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient, Tx } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { NotFound, RuleRefusal, StateConflict } from '../../shared/errors.ts';

export interface Correction {
  /** `adjusted`: counted differently, more or fewer; `spoiled`: a loss */
  event: 'adjusted' | 'spoiled';
  /** units of sale by which what can be promised changes, signed, not 0 */
  change: number;
  reason: string;
}

/** The source of corrections, numbered within a batch and event. */
export const CORRECTION = 'correction';

/**
 * Corrects what can still be promised of an own batch, with its reason, as a movement. What orders hold is no part of it, so that a
 * correction never takes what was promised: one conditional statement decides against buyers. Refuses another's with 404.
 */
export async function correctStock(
  db: PrismaClient,
  actor: Actor,
  batchId: number,
  { event, change, reason }: Correction,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const batch = await findOwnBatch(tx, actor, batchId);
    if (batch.coming) throw new StateConflict('notHarvestedYet');
    await audit(tx, {
      ...{ at, actorId: actor.id, onBehalfOf: actsOnBehalfOf(actor, batch.product.supplier), reason },
      ...{ action: `stock.${event}`, subjectType: 'batch', subjectId: batchId, after: { change } },
    });
    await noteChangedProducts(tx, [batch.productId]);
    const changed = await tx.$executeRaw`
      UPDATE batch SET available = available + ${change} WHERE id = ${batchId} AND NOT coming AND available + ${change} >= 0`;
    if (changed !== 1) throw await tooLittle(tx, batchId);
    // Numbered under the batch's row, which the update holds.
    await tx.$executeRaw`
      INSERT INTO stock_movement (batchId, event, source, sourceId, quantity, byId, at, reason)
      SELECT ${batchId}, ${event}, ${CORRECTION}, COALESCE(MAX(m.sourceId), 0) + 1, ${change}, ${actor.id}, ${at}, ${reason}
      FROM stock_movement m WHERE m.batchId = ${batchId} AND m.event = ${event} AND m.source = ${CORRECTION}`;
  });
}

async function tooLittle(tx: Tx, batchId: number): Promise<RuleRefusal> {
  const { available } = await tx.batch.findUniqueOrThrow({ where: { id: batchId }, select: { available: true } });
  return new RuleRefusal('badInput', [{ path: 'change', code: 'onlySoMuchFree', values: { available } }]);
}

/** A batch of a supplier that the actor looks after. Throws NotFound. */
export async function findOwnBatch(db: PrismaClient | Tx, actor: Actor, id: number) {
  const batch = await db.batch.findUnique({
    where: { id },
    include: { product: { select: { supplier: { select: { id: true, name: true } } } } },
  });
  if (!batch || !suppliersServedBy(actor).includes(batch.product.supplier.id)) throw new NotFound();
  return batch;
}
