import type { WayOfBuying } from '../quotas/tally/tally-counting.ts';

/** By which row of rule 2's table an order is placed and counted. */
export function wayOf(order: { fundingSource: string; paymentWay: string }): WayOfBuying {
  if (order.fundingSource === 'individual') return 'individual';
  return order.paymentWay === 'on_account' ? 'on_account' : 'prepaid';
}
