import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Tx } from '../db/client.ts';

/** Money that must go back, as the fact that caused it noted in the outbox; `again`: a refund that the bank returned, by its id. */
export const refundDue = z.object({
  orderId: z.number().int(),
  source: z.enum(['cancellation', 'receipt', 'refund', 'late_payment', 'again']),
  sourceId: z.number().int(),
  amountFen: z.number().int().positive(),
});

/** Of such a row the money is where it came from. */
const CAME_BACK: ReadonlySet<string> = new Set(['failed', 'resent']);

export type RefundDue = z.infer<typeof refundDue>;

/**
 * The refund of a cause, in fen, made when it is the first call; it goes to the payment that it can still be taken from. Throws when
 * no payment of the order has so much left. The caller holds the order's lock.
 */
export async function noteRefund(tx: Tx, { orderId, source, sourceId, amountFen }: RefundDue) {
  const noted = await tx.paymentRefund.findUnique({ where: { source_sourceId: { source, sourceId } } });
  if (noted) return noted;
  if (source === 'again') throw new Error(`refund ${sourceId} was not sent again`);
  const payments = await tx.payment.findMany({
    // A payment that came too late goes back as a whole: nothing else is taken from it.
    where: {
      orderId,
      state: 'succeeded',
      ...(source === 'late_payment' ? { id: sourceId } : { refunds: { none: { source: 'late_payment' } } }),
    },
    orderBy: { id: 'asc' },
    select: { id: true, amountFen: true, refunds: { select: { amountFen: true, state: true } } },
  });
  const payment = payments.find(
    ({ amountFen: paidFen, refunds }) =>
      amountFen <=
      paidFen - refunds.reduce((sum, refund) => sum + (CAME_BACK.has(refund.state) ? 0 : refund.amountFen), 0),
  );
  if (!payment) throw new Error(`no payment of order ${orderId} has ${amountFen} fen left for ${source} ${sourceId}`);
  return tx.paymentRefund.create({
    data: {
      paymentId: payment.id,
      refundId: source === 'refund' ? sourceId : null,
      source,
      sourceId,
      amountFen,
      idempotencyKey: randomUUID(),
    },
  });
}
