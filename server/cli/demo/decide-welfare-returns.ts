import { findActor } from '../../accounts/actor.ts';
import type { PrismaClient } from '../../db/client.ts';
import { decideRefund } from '../../orders/decide-refund.ts';
import { dayOf } from '../../shared/days.ts';
import { hoursLater } from './world.ts';

/** What nobody fetched of a welfare run is taken back by its suppliers, by the market's own use case: tally, statements, caps and shelf follow. */
export async function decideWelfareReturns(db: PrismaClient): Promise<void> {
  const refunds = await db.refund.findMany({
    where: { state: 'requested', welfareOrder: { isNot: null } },
    select: { id: true, requestedAt: true, fulfilment: { select: { supplierId: true } } },
    orderBy: { id: 'asc' },
  });
  for (const { id, requestedAt, fulfilment } of refunds) {
    const at = hoursLater(requestedAt, 18);
    const grant = await db.roleGrant.findFirst({
      where: { supplierId: fulfilment.supplierId, role: 'supplier' },
      select: { userId: true },
      orderBy: { id: 'asc' },
    });
    const supplier = grant && (await findActor(db, grant.userId, dayOf(at)));
    if (!supplier) continue;
    await decideRefund(db, supplier, id, { decision: 'approve', lines: [], freightFen: 0, reason: '' }, at);
  }
}
