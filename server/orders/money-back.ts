import type { Db } from '../db/client.ts';
import type { PaymentRefundState } from '../db/generated/enums.ts';

export interface MoneyBack {
  amountFen: number;
  state: PaymentRefundState;
  succeededAt: Date | null;
}

/** Sums of an order (fen) that have gone back to whoever paid, are on their way, or came back from the bank, oldest first. */
export function moneyBackOf(db: Db, orderId: number): Promise<MoneyBack[]> {
  return db.paymentRefund.findMany({
    where: { payment: { orderId }, state: { not: 'resent' } },
    select: { amountFen: true, state: true, succeededAt: true },
    orderBy: { id: 'asc' },
  });
}
