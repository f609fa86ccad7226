import type { Request, Response } from 'express';
import { pathTo } from '../paths.ts';
import { type PaymentDeps, startPayment } from '../payments/start-payment.ts';
import { StateConflict } from '../shared/errors.ts';
import { flash } from '../web/flash.ts';

/** On to the payment page or the order's; when the payment page does not open, the order says that it waits for payment. */
export async function leadToOrder(
  parts: PaymentDeps,
  req: Request,
  res: Response,
  orderId: number,
  now: Date,
): Promise<void> {
  const { state } = await parts.db.order.findUniqueOrThrow({ where: { id: orderId }, select: { state: true } });
  if (state === 'awaiting_payment') {
    try {
      return res.redirect(303, await startPayment(parts, orderId, now));
    } catch (error) {
      if (!(error instanceof StateConflict)) req.log.error({ err: error, orderId }, 'payment page did not open');
      flash(req, 'error', req.t('checkout:payLater'));
    }
  }
  if (state === 'awaiting_approval') flash(req, 'success', req.t('checkout:sentForApproval'));
  if (state === 'awaiting_pool') flash(req, 'success', req.t('pools:flash.joined'));
  if (state === 'placed') flash(req, 'success', req.t('checkout:placed'));
  res.redirect(303, pathTo('order', { id: orderId }));
}
