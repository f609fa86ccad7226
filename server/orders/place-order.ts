import type { Sql } from '../db/sql.ts';
import { enqueue } from '../jobs/outbox.ts';
import { noteHelped } from '../quotas/tally/helped-tally.ts';
import { certifyLines, tallyPlacing } from '../quotas/tally/tally-placing.ts';
import { dayOf, dayToColumn } from '../shared/days.ts';
import { RuleRefusal, StateConflict } from '../shared/errors.ts';
import { findLineage } from '../units/lineage.ts';
import { writeJournal } from './order-journal.ts';
import { commitToPool } from './order-pool.ts';
import { nextOrderState, type OrderEvent } from './order-states.ts';

interface PlaceableOrder {
  id: number;
  state: Parameters<typeof nextOrderState>[0];
  unitId: number | null;
  fundingSource: string;
  goodsFen: number;
  discountFen: number;
  pointsFen: number;
  freightFen: number;
  totalFen: number;
  allowanceFen: number;
  /** the pool whose case it helps to fill: it is placed when that is full */
  poolId?: number | null;
}

/**
 * The moment from which an order binds: approval of a unit's, payment of an individual's. Fixes day, lineage and certifications,
 * hands the parcels to their suppliers, and writes journal and tally entries in the same transaction (rules 2, 3, 5). An order of a
 * pool is committed to it instead, and placed when it is full.
 */
export async function placeOrder(
  tx: Sql,
  order: PlaceableOrder,
  event: Extract<OrderEvent, 'approve' | 'pay' | 'fill_pool'>,
  at: Date,
): Promise<void> {
  if (order.poolId && event !== 'fill_pool') return commitToPool(tx, { ...order, poolId: order.poolId }, at);
  const day = dayOf(at);
  const lineage = order.unitId === null ? null : await findLineage(tx, order.unitId, day);
  const state = nextOrderState(order.state, event);
  const changed = await tx.$executeRaw`
    UPDATE \`order\` SET state = ${state}, placedAt = ${at}, placedOn = ${dayToColumn(day)}, lineageId = ${lineage?.id ?? null}, heldUntil = NULL
    WHERE id = ${order.id} AND state = ${order.state}`;
  if (changed === 0) throw new StateConflict('wrongOrderState', { state: order.state });
  // Of a coming harvest nothing is due until it has come.
  await tx.$executeRaw`
    UPDATE fulfilment SET state = 'to_confirm', dueAt = (
      SELECT CAST(${at} AS DATETIME(3)) + INTERVAL s.confirmWithinHours HOUR
      FROM supplier s JOIN \`order\` o ON o.id = ${order.id} AND o.harvestId IS NULL WHERE s.id = fulfilment.supplierId)
    WHERE orderId = ${order.id} AND state = 'waiting'`;
  await certifyLines(tx, order.id, day);
  if (event === 'approve') await requireCertified(tx, order.id);
  await writeJournal(tx, {
    orderId: order.id,
    source: 'placing',
    sourceId: order.id,
    at,
    amounts: {
      ...{ goods: order.goodsFen, discount: -order.discountFen, points: -order.pointsFen, freight: order.freightFen },
      ...{ allowance: -order.allowanceFen, owed: order.allowanceFen - order.totalFen },
    },
  });
  if (lineage) {
    await tallyPlacing(tx, {
      orderId: order.id,
      lineage,
      day,
      at,
      isSplit: order.allowanceFen > 0,
      paidByIndividual: event !== 'approve' && order.fundingSource === 'individual',
    });
  }
  if (order.unitId === null) await noteHelped(tx, order.id, day);
  await enqueue(tx, 'order.placed', [{ orderId: order.id }]);
}

/**
 * What is no longer certified is not sold any more (rule 1): an approval that comes too late is refused, so that the order is returned
 * or rejected. A payment cannot be refused once it was made; it buys, and does not count.
 */
async function requireCertified(tx: Sql, orderId: number): Promise<void> {
  const lost = await tx.$queryRaw<{ id: number; name: string; nameEn: string }[]>`
    SELECT id, name, nameEn FROM order_line
    WHERE orderId = ${orderId} AND (supplierCertificationId IS NULL OR productCertificationId IS NULL)`;
  if (lost.length > 0)
    throw new RuleRefusal(
      'goodsNotCertified',
      lost.map(({ id, name, nameEn }) => ({
        path: `lines.${id}`,
        code: 'noLongerCertified',
        values: { name, nameEn },
      })),
    );
}
