import { type Actor, hasRole } from '../accounts/actor.ts';
import { audit } from '../db/audit.ts';
import type { PrismaClient } from '../db/client.ts';
import type { ReturnCondition } from '../db/generated/enums.ts';
import { inTransaction } from '../db/in-transaction.ts';
import { enqueue } from '../jobs/outbox.ts';
import { lockOrder } from '../orders/lock-order.ts';
import { onBehalf } from '../orders/on-behalf.ts';
import { mayLookAfter } from '../orders/order-policy.ts';
import { type Day, dayOf, dayToColumn } from '../shared/days.ts';
import { type Fault, NotFound, RuleRefusal, StateConflict } from '../shared/errors.ts';
import { RECALL_LINE } from './recall-told.ts';
import { mayReturn, refundReturned, requireOpen } from './return-recalled.ts';

export interface ArrivalNote {
  recallLineId: number;
  /** units of sale that came back now */
  quantity: number;
  arrivedOn: Day;
  condition: ReturnCondition;
  note: string | null;
  /** what had come back of it when the person looked; a colleague or the operator may have noted the same goods since */
  arrived: number;
}

/**
 * The supplier, its village's work team or the operator notes that goods of a recalled batch came back. What the buyer registered as
 * returned was refunded then; what came back beyond that is refunded now on the supplier's word, which pays for it, as far as it still
 * stands and no other refund is asked for: so every unit once, whoever says it first (rules 4, 18). The buyer is told. Refuses
 * strangers with 404, a closed recall and a line of which more came back since `arrived` was read with 409, and by field more than was
 * sent and a wrong day. Returns how many units were refunded by it.
 */
export async function noteArrival(db: PrismaClient, actor: Actor, arrival: ArrivalNote, at: Date): Promise<number> {
  const { recallLineId, quantity, arrivedOn, condition, note } = arrival;
  const named = await db.recallLine.findUnique({ where: { id: recallLineId }, select: { orderId: true } });
  if (!named) throw new NotFound();
  return inTransaction(db, async (tx) => {
    const order = await lockOrder(tx, named.orderId);
    const found = await tx.recallLine.findUniqueOrThrow({
      where: { id: recallLineId },
      include: { recall: { select: { at: true } } },
    });
    const line = order.lines.find(({ id }) => id === found.lineId);
    const parcel = order.fulfilments.find(({ id }) => id === line?.fulfilmentId);
    if (!parcel || (!mayLookAfter(actor, parcel) && !hasRole(actor, 'operator'))) throw new NotFound();
    await requireOpen(tx, found.recallId);
    const { recall, ...recallLine } = found;
    if (arrival.arrived !== found.arrivedQuantity)
      throw new StateConflict('arrivedMeanwhile', { arrived: found.arrivedQuantity });
    const faults = faultsIn(arrival, found, [dayOf(recall.at), dayOf(at)]);
    if (faults.length > 0) throw new RuleRefusal('badInput', faults);
    const more = quantity - Math.max(0, found.returnedQuantity - found.arrivedQuantity);
    const refunded = more > 0 ? Math.min(more, await mayReturn(tx, order, recallLine)) : 0;
    const refundId =
      refunded > 0 ? await refundReturned(tx, order, recallLine, { quantity: refunded, byId: actor.id }, at) : null;
    const { id: arrivalId } = await tx.recallArrival.create({
      data: {
        ...{ recallLineId, quantity, arrivedOn: dayToColumn(arrivedOn), condition, note },
        ...{ byId: actor.id, at, refundId },
      },
      select: { id: true },
    });
    await tx.recallLine.update({
      where: { id: recallLineId },
      data: { arrivedQuantity: { increment: quantity } },
      select: { id: true },
    });
    await audit(tx, {
      ...{ at, actorId: actor.id, onBehalfOf: await onBehalf(tx, actor, parcel.supplierId) },
      ...{ action: 'recall.arrive', subjectType: 'order', subjectId: order.id, unitId: order.unitId },
      ...{ before: { arrived: found.arrivedQuantity, returned: found.returnedQuantity } },
      after: {
        ...{ recallId: found.recallId, lineId: found.lineId, arrived: found.arrivedQuantity + quantity },
        ...{ returned: found.returnedQuantity + refunded, condition },
      },
    });
    await enqueue(tx, RECALL_LINE, [{ recallLineId, arrivalId }]);
    return refunded;
  });
}

function faultsIn(
  { quantity, arrivedOn }: ArrivalNote,
  { sentQuantity, arrivedQuantity }: { sentQuantity: number; arrivedQuantity: number },
  [first, last]: [Day, Day],
): Fault[] {
  const left = sentQuantity - arrivedQuantity;
  return [
    ...(quantity > left ? [{ path: 'quantity', code: 'moreThanSent', values: { left } }] : []),
    ...(arrivedOn < first || arrivedOn > last ? [{ path: 'arrivedOn', code: 'arrivalDay', values: { first } }] : []),
  ];
}
