import { findActor, suppliersServedBy } from '../../accounts/actor.ts';
import type { PrismaClient } from '../../db/client.ts';
import { dayOf } from '../../shared/days.ts';
import { answerReview } from '../../workbench/reviews/answer-review.ts';

const ANSWERS = ['谢谢支持，下一批明前茶四月到。', '包装已经改成加厚纸盒，谢谢提醒。', '收到，祝食堂生意好。'];

/** Which goods the made-up reviews speak of, and a few answers of the account `supplier`. */
export async function showAnswers(db: PrismaClient, now: Date): Promise<void> {
  await db.$executeRaw`
    INSERT IGNORE INTO reviewed_product (productId, reviewId)
    SELECT DISTINCT l.productId, v.id FROM delivery_review v JOIN order_line l ON l.fulfilmentId = v.fulfilmentId`;
  const user = await db.user.findUnique({ where: { login: 'supplier' }, select: { id: true } });
  const actor = user && (await findActor(db, user.id, dayOf(now)));
  if (!actor) return;
  const reviews = await db.deliveryReview.findMany({
    where: { fulfilment: { supplierId: { in: suppliersServedBy(actor) } } },
    orderBy: { id: 'desc' },
    take: 2 * ANSWERS.length,
    select: { id: true },
  });
  for (const [at, answer] of ANSWERS.entries()) {
    const review = reviews[2 * at];
    if (review) await answerReview(db, actor, review.id, answer, now);
  }
}
