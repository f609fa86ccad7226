import { z } from 'zod';
import type { Sql } from '../db/sql.ts';
import { enqueue } from '../jobs/outbox.ts';

/** The outbox topic of what a buyer is told of an order. */
export const BUYER_NEWS = 'buyer.news';

/**
 * `parcel_shipped`: of a shipment; `order_expired`: of an order that nobody paid or approved in time; `paid_too_late`: of a payment
 * whose order could no longer be placed, so that it goes back; `money_sent`: of a refund that the bank has taken; `money_came_back`: of one that it returned;
 * `money_paid_otherwise`: of one that came back and was paid by a transfer instead; `order_approved`,
 * `order_rejected`, `order_returned`: of an approver's decision.
 */
export const buyerNews = z.object({
  fact: z.enum([
    'parcel_shipped',
    'order_expired',
    'paid_too_late',
    'money_sent',
    'money_came_back',
    'money_paid_otherwise',
    'order_approved',
    'order_rejected',
    'order_returned',
  ]),
  id: z.number().int(),
});

export type BuyerNews = z.infer<typeof buyerNews>;

/** Has the buyer told, in the fact's own transaction. */
export function tellBuyer(tx: Sql, news: BuyerNews): Promise<void> {
  return enqueue(tx, BUYER_NEWS, [news]);
}
