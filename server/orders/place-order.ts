import type { Tx } from '../db/client.ts';
import { enqueue } from '../jobs/outbox.ts';
import { certifyLines, tallyPlacing } from '../quotas/tally-placing.ts';
import { dayOf, dayToColumn } from '../shared/days.ts';
import { findLineage } from '../units/lineage.ts';
import { writeJournal } from './order-journal.ts';
import { nextOrderState, type OrderEvent } from './order-states.ts';

interface PlaceableOrder {
  id: number;
  state: Parameters<typeof nextOrderState>[0];
  unitId: number | null;
  fundingSource: string;
  goodsFen: number;
  discountFen: number;
  freightFen: number;
  totalFen: number;
}

/**
 * The moment from which an order binds: approval of a unit's, payment of an individual's. Fixes day, lineage and certifications,
 * hands the parcels to their suppliers, and writes journal and tally entries in the same transaction (rules 2, 3, 5).
 */
export async function placeOrder(
  tx: Tx,
  order: PlaceableOrder,
  event: Extract<OrderEvent, 'approve' | 'pay'>,
  at: Date,
): Promise<void> {
  const day = dayOf(at);
  const lineage = order.unitId === null ? null : await findLineage(tx, order.unitId, day);
  await tx.order.update({
    where: { id: order.id },
    data: {
      state: nextOrderState(order.state, event),
      placedAt: at,
      placedOn: dayToColumn(day),
      lineageId: lineage?.id ?? null,
      heldUntil: null,
    },
    select: { id: true },
  });
  await tx.fulfilment.updateMany({ where: { orderId: order.id, state: 'waiting' }, data: { state: 'to_confirm' } });
  await certifyLines(tx, order.id, day);
  await writeJournal(tx, {
    orderId: order.id,
    source: 'placing',
    sourceId: order.id,
    at,
    amounts: { goods: order.goodsFen, discount: -order.discountFen, freight: order.freightFen, owed: -order.totalFen },
  });
  if (lineage) {
    await tallyPlacing(tx, {
      orderId: order.id,
      lineage,
      day,
      at,
      paidByIndividual: event === 'pay' && order.fundingSource === 'individual',
    });
  }
  await enqueue(tx, 'order.placed', [{ orderId: order.id }]);
}
