import type { PrismaClient } from '../db/client.ts';
import { runToTell } from '../orders/standing-order-queries.ts';
import { pathTo } from '../paths.ts';
import { dayFromColumn } from '../shared/days.ts';
import { notify } from './notify.ts';

/** Tells buyers what became of their standing orders on the day that they were due. */
export async function tellStandingOrders(db: PrismaClient, runIds: readonly number[]): Promise<void> {
  for (const id of runIds) {
    const run = await runToTell(db, id);
    if (!run || run.outcome === 'holiday') continue;
    const { standingOrder, outcome, orderId, faults, dueOn } = run;
    const names = (key: string) =>
      [
        ...new Set((faults as Record<string, unknown>[]).flatMap((fault) => (fault[key] ? [String(fault[key])] : []))),
      ].join(', ');
    await notify(db, [
      {
        userId: standingOrder.createdById,
        kind: `standing_order_${outcome}`,
        data: { name: standingOrder.name, day: dayFromColumn(dueOn), goods: names('name'), goodsEn: names('nameEn') },
        link:
          outcome === 'placed' && orderId
            ? pathTo('order', { id: orderId })
            : pathTo('standingOrder', { id: standingOrder.id }),
        dedupeKey: `standing_order.ran ${id}`,
      },
    ]);
  }
}
