import { type Actor, actsOnBehalfOf, suppliersServedBy } from '../../accounts/actor.ts';
import { audit } from '../../db/audit.ts';
import type { PrismaClient } from '../../db/client.ts';
import { inTransaction } from '../../db/in-transaction.ts';
import { enqueue } from '../../jobs/outbox.ts';
import { NotFound, StateConflict } from '../../shared/errors.ts';

/** The outbox topic of answers that buyers are told of. */
export const REVIEW_ANSWERED = 'review.answered';

/**
 * The supplier answers a review of a delivery of its own, and may correct the answer once; both are shown on the goods' pages. Refuses
 * another's with 404, and a second correction with 409.
 */
export async function answerReview(
  db: PrismaClient,
  actor: Actor,
  reviewId: number,
  answer: string,
  at: Date,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await tx.$queryRaw`SELECT id FROM delivery_review WHERE id = ${reviewId} FOR UPDATE`;
    const review = await tx.deliveryReview.findUnique({
      where: { id: reviewId },
      include: { fulfilment: { select: { supplier: { select: { id: true, name: true } } } } },
    });
    const supplier = review?.fulfilment.supplier;
    if (!review || !supplier || !suppliersServedBy(actor).includes(supplier.id)) throw new NotFound();
    if (review.answerEditedAt) throw new StateConflict('answerFixed');
    const isFirst = review.answer === null;
    await tx.deliveryReview.update({
      where: { id: reviewId },
      data: isFirst ? { answer, answeredAt: at, answeredById: actor.id } : { answer, answerEditedAt: at },
      select: { id: true },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, onBehalfOf: actsOnBehalfOf(actor, supplier) },
      ...{ action: isFirst ? 'review.answer' : 'review.correct', subjectType: 'review', subjectId: reviewId },
      ...(isFirst ? {} : { before: { answer: review.answer } }),
      after: { answer },
    });
    if (isFirst) await enqueue(tx, REVIEW_ANSWERED, [{ reviewId }]);
  });
}
