import type { PrismaClient } from '../db/client.ts';
import { pathTo } from '../paths.ts';
import { notify } from './notify.ts';

/** Tells whoever reviewed a delivery that its supplier has answered; once. */
export async function tellOfAnswers(db: PrismaClient, reviewIds: readonly number[]): Promise<void> {
  const reviews = await db.deliveryReview.findMany({
    where: { id: { in: [...reviewIds] }, answer: { not: null } },
    include: { fulfilment: { select: { orderId: true, supplier: { select: { name: true, nameEn: true } } } } },
  });
  await notify(
    db,
    reviews.map(({ id, byId, answer, fulfilment }) => ({
      userId: byId,
      kind: 'review_answered' as const,
      data: { supplier: fulfilment.supplier.name, supplierEn: fulfilment.supplier.nameEn, answer: answer ?? '' },
      link: pathTo('order', { id: fulfilment.orderId }),
      dedupeKey: `review.answered ${id}`,
    })),
  );
}
