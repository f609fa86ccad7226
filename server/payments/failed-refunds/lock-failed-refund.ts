import type { Tx } from '../../db/client.ts';
import { lockOrder } from '../../orders/lock-order.ts';
import { NotFound, StateConflict } from '../../shared/errors.ts';

/**
 * A refund that the bank returned and that nobody has settled yet, with the payout that waits for a second person, under its order's
 * lock. Throws NotFound, and StateConflict `refundSettled` once it was sent again or paid otherwise.
 */
export async function lockFailedRefund(tx: Tx, id: number) {
  const found = await tx.paymentRefund.findUnique({
    where: { id },
    select: { payment: { select: { orderId: true } } },
  });
  if (!found) throw new NotFound();
  const order = await lockOrder(tx, found.payment.orderId);
  const refund = await tx.paymentRefund.findUniqueOrThrow({
    where: { id },
    include: { payouts: { where: { state: 'proposed' } } },
  });
  if (refund.state !== 'failed') throw new StateConflict('refundSettled');
  return { order, refund, proposed: refund.payouts[0] };
}
