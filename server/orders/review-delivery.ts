import type { Actor } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { tallyCounting } from '../quotas/tally/tally-counting.ts';
import { dayOf } from '../shared/days.ts';
import { NotFound, StateConflict } from '../shared/errors.ts';
import { lockFulfilment } from './lock-order.ts';
import { mayBuyerSee } from './order-policy.ts';
import { wayOf } from './way-of-buying.ts';

export interface DeliveryReview {
  /** 1 to 5 */
  rating: number;
  text: string;
}

/**
 * The buyer reviews a delivery, once: what was accepted then counts where a programme counts by review (rule 2). Refuses a stranger
 * with 404, and a parcel that was not received or has its review already with 409.
 */
export async function reviewDelivery(
  db: PrismaClient,
  actor: Actor,
  fulfilmentId: number,
  { rating, text }: DeliveryReview,
  at: Date,
): Promise<number> {
  return inTransaction(db, async (tx) => {
    const { order, fulfilment, lines } = await lockFulfilment(tx, fulfilmentId);
    if (!mayBuyerSee(actor, order)) throw new NotFound();
    if (fulfilment.state !== 'received') throw new StateConflict('notYetReceived');
    if (await tx.deliveryReview.findUnique({ where: { fulfilmentId }, select: { id: true } }))
      throw new StateConflict('alreadyReviewed');
    const review = await tx.deliveryReview.create({
      data: { fulfilmentId, byId: actor.id, rating, text, at },
      select: { id: true },
    });
    const reviewed = [...new Set(lines.map((line) => line.productId))];
    await tx.reviewedProduct.createMany({ data: reviewed.map((productId) => ({ productId, reviewId: review.id })) });
    await tallyCounting(tx, {
      source: 'review',
      sourceId: review.id,
      orderId: order.id,
      lineIds: lines.filter((line) => line.acceptedQuantity > 0).map((line) => line.id),
      way: wayOf(order),
      day: dayOf(at),
      at,
    });
    await audit(tx, {
      at,
      actorId: actor.id,
      action: 'fulfilment.review',
      subjectType: 'fulfilment',
      subjectId: fulfilmentId,
      unitId: order.unitId,
      after: { rating },
    });
    return review.id;
  });
}
