import type { PrismaClient } from '../db/client.ts';
import { PASSED_ON_AFTER_HOURS } from '../orders/refund-states.ts';
import { pathTo } from '../paths.ts';
import { dayOf, dayToColumn, startOfDay } from '../shared/days.ts';
import { type Notice, notify } from './notify.ts';
import { peopleOf } from './tell-of-statements.ts';

const FROM_HOUR = 8;
const HOUR_MS = 3_600_000;
const AT_ONCE = 200;

/**
 * Reminds suppliers every day, from eight in the morning on, of goods that are asked back for more than a day, and passes what waits
 * longer than 48 hours on to the operators, who may decide it; each once, however often called.
 */
export async function remindRefunds(db: PrismaClient, now: Date): Promise<void> {
  const today = dayOf(now);
  const isDay = now.getTime() >= startOfDay(today).getTime() + FROM_HOUR * HOUR_MS;
  const operators = await operatorIds(db, now);
  for (let after = 0, full = true; full; ) {
    const waiting = await db.refund.findMany({
      where: { id: { gt: after }, state: 'requested', requestedAt: { lte: new Date(now.getTime() - 24 * HOUR_MS) } },
      orderBy: { id: 'asc' },
      take: AT_ONCE,
      select: { id: true, orderId: true, requestedAt: true, fulfilment: { select: { supplierId: true } } },
    });
    for (const { id, orderId, requestedAt, fulfilment } of waiting) {
      const fact = { data: { refundId: id, orderId, since: dayOf(requestedAt) }, link: pathTo('refund', { id }) };
      const isPassedOn = now.getTime() - requestedAt.getTime() > PASSED_ON_AFTER_HOURS * HOUR_MS;
      const toSupplier = (userId: number): Notice => ({
        ...{ ...fact, userId, kind: 'refund_waits', dedupeKey: `refund_waits ${id} ${today}` },
      });
      const toOperator = (userId: number): Notice => ({
        ...{ ...fact, userId, kind: 'refund_passed_on', dedupeKey: `refund_passed_on ${id}` },
      });
      const sellers = isDay ? await peopleOf(db, { supplierId: fulfilment.supplierId }, today) : [];
      await notify(db, [...[...new Set(sellers)].map(toSupplier), ...(isPassedOn ? operators.map(toOperator) : [])]);
    }
    after = waiting.at(-1)?.id ?? after;
    full = waiting.length === AT_ONCE;
  }
}

async function operatorIds(db: PrismaClient, now: Date): Promise<number[]> {
  const day = dayToColumn(dayOf(now));
  const grants = await db.roleGrant.findMany({
    where: { role: 'operator', since: { lte: day }, OR: [{ until: null }, { until: { gt: day } }] },
    select: { userId: true },
  });
  return [...new Set(grants.map(({ userId }) => userId))];
}
